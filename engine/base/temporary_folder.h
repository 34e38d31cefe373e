// A folder for what doesn't fit in memory: made when it is first asked for, gone with this object.
// Thread safety: Path() from one thread at a time.
#pragma once

#include <string>
#include <utility>

#include "engine/base/status.h"

namespace tieout::base {

class TemporaryFolder {
 public:
  // `use`: what for, "view"; the folder is then tieout-view-XXXXXX.
  explicit TemporaryFolder(std::string use) : use_(std::move(use)) {}
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  // In TMPDIR, else /tmp. kUnavailable: it can't be made.
  absl::StatusOr<std::string> Path();

 private:
  const std::string use_;
  std::string path_;
};

}  // namespace tieout::base
