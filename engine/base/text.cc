#include "engine/base/text.h"

#include <fmt/format.h>

#include <cstdint>

namespace tieout::base {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

bool IsContinuation(std::string_view text, size_t i) {
  return i < text.size() && (static_cast<uint8_t>(text[i]) & 0xC0) == 0x80;
}

// Bytes of the well-formed UTF-8 character that begins at `i` (Unicode table 3-7); 0: none does.
size_t CharacterSize(std::string_view text, size_t i) {
  const auto first = static_cast<uint8_t>(text[i]);
  if (first < 0x80) return 1;
  if (first < 0xC2 || first > 0xF4) return 0;
  const size_t size = first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  for (size_t k = 1; k < size; ++k) {
    if (!IsContinuation(text, i + k)) return 0;
  }
  const auto second = static_cast<uint8_t>(text[i + 1]);
  const bool overlong = (first == 0xE0 && second < 0xA0) || (first == 0xF0 && second < 0x90);
  const bool surrogate = first == 0xED && second > 0x9F;
  const bool beyond = first == 0xF4 && second > 0x8F;
  return overlong || surrogate || beyond ? 0 : size;
}

}  // namespace

bool IsUtf8Slowly(std::string_view text) {
  for (size_t i = 0; i < text.size();) {
    const size_t size = CharacterSize(text, i);
    if (size == 0) return false;
    i += size;
  }
  return true;
}

std::string ToUtf8(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (size_t i = 0; i < text.size();) {
    const size_t size = CharacterSize(text, i);
    result += size == 0 ? kReplacement : text.substr(i, size);
    i += size == 0 ? 1 : size;
  }
  return result;
}

std::string Quoted(std::string_view text, size_t limit) {
  std::string result = "\"";
  for (size_t i = 0; i < text.size();) {
    if (i >= limit) return result + "…\"";
    const size_t size = CharacterSize(text, i);
    const auto byte = static_cast<uint8_t>(text[i]);
    if (size == 0 || byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02x}", byte);
    } else if (byte == '"' || byte == '\\') {
      result += '\\';
      result += text[i];
    } else {
      result += text.substr(i, size);
    }
    i += size == 0 ? 1 : size;
  }
  return result + "\"";
}

}  // namespace tieout::base
