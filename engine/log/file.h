// The few file operations the embedded log stands on, so that a test can stand in for the disk: one
// that forgets what wasn't synced, one that runs full.
//
// Errors: kNotFound: no such file; kUnavailable: no room now (disk full, quota), what was appended
// may be there in part; kInternal: anything else. Each names the path and the system's message.
// Thread safety: a File may be read from several threads while one thread appends.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tieout::log {

class File {
 public:
  virtual ~File() = default;
  // All of it, at the end of the file.
  virtual absl::Status Append(std::string_view bytes) = 0;
  // How many bytes were there, at most `size`; fewer only at the end of the file.
  virtual absl::StatusOr<size_t> ReadAt(int64_t offset, char* to, size_t size) const = 0;
  virtual absl::StatusOr<int64_t> Size() const = 0;
  virtual absl::Status Truncate(int64_t size) = 0;
  // Contents and size are on disk. The name needs its directory synced.
  virtual absl::Status Sync() = 0;
};

class FileLock {
 public:
  virtual ~FileLock() = default;  // gives the lock up
};

class FileSystem {
 public:
  virtual ~FileSystem() = default;
  enum class Mode { kRead, kAppend, kCreate };  // kCreate: empties what is there
  virtual absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, Mode mode) = 0;
  // Names in a directory, ascending; kNotFound if there is none.
  virtual absl::StatusOr<std::vector<std::string>> List(const std::string& directory) = 0;
  virtual absl::Status Rename(const std::string& from, const std::string& to) = 0;
  virtual absl::Status Remove(const std::string& path) = 0;
  // With its parents; their names are synced.
  virtual absl::Status MakeDirectory(const std::string& directory) = 0;
  virtual absl::Status SyncDirectory(const std::string& directory) = 0;
  // Held until the FileLock goes or the process ends, however it ends. kFailedPrecondition: held by
  // another; the message names its process id.
  virtual absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) = 0;
};

// Lives as long as the process.
FileSystem* RealFileSystem();

}  // namespace tieout::log
