#include "engine/matching/evidence.h"

#include <algorithm>
#include <array>

#include "engine/base/day.h"

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

// Where `needle` stands in `text` from `from` on; text.size(): nowhere.
size_t FindSequence(const Tokens& text, const Tokens& needle, size_t from) {
  for (size_t i = from; i + needle.size() <= text.size(); ++i) {
    if (std::equal(needle.begin(), needle.end(), text.begin() + static_cast<ptrdiff_t>(i)))
      return i;
  }
  return text.size();
}

bool CitesSequence(const Tokens& text, const Tokens& needle, const Tokens& words, bool long_enough,
                   bool whole_text_counts) {
  const auto is_word = [&](size_t i) {
    return i < text.size() && std::find(words.begin(), words.end(), text[i]) != words.end();
  };
  for (size_t i = FindSequence(text, needle, 0); i < text.size();
       i = FindSequence(text, needle, i + 1)) {
    if (long_enough || (whole_text_counts && needle.size() == text.size())) return true;
    if ((i > 0 && is_word(i - 1)) || is_word(i + needle.size())) return true;
  }
  return false;
}

}  // namespace

Tokens Tokenize(std::string_view text) {
  Tokens tokens;
  std::string token;
  for (char c : text) {
    if (IsTokenChar(c)) {
      token.push_back(Upper(c));
    } else if (!token.empty()) {
      tokens.push_back(std::move(token));
      token.clear();
    }
  }
  if (!token.empty()) tokens.push_back(std::move(token));
  return tokens;
}

std::string Join(const Tokens& tokens) {
  std::string joined;
  for (const std::string& t : tokens) joined += t;
  return joined;
}

std::vector<std::string_view> ProviderWords(std::string_view provider) {
  std::vector<std::string_view> words;
  for (const ProviderName& n : kProviderNames) {
    if (n.provider == provider) words.push_back(n.word);
  }
  return words;
}

bool NamesProvider(const Tokens& text, std::string_view provider) {
  const auto has = [&](std::string_view w) {
    return std::find(text.begin(), text.end(), w) != text.end();
  };
  const auto words = ProviderWords(provider);
  if (!words.empty()) return std::any_of(words.begin(), words.end(), has);
  const Tokens own = Tokenize(provider);  // a provider of another system: its own name
  return !own.empty() && FindSequence(text, own, 0) < text.size();
}

bool NamesAnyKnownProvider(const Tokens& text) {
  return std::any_of(text.begin(), text.end(), IsProviderWord);
}

bool Cites(const Tokens& text, std::string_view id, std::string_view provider,
           bool whole_text_counts) {
  const Tokens needle = Tokenize(id);
  if (needle.empty()) return false;
  const std::string joined = Join(needle);
  Tokens words;
  for (std::string_view w : ProviderWords(provider)) words.emplace_back(w);
  if (words.empty()) words = Tokenize(provider);
  const bool long_enough = joined.size() >= 8;
  return CitesSequence(text, needle, words, long_enough, whole_text_counts) ||
         (needle.size() > 1 &&
          CitesSequence(text, {joined}, words, long_enough, whole_text_counts));
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
