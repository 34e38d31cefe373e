#include "connectors/lex/toml.h"

#include <fmt/format.h>

#include "connectors/input.h"
#include "engine/base/text.h"

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

absl::StatusOr<TomlTexts> TomlTexts::Of(std::string_view where, const toml::table& table) {
  TomlTexts texts;
  texts.where_ = where;
  for (const auto& [key, node] : table) {
    if (node.is_table()) continue;
    if (!node.is_string()) {
      return base::InvalidArgument(fmt::format("{}:{}: {} must be a text", where,
                                               node.source().begin.line, std::string(key.str())));
    }
    texts.texts_[std::string(key.str())] = *node.value<std::string>();
  }
  return texts;
}

absl::StatusOr<TomlTexts> TomlTexts::Below(std::string_view where, const toml::table& table,
                                           std::string_view key) {
  const toml::table none;
  const toml::table* below = table[key].as_table();
  TIEOUT_ASSIGN_OR_RETURN(TomlTexts texts, Of(where, below == nullptr ? none : *below));
  texts.where_ = fmt::format("{} [{}]", where, key);
  return texts;
}

std::string TomlTexts::Take(std::string_view key) {
  const auto found = texts_.find(key);
  if (found == texts_.end()) return "";
  std::string value = std::move(found->second);
  texts_.erase(found);
  return value;
}

absl::StatusOr<char> TomlTexts::TakeCharacter(std::string_view key, char standard) {
  const std::string text = Take(key);
  if (text == "tab") return '\t';
  if (text.size() > 1) {
    return base::InvalidArgument(
        fmt::format("{}: {} {}: must be one character", where_, key, base::Quoted(text)));
  }
  return text.empty() ? standard : text.front();
}

absl::Status TomlTexts::NothingLeft(std::string_view known) const {
  if (texts_.empty()) return absl::OkStatus();
  return base::InvalidArgument(
      fmt::format("{}: {} isn't a key; there are: {}", where_, texts_.begin()->first, known));
}

}  // namespace tieout::connectors
