#include "connectors/ofx/tokens.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "absl/strings/ascii.h"
#include "engine/base/text.h"

namespace tieout::connectors::ofx {
namespace {

constexpr size_t kLongestText = 64 * 1024;  // beyond, it is dropped

// "&amp;" -> '&'; what is no entity stays as it is: banks write "AT&T".
std::string Unescaped(std::string_view text) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kNames = {
      {{"amp", "&"}, {"lt", "<"}, {"gt", ">"}, {"quot", "\""}, {"apos", "'"}, {"nbsp", " "}}};
  std::string out;
  for (size_t at = 0; at < text.size(); ++at) {
    const size_t end = text[at] == '&' ? text.find(';', at) : std::string_view::npos;
    if (end == std::string_view::npos || end - at > 8) {
      out.push_back(text[at]);
      continue;
    }
    const std::string_view name = text.substr(at + 1, end - at - 1);
    const auto* known = std::find_if(kNames.begin(), kNames.end(),
                                     [&](const auto& pair) { return pair.first == name; });
    uint32_t number = 0;
    const bool hex = name.starts_with("#x");
    const std::string_view digits = name.substr(std::min<size_t>(hex ? 2 : 1, name.size()));
    const auto read =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, hex ? 16 : 10);
    if (known != kNames.end()) {
      out += known->second;
    } else if (name.starts_with('#') && read.ec == std::errc() &&
               read.ptr == digits.data() + digits.size() && number >= 0x20 && number < 0xD800) {
      AppendUtf8(number, &out);
    } else {
      out.push_back('&');
      continue;
    }
    at = end;
  }
  return out;
}

std::string Cleaned(std::string_view bytes) {
  std::string text = Unescaped(base::IsUtf8(bytes) ? std::string(bytes) : Windows1252ToUtf8(bytes));
  // A text that is wrapped is one text.
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < ' ') c = ' ';
  }
  return std::string(base::Trim(text, " "));
}

}  // namespace

absl::StatusOr<int> TokenReader::Peek() {
  if (rest_.empty() && !ended_) {
    TIEOUT_ASSIGN_OR_RETURN(rest_, lines_.Next());
    ended_ = rest_.empty();
  }
  return ended_ ? -1 : static_cast<unsigned char>(rest_.front());
}

void TokenReader::Take() {
  if (rest_.front() == '\n') ++line_;
  rest_.remove_prefix(1);
}

// Up to and with `end`; false where the file ends first.
absl::StatusOr<bool> TokenReader::TakeUntil(std::string_view end, std::string* text) {
  text->clear();
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const int c, Peek());
    if (c < 0) return false;
    Take();
    if (text->size() < kLongestText + end.size()) {
      text->push_back(static_cast<char>(c));
    } else {  // keeps the last bytes, to see the end
      text->erase(text->size() - end.size(), 1);
      text->push_back(static_cast<char>(c));
    }
    if (text->ends_with(end)) {
      text->resize(text->size() - end.size());
      return true;
    }
  }
}

absl::StatusOr<bool> TokenReader::Next(Token* token) {
  std::string text;
  while (true) {  // to the next tag
    TIEOUT_ASSIGN_OR_RETURN(const int c, Peek());
    if (c < 0) return false;
    Take();
    if (c != '<') continue;
    token->line = line_;
    TIEOUT_ASSIGN_OR_RETURN(const bool whole, TakeUntil(">", &text));
    if (!whole) return false;
    if (!text.starts_with('?') && !text.starts_with('!')) break;
  }
  token->closes = text.starts_with('/');
  std::string tag = text.substr(token->closes ? 1 : 0);
  const bool empty = tag.ends_with('/');
  tag.resize(std::min(tag.find_first_of(" \t\r\n/"), tag.size()));
  absl::AsciiStrToUpper(&tag);
  token->tag = base::ToUtf8(tag);
  token->raw = "<" + text + ">";
  token->text.clear();
  if (token->closes || empty) return true;
  std::string value;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const int c, Peek());
    if (c < 0) break;
    if (c != '<') {
      if (value.size() < kLongestText) value.push_back(static_cast<char>(c));
      Take();
      continue;
    }
    // A CDATA section is text; anything else is the next tag.
    if (!rest_.starts_with("<![CDATA[")) break;
    std::string data;
    TIEOUT_ASSIGN_OR_RETURN(const bool whole, TakeUntil("]]>", &data));
    value += data.substr(std::string_view("<![CDATA[").size());
    if (!whole) break;
  }
  token->raw += value;
  token->text = Cleaned(value);
  return true;
}

}  // namespace tieout::connectors::ofx
