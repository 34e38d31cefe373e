#include "engine/log/file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <system_error>

namespace tieout::log {
namespace {

absl::Status SystemError(std::string_view what, const std::string& path, int error) {
  const std::string message =
      fmt::format("{}: {}: {}", path, what, std::generic_category().message(error));
  if (error == ENOENT || error == ENOTDIR) return base::NotFound(message);
  if (error == ENOSPC || error == EDQUOT || error == EFBIG) return base::Unavailable(message);
  return base::Internal(message);
}

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  const int fd_;
};

class PosixFile : public File {
 public:
  PosixFile(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}

  absl::Status Append(std::string_view bytes) override {
    while (!bytes.empty()) {
      const ssize_t n = ::write(fd_.get(), bytes.data(), bytes.size());
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return SystemError("write", path_, errno);
      bytes.remove_prefix(static_cast<size_t>(n));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> ReadAt(int64_t offset, char* to, size_t size) const override {
    size_t done = 0;
    while (done < size) {
      const ssize_t n =
          ::pread(fd_.get(), to + done, size - done, offset + static_cast<int64_t>(done));
      if (n < 0 && errno == EINTR) continue;
      if (n < 0) return SystemError("read", path_, errno);
      if (n == 0) break;
      done += static_cast<size_t>(n);
    }
    return done;
  }

  absl::StatusOr<int64_t> Size() const override {
    struct stat status;
    if (::fstat(fd_.get(), &status) != 0) return SystemError("stat", path_, errno);
    return int64_t{status.st_size};
  }

  absl::Status Truncate(int64_t size) override {
    if (::ftruncate(fd_.get(), size) != 0) return SystemError("truncate", path_, errno);
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    // Also syncs a changed size; only times of access are left out.
    if (::fdatasync(fd_.get()) != 0) return SystemError("fdatasync", path_, errno);
    return absl::OkStatus();
  }

 private:
  const std::string path_;
  const Descriptor fd_;
};

class PosixLock : public FileLock {
 public:
  explicit PosixLock(int fd) : fd_(fd) {}

 private:
  const Descriptor fd_;  // flock ends with its last descriptor
};

class PosixFileSystem : public FileSystem {
 public:
  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, Mode mode) override {
    int flags = O_CLOEXEC;
    if (mode == Mode::kRead) flags |= O_RDONLY;
    if (mode == Mode::kAppend) flags |= O_RDWR | O_APPEND;
    if (mode == Mode::kCreate) flags |= O_RDWR | O_APPEND | O_CREAT | O_TRUNC;
    const int fd = ::open(path.c_str(), flags, 0644);
    if (fd < 0) return SystemError("open", path, errno);
    return std::make_unique<PosixFile>(path, fd);
  }

  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override {
    std::error_code error;
    std::filesystem::directory_iterator it(directory, error);
    std::vector<std::string> names;
    for (const std::filesystem::directory_iterator end; !error && it != end; it.increment(error)) {
      names.push_back(it->path().filename().string());
    }
    if (error) return SystemError("list", directory, error.value());
    std::sort(names.begin(), names.end());
    return names;
  }

  absl::Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return SystemError("rename", from, errno);
    return absl::OkStatus();
  }

  absl::Status Remove(const std::string& path) override {
    std::error_code error;
    std::filesystem::remove(path, error);
    if (error) return SystemError("remove", path, error.value());
    return absl::OkStatus();
  }

  absl::Status MakeDirectory(const std::string& directory) override {
    std::filesystem::path path = std::filesystem::absolute(directory).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();  // a slash at the end
    std::error_code error;
    if (std::filesystem::is_directory(path, error)) return absl::OkStatus();
    if (path.has_relative_path()) TIEOUT_RETURN_IF_ERROR(MakeDirectory(path.parent_path()));
    std::filesystem::create_directory(path, error);
    if (error) return SystemError("make directory", directory, error.value());
    return SyncDirectory(path.parent_path());
  }

  absl::Status SyncDirectory(const std::string& directory) override {
    const Descriptor fd(::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (fd.get() < 0) return SystemError("open", directory, errno);
    if (::fsync(fd.get()) != 0) return SystemError("fsync", directory, errno);
    return absl::OkStatus();
  }

  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
    if (fd < 0) return SystemError("open", path, errno);
    auto lock = std::make_unique<PosixLock>(fd);
    if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
      if (errno != EWOULDBLOCK) return SystemError("lock", path, errno);
      return base::FailedPrecondition(fmt::format("{} is held by process {}", path, HolderOf(fd)));
    }
    const std::string pid = std::to_string(::getpid());
    if (::ftruncate(fd, 0) != 0 || ::pwrite(fd, pid.data(), pid.size(), 0) < 0) {
      return SystemError("write", path, errno);
    }
    return lock;
  }

 private:
  static std::string HolderOf(int fd) {
    char pid[32];
    const ssize_t n = ::pread(fd, pid, sizeof pid, 0);
    return n > 0 ? std::string(pid, static_cast<size_t>(n)) : "(unknown)";
  }
};

}  // namespace

FileSystem* RealFileSystem() {
  static PosixFileSystem* const files = new PosixFileSystem;
  return files;
}

}  // namespace tieout::log
