#include "engine/matching/evidence.h"

#include <algorithm>
#include <array>

#include "engine/base/day.h"
#include "engine/base/hash.h"

namespace tieout::matching {
namespace {

struct ProviderName {
  std::string_view provider;
  std::string_view word;
};
// From the descriptors that providers document for their payouts.
constexpr std::array kProviderNames = {
    ProviderName{"stripe", "STRIPE"}, ProviderName{"shopify", "SHOPIFY"},
    ProviderName{"square", "SQUARE"}, ProviderName{"square", "SQUAREUP"},
    ProviderName{"square", "SQ"},     ProviderName{"paypal", "PAYPAL"},
    ProviderName{"etsy", "ETSY"},     ProviderName{"amazon", "AMAZON"},
    ProviderName{"amazon", "AMZN"},   ProviderName{"adyen", "ADYEN"},
    ProviderName{"ebay", "EBAY"},
};

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
bool IsTokenChar(char c) { return IsDigit(c) || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); }
char Upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

bool IsProviderWord(std::string_view token) {
  return std::any_of(kProviderNames.begin(), kProviderNames.end(),
                     [&](const ProviderName& n) { return n.word == token; });
}

bool IsDay(std::string_view year, std::string_view month, std::string_view day) {
  std::string iso(year);
  iso.append("-").append(month).append("-").append(day);
  return base::ParseDay(iso).has_value();
}

// YYYYMMDD or DDMMYYYY.
bool IsDate(std::string_view t) {
  return t.size() == 8 && (IsDay(t.substr(0, 4), t.substr(4, 2), t.substr(6, 2)) ||
                           IsDay(t.substr(4, 4), t.substr(2, 2), t.substr(0, 2)));
}

bool IsNumber(std::string_view t) { return std::all_of(t.begin(), t.end(), IsDigit); }
bool HasDigit(std::string_view t) { return std::any_of(t.begin(), t.end(), IsDigit); }

// Words under which a provider is known on bank statements: built in, else its own name's tokens.
bool IsWordOf(std::string_view provider, std::string_view token) {
  bool known = false;
  for (const ProviderName& n : kProviderNames) {
    if (n.provider != provider) continue;
    if (n.word == token) return true;
    known = true;
  }
  return !known && Tokens(provider).Has(token);
}

// `find(from)`: where the id stands next, `length` tokens long.
template <typename Find>
bool StandsAsEvidence(const Tokens& text, size_t length, std::string_view provider, bool is_enough,
                      const Find& find) {
  for (size_t i = find(0); i < text.size(); i = find(i + 1)) {
    if (is_enough) return true;
    if (i > 0 && IsWordOf(provider, text[i - 1])) return true;
    if (i + length < text.size() && IsWordOf(provider, text[i + length])) return true;
  }
  return false;
}

}  // namespace

Tokens::Tokens(std::string_view text) {
  joined_.reserve(text.size());
  size_t begin = 0;
  const auto end_token = [&] {
    if (joined_.size() == begin) return;
    const auto token = std::string_view(joined_).substr(begin);
    tokens_.push_back({base::HashBytes64(token), static_cast<uint32_t>(begin),
                       static_cast<uint32_t>(token.size())});
    begin = joined_.size();
  };
  for (char c : text) {
    if (IsTokenChar(c)) {
      joined_.push_back(Upper(c));
    } else {
      end_token();
    }
  }
  end_token();
  joined_hash_ = tokens_.size() == 1 ? tokens_.front().hash : base::HashBytes64(joined_);
}

uint64_t Tokens::rarest_hash() const {
  const auto longest = std::max_element(
      tokens_.begin(), tokens_.end(),
      [](const Token& a, const Token& b) { return a.size <= b.size; });  // of equals the last
  return longest == tokens_.end() ? 0 : longest->hash;
}

size_t Tokens::Find(const Tokens& needle, size_t from) const {
  for (size_t i = from; i + needle.size() <= size(); ++i) {
    size_t k = 0;
    while (k < needle.size() && hash(i + k) == needle.hash(k) && (*this)[i + k] == needle[k]) ++k;
    if (k == needle.size()) return i;
  }
  return size();
}

bool Tokens::Has(std::string_view token) const {
  for (size_t i = 0; i < size(); ++i) {
    if ((*this)[i] == token) return true;
  }
  return false;
}

bool NamesProvider(const Tokens& text, std::string_view provider) {
  bool known = false;
  for (const ProviderName& n : kProviderNames) {
    if (n.provider != provider) continue;
    if (text.Has(n.word)) return true;
    known = true;
  }
  if (known) return false;
  const Tokens own(provider);  // a provider of another system: its own name
  return !own.empty() && text.Find(own, 0) < text.size();
}

bool NamesAnyKnownProvider(const Tokens& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsProviderWord(text[i])) return true;
  }
  return false;
}

bool Cites(const Tokens& text, const Tokens& id, std::string_view provider,
           bool whole_text_counts) {
  if (id.empty()) return false;
  const bool long_enough = id.joined().size() >= 8;
  const auto in_sequence = [&](size_t from) { return text.Find(id, from); };
  if (StandsAsEvidence(text, id.size(), provider,
                       long_enough || (whole_text_counts && id.size() == text.size()),
                       in_sequence)) {
    return true;
  }
  if (id.size() == 1) return false;
  const auto in_one = [&](size_t from) {
    while (from < text.size() && (text.hash(from) != id.joined_hash() || text[from] != id.joined()))
      ++from;
    return from;
  };
  return StandsAsEvidence(text, 1, provider, long_enough || (whole_text_counts && text.size() == 1),
                          in_one);
}

bool LooksLikePayoutId(const Tokens& text) {
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == "PO" && i + 1 < text.size() && text[i + 1].size() >= 6 && HasDigit(text[i + 1]))
      return true;
    if (text[i].size() >= 8 && IsNumber(text[i]) && !IsDate(text[i]) &&
        ((i > 0 && IsProviderWord(text[i - 1])) ||
         (i + 1 < text.size() && IsProviderWord(text[i + 1])))) {
      return true;
    }
  }
  return false;
}

}  // namespace tieout::matching
