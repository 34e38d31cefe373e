// Records that a reader folded beyond the log, in a file without a name that is gone with it; in
// memory is eight bytes a record. Thread safety: none.
#pragma once

#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tieout::runtime {

class RecordSpool {
 public:
  // kUnavailable: the disk of temporary files is full.
  absl::Status Add(std::string_view record);
  size_t size() const { return ends_.size(); }
  absl::StatusOr<std::string> Read(size_t index) const;

 private:
  struct Close {
    void operator()(std::FILE* file) const { std::fclose(file); }
  };
  std::unique_ptr<std::FILE, Close> file_;  // null: nothing was added
  std::vector<int64_t> ends_;               // where each record ends in it
};

}  // namespace tieout::runtime
