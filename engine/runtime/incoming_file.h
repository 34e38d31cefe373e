// A file that is there under its name only once it is whole and on disk, readable by its owner
// only. Gone with this object when it was not moved. kUnavailable: it can't be made or written.
// Thread safety: none.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/base/status.h"

namespace tieout::runtime {

// All of it, whatever interrupts; `path` is for the error.
absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path);

class IncomingFile {
 public:
  // `path`: what its own name begins with.
  explicit IncomingFile(std::string path) : path_(std::move(path)) {}
  ~IncomingFile();
  IncomingFile(const IncomingFile&) = delete;
  IncomingFile& operator=(const IncomingFile&) = delete;

  absl::Status Create();
  absl::Status Write(std::string_view bytes) { return WriteAll(fd_, bytes, path_); }
  // In place of what is there.
  absl::Status MoveTo(const std::string& path);

 private:
  std::string path_;
  int fd_ = -1;
};

}  // namespace tieout::runtime
