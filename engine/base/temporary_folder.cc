#include "engine/base/temporary_folder.h"

#include <stdlib.h>

#include <filesystem>

namespace tieout::base {

TemporaryFolder::~TemporaryFolder() {
  std::error_code error;
  if (!path_.empty()) std::filesystem::remove_all(path_, error);
}

absl::StatusOr<std::string> TemporaryFolder::Path() {
  if (!path_.empty()) return path_;
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::temp_directory_path(error);
  std::string pattern = parent / ("tieout-" + use_ + "-XXXXXX");
  if (error || mkdtemp(pattern.data()) == nullptr) {
    return Unavailable(parent.string() +
                       ": no temporary folder can be made there; TMPDIR names another");
  }
  return path_ = pattern;
}

}  // namespace tieout::base
