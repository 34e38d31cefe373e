#include "connectors/input.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace tieout::connectors {
namespace {

class FileInput : public InputStream {
 public:
  FileInput(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  ~FileInput() override { ::close(fd_); }
  FileInput(const FileInput&) = delete;
  FileInput& operator=(const FileInput&) = delete;

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    while (true) {
      const ssize_t n = ::read(fd_, buffer, size);
      if (n >= 0) return static_cast<size_t>(n);
      if (errno != EINTR) {
        return base::Unavailable(fmt::format("{}: can't be read: {}", path_, std::strerror(errno)));
      }
    }
  }

 private:
  const int fd_;
  const std::string path_;
};

}  // namespace

absl::StatusOr<size_t> MemoryInput::Read(char* buffer, size_t size) {
  const size_t n = std::min(size, rest_.size());
  std::memcpy(buffer, rest_.data(), n);
  rest_.remove_prefix(n);
  return n;
}

absl::StatusOr<std::unique_ptr<InputStream>> OpenFile(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    return base::NotFound(fmt::format("{}: can't be opened: {}", path, std::strerror(errno)));
  }
  return std::unique_ptr<InputStream>(std::make_unique<FileInput>(fd, path));
}

absl::StatusOr<std::string_view> PeekInput::Peek(size_t size) {
  while (head_.size() - taken_ < size) {
    const size_t had = head_.size();
    head_.resize(taken_ + size);
    auto n = in_.Read(head_.data() + had, head_.size() - had);
    head_.resize(had + (n.ok() ? *n : 0));
    if (!n.ok()) return n.status();
    if (*n == 0) break;
  }
  return std::string_view(head_).substr(taken_, size);
}

absl::StatusOr<size_t> PeekInput::Read(char* buffer, size_t size) {
  if (taken_ == head_.size()) return in_.Read(buffer, size);
  const size_t n = std::min(size, head_.size() - taken_);
  std::memcpy(buffer, head_.data() + taken_, n);
  taken_ += n;
  return n;
}

}  // namespace tieout::connectors
