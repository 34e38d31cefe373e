// Text for messages to people.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace tieout::base {

// "12..34" in double quotes: control characters, quotes and bytes that are no UTF-8 as escapes,
// cut after `limit` bytes with an ellipsis. So a hostile value can't spoil a terminal or a log
// line.
std::string Quoted(std::string_view text, size_t limit = 80);

// Without any of `blanks` at its ends.
inline std::string_view Trim(std::string_view text, std::string_view blanks = " \t") {
  const size_t first = text.find_first_not_of(blanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

// Nearly all text is ASCII, and this check stands on the hot path: eight bytes at a time.
inline bool IsAscii(std::string_view text) {
  constexpr uint64_t kHighBits = 0x8080808080808080;
  uint64_t bits = 0;
  for (; text.size() >= sizeof bits; text.remove_prefix(sizeof bits)) {
    uint64_t word;
    std::memcpy(&word, text.data(), sizeof word);
    bits |= word;
  }
  for (const char c : text) bits |= static_cast<uint8_t>(c);
  return (bits & kHighBits) == 0;
}

bool IsUtf8Slowly(std::string_view text);
inline bool IsUtf8(std::string_view text) { return IsAscii(text) || IsUtf8Slowly(text); }
// The same text with each byte that belongs to no UTF-8 character as U+FFFD.
std::string ToUtf8(std::string_view text);

}  // namespace tieout::base
