#include "engine/cli/copy_sources.h"

#include <filesystem>

#include "fmt/format.h"

namespace tieout::cli {

namespace fs = std::filesystem;

absl::Status CopySources(const std::string& from, const std::string& to) {
  std::error_code error;
  if (!fs::exists(from + "/sources", error) || fs::equivalent(from, to, error)) {
    return absl::OkStatus();
  }
  fs::create_directories(to, error);
  fs::copy(from + "/sources", to + "/sources",
           fs::copy_options::recursive | fs::copy_options::update_existing, error);
  if (!error) return absl::OkStatus();
  return base::Unavailable(
      fmt::format("copying {}/sources to {}: {}; the log itself is copied, so make room and copy "
                  "that folder by hand",
                  from, to, error.message()));
}

}  // namespace tieout::cli
