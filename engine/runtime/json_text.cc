#include "engine/runtime/json_text.h"

#include "engine/base/text.h"
#include "fmt/format.h"

namespace tieout::runtime {

std::string JsonText(std::string_view bytes) {
  const bool utf8 = base::IsUtf8(bytes);
  std::string out = "\"";
  for (const char c : bytes) {
    const auto byte = static_cast<uint8_t>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      out += fmt::format("\\u{:04x}", byte);
    } else {
      out += c;
    }
  }
  return out + '"';
}

}  // namespace tieout::runtime
