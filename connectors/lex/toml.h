// What people write to say how a file is to be read: profiles and mappings, as TOML.
#pragma once

#include <toml++/toml.h>

#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::connectors {

// A file's text; beyond 1 MiB kInvalidArgument with `too_large`.
absl::StatusOr<std::string> ReadTomlText(const std::string& path, std::string_view too_large);

// `where` stands before the line in errors (kInvalidArgument).
absl::StatusOr<toml::table> ParseToml(std::string_view where, std::string_view text);

}  // namespace tieout::connectors
