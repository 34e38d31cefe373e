// The source files that a log's records are explained with, from one data directory to another.
#pragma once

#include <string>

#include "engine/base/status.h"

namespace tieout::cli {

// Named by their SHA-256, so one that is there already is the same. Nothing to do where `from` has
// none, or is `to`.
absl::Status CopySources(const std::string& from, const std::string& to);

}  // namespace tieout::cli
