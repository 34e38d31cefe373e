#include "connectors/lex/toml.h"

#include <fmt/format.h>

#include "connectors/input.h"

namespace tieout::connectors {

absl::StatusOr<std::string> ReadTomlText(const std::string& path, std::string_view too_large) {
  constexpr size_t kLargest = 1 << 20;
  TIEOUT_ASSIGN_OR_RETURN(auto in, OpenFile(path));
  PeekInput peek(*in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view text, peek.Peek(kLargest + 1));
  if (text.size() > kLargest) return base::InvalidArgument(std::string(too_large));
  return std::string(text);
}

absl::StatusOr<toml::table> ParseToml(std::string_view where, std::string_view text) {
  try {
    return toml::parse(text);
  } catch (const toml::parse_error& error) {  // the library's way to say "no TOML"
    return base::InvalidArgument(fmt::format("{}:{}: no proper TOML: {}", where,
                                             error.source().begin.line,
                                             std::string_view(error.description())));
  }
}

}  // namespace tieout::connectors
