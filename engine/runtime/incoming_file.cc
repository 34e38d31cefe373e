#include "engine/runtime/incoming_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "fmt/format.h"

namespace tieout::runtime {

absl::Status WriteAll(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), bytes.size());
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      return base::Unavailable(fmt::format("{}: can't be written: {}", path, std::strerror(errno)));
    }
    bytes.remove_prefix(static_cast<size_t>(n));
  }
  return absl::OkStatus();
}

IncomingFile::~IncomingFile() {
  if (fd_ < 0) return;
  ::close(fd_);
  ::unlink(path_.c_str());
}

absl::Status IncomingFile::Create() {
  path_ += ".XXXXXX";
  fd_ = ::mkostemp(path_.data(), O_CLOEXEC);
  if (fd_ >= 0) return absl::OkStatus();
  return base::Unavailable(fmt::format("{}: can't be created: {}", path_, std::strerror(errno)));
}

absl::Status IncomingFile::MoveTo(const std::string& path) {
  const bool synced = ::fsync(fd_) == 0;
  ::close(std::exchange(fd_, -1));
  if (synced && ::rename(path_.c_str(), path.c_str()) == 0) return absl::OkStatus();
  const std::string error = std::strerror(errno);
  ::unlink(path_.c_str());
  return base::Unavailable(fmt::format("{}: can't be written: {}", path, error));
}

}  // namespace tieout::runtime
