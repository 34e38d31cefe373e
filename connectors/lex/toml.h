// What people write to say how a file is to be read: profiles and mappings, as TOML.
#pragma once

#include <toml++/toml.h>

#include <map>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::connectors {

// A file's text; beyond 1 MiB kInvalidArgument with `too_large`.
absl::StatusOr<std::string> ReadTomlText(const std::string& path, std::string_view too_large);

// `where` stands before the line in errors (kInvalidArgument).
absl::StatusOr<toml::table> ParseToml(std::string_view where, std::string_view text);

// A table whose values are all texts, taken key by key; its own tables apart. `where` is for
// messages.
class TomlTexts {
 public:
  static absl::StatusOr<TomlTexts> Of(std::string_view where, const toml::table& table);
  // The same of the table below `key`; empty where there is none.
  static absl::StatusOr<TomlTexts> Below(std::string_view where, const toml::table& table,
                                         std::string_view key);

  // Empty: not said.
  std::string Take(std::string_view key);
  // One character or "tab"; `standard` where it isn't said.
  absl::StatusOr<char> TakeCharacter(std::string_view key, char standard);
  const std::map<std::string, std::string, std::less<>>& left() const { return texts_; }
  // What is left isn't a key; `known` lists those there are.
  absl::Status NothingLeft(std::string_view known) const;

 private:
  std::string where_;
  std::map<std::string, std::string, std::less<>> texts_;
};

}  // namespace tieout::connectors
