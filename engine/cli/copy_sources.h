// The source files that a log's records are explained with, from one data directory to another.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace tieout::cli {

// One that is there already is the same, but for a pack that grew since (packed_sources.h). Nothing
// to do where `from` has none, or is `to`.
absl::Status CopySources(const std::string& from, const std::string& to);

}  // namespace tieout::cli
