#include "connectors/mt940/details.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>

#include "engine/base/text.h"

namespace tieout::connectors::mt940 {
namespace {

constexpr size_t kFullSubfield = 27;
constexpr size_t kFullLine = 64;

bool IsDigit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool IsTwoDigits(std::string_view text) {
  return text.size() >= 2 && IsDigit(text[0]) && IsDigit(text[1]);
}

std::string Trimmed(std::string_view text) { return std::string(base::Trim(text, " \t\n")); }

bool IsPlaceholder(std::string_view id) {
  return id.empty() || id == "NOTPROVIDED" || id == "NONREF" || id == "NOT PROVIDED";
}

void AddText(std::string_view text, std::vector<std::string>* texts) {
  size_t begin = 0;
  while (begin <= text.size()) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    if (std::string line = Trimmed(text.substr(begin, end - begin)); !IsPlaceholder(line)) {
      texts->push_back(std::move(line));
    }
    begin = end + 1;
  }
}

// A keyword and where its value stands: [begin, end) is the keyword itself.
struct Key {
  std::string_view name;
  size_t begin = 0, end = 0;
};

// Splits at the keywords; `take` gets each with the text up to the next, and first what precedes
// them all, without a name.
template <typename Take>
void SplitAt(std::string_view text, const std::vector<Key>& keys, const Take& take) {
  take(std::string_view(), text.substr(0, keys.empty() ? text.size() : keys.front().begin));
  for (size_t i = 0; i < keys.size(); ++i) {
    const size_t end = i + 1 < keys.size() ? keys[i + 1].begin : text.size();
    take(keys[i].name, text.substr(keys[i].end, end - keys[i].end));
  }
}

// --- SEPA keys -----------------------------------------------------------------------------------

std::vector<Key> FindSepaKeys(std::string_view text) {
  static constexpr std::array<std::string_view, 12> kNames = {"EREF", "KREF", "MREF", "CRED",
                                                              "DEBT", "COAM", "OAMT", "SVWZ",
                                                              "ABWA", "ABWE", "IBAN", "BIC"};
  std::vector<Key> keys;
  for (size_t at = 0; at < text.size(); ++at) {
    if (at > 0 && std::isalnum(static_cast<unsigned char>(text[at - 1])) != 0) continue;
    for (const std::string_view name : kNames) {
      if (!text.substr(at).starts_with(name)) continue;
      const size_t end = at + name.size();
      if (end < text.size() && (text[end] == '+' || text[end] == ':')) {
        keys.push_back({name, at, end + 1});
      }
    }
  }
  return keys;
}

void ReadPurpose(std::string_view purpose, Details* details) {
  SplitAt(purpose, FindSepaKeys(purpose), [&](std::string_view key, std::string_view value) {
    if (key == "EREF") {
      std::string id = Trimmed(value);
      std::erase(id, '\n');
      if (IsPlaceholder(id)) return;
      if (!details->end_to_end_id.empty()) return AddText(id, &details->texts);
      details->end_to_end_id = id;
      return;
    }
    if (key == "IBAN" && details->counterparty_account.empty()) {
      details->counterparty_account = Trimmed(value);
    }
    if (key == "CRED" || key == "DEBT" || key == "IBAN" || key == "BIC") return;
    AddText(value, &details->texts);
  });
}

// --- structured ----------------------------------------------------------------------------------

// The separator, where the text is built of subfields; `at` is where the first stands.
std::optional<char> FindSeparator(std::string_view text, size_t* at) {
  *at = text.size() > 3 && IsDigit(text[0]) && IsTwoDigits(text.substr(1)) ? 3 : 0;
  if (text.size() < *at + 3) return std::nullopt;
  const char separator = text[*at];
  if (std::string_view("?<>~^@").find(separator) == std::string_view::npos) return std::nullopt;
  if (!IsTwoDigits(text.substr(*at + 1))) return std::nullopt;
  return separator;
}

void ReadSubfields(std::string_view text, char separator, size_t at, Details* details) {
  std::string purpose;
  size_t last_size = kFullSubfield;
  while (at < text.size()) {
    const std::string_view number = text.substr(at + 1, 2);
    size_t end = at + 3;
    while (end < text.size() && !(text[end] == separator && IsTwoDigits(text.substr(end + 1))))
      ++end;
    const std::string_view value = text.substr(at + 3, end - at - 3);
    at = end;
    const bool is_purpose =
        (number >= "20" && number <= "29") || (number >= "60" && number <= "63");
    if (is_purpose) {
      if (last_size < kFullSubfield) purpose += '\n';
      purpose += value;
      last_size = value.size();
    } else if (number == "31" || (number == "38" && details->counterparty_account.empty())) {
      details->counterparty_account = Trimmed(value);
    } else if (number == "32" || number == "33") {
      details->counterparty += value;
    } else if (number != "10" && number != "30" && number != "34") {
      AddText(value, &details->texts);
    }
  }
  details->counterparty = Trimmed(details->counterparty);
  ReadPurpose(purpose, details);
}

// --- slash words ---------------------------------------------------------------------------------

std::vector<Key> FindSlashWords(std::string_view text) {
  static constexpr std::array<std::string_view, 30> kWords = {
      "EREF", "KREF", "MARF", "CSID", "CNTP", "REMI", "RTRN", "BENM", "ORDP", "NAME",
      "IBAN", "BIC",  "TRTP", "ISDT", "PREF", "PURP", "ULTC", "ULTD", "TRCD", "RTYP",
      "ID",   "ADDR", "CREF", "SVCL", "OCMT", "CHGS", "INST", "IREF", "TRAN", "RREF"};
  std::vector<Key> keys;
  for (size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    const size_t end = text.find('/', at + 1);
    if (end == std::string_view::npos) break;
    const std::string_view word = text.substr(at + 1, end - at - 1);
    const auto known = std::find(kWords.begin(), kWords.end(), word);
    if (known != kWords.end()) keys.push_back({*known, at, end + 1});
  }
  return keys;
}

// "IBAN/BIC/NAME/CITY" of CNTP.
void ReadCounterparty(std::string_view value, Details* details) {
  std::array<std::string, 3> parts;
  for (std::string& part : parts) {
    const size_t end = std::min(value.find('/'), value.size());
    part = Trimmed(value.substr(0, end));
    value.remove_prefix(std::min(end + 1, value.size()));
  }
  details->counterparty_account = parts[0];
  details->counterparty = parts[2];
}

void ReadSlashWords(std::string_view text, const std::vector<Key>& keys, Details* details) {
  SplitAt(text, keys, [&](std::string_view key, std::string_view raw) {
    while (!raw.empty() && raw.back() == '/') raw.remove_suffix(1);
    const std::string value = Trimmed(raw);
    if (value.empty()) return;
    if (key == "EREF") {
      if (!IsPlaceholder(value)) details->end_to_end_id = value;
      return;
    }
    if (key == "NAME") details->counterparty = value;
    if (key == "IBAN") details->counterparty_account = value;
    if (key == "CNTP") return ReadCounterparty(raw, details);
    if (key == "NAME" || key == "IBAN" || key == "BIC" || key == "ISDT" || key == "CSID") return;
    AddText(value, &details->texts);
  });
}

std::string Unwrapped(const std::vector<std::string>& lines, bool without_breaks) {
  std::string text;
  for (size_t i = 0; i < lines.size(); ++i) {
    text += lines[i];
    if (i + 1 < lines.size() && !without_breaks && lines[i].size() < kFullLine) text += '\n';
  }
  return text;
}

}  // namespace

Details ReadDetails(const std::vector<std::string>& lines) {
  Details details;
  const std::string joined = Unwrapped(lines, true);
  size_t at = 0;
  if (const auto separator = FindSeparator(joined, &at); separator.has_value()) {
    details.code = joined.substr(0, at);
    ReadSubfields(joined, *separator, at, &details);
    return details;
  }
  if (const auto words = FindSlashWords(joined); !words.empty() && joined.starts_with('/')) {
    ReadSlashWords(joined, words, &details);
    return details;
  }
  ReadPurpose(Unwrapped(lines, false), &details);
  return details;
}

}  // namespace tieout::connectors::mt940
