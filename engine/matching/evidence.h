// What a bank line's texts prove: which ids they cite and which providers they name.
//
// Text is cut into tokens of ASCII letters and digits, upper-cased. An id is evidence only as whole
// tokens: "po_1QX" is found in "STRIPE PO 1QX" and in "PO1QX", never inside "XPO1QX2".
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace tieout::matching {

class Tokens {
 public:
  Tokens() = default;
  explicit Tokens(std::string_view text);

  size_t size() const { return tokens_.size(); }
  bool empty() const { return tokens_.empty(); }
  std::string_view operator[](size_t i) const {
    return std::string_view(joined_).substr(tokens_[i].at, tokens_[i].size);
  }
  uint64_t hash(size_t i) const { return tokens_[i].hash; }
  // All tokens in one, the way banks print ids whose separators they can't.
  const std::string& joined() const { return joined_; }
  uint64_t joined_hash() const { return joined_hash_; }
  // Of the longest token, the one that tells most: in "po_1QX" not PO, which all ids share.
  uint64_t rarest_hash() const;

  // Where `needle` stands from `from` on; size(): nowhere.
  size_t Find(const Tokens& needle, size_t from) const;
  bool Has(std::string_view token) const;

 private:
  struct Token {
    uint64_t hash;
    uint32_t at, size;
  };
  std::string joined_;
  std::vector<Token> tokens_;
  uint64_t joined_hash_ = 0;
};

bool NamesProvider(const Tokens& text, std::string_view provider);
bool NamesAnyKnownProvider(const Tokens& text);

// The id stands in the text as whole tokens, and is long enough (8) or beside the provider's name
// or the whole text.
bool Cites(const Tokens& text, const Tokens& id, std::string_view provider, bool whole_text_counts);

// Something in the text looks like a payout's id: PO and a token of 6 or more with a digit, or a
// number of 8 or more digits beside any known provider's name that is no date YYYYMMDD.
bool LooksLikePayoutId(const Tokens& text);

}  // namespace tieout::matching
