#include "tests/crash/rocks_files.h"

#include <cstdarg>
#include <string>
#include <utility>
#include <vector>

#include "rocksdb/file_system.h"

namespace tieout::crash {
namespace {

using rocksdb::FileOptions;
using rocksdb::IODebugContext;
using rocksdb::IOOptions;
using rocksdb::IOStatus;
using rocksdb::Slice;

using Mode = log::FileSystem::Mode;

IOStatus ToRocks(const absl::Status& status) {
  if (status.ok()) return IOStatus::OK();
  const std::string text = status.ToString();
  return absl::IsNotFound(status) ? IOStatus::PathNotFound(text) : IOStatus::IOError(text);
}

// RocksDB also says "store//x" and "store/".
std::string Plain(const std::string& name) {
  std::string plain;
  for (const char c : name) {
    if (c != '/' || plain.empty() || plain.back() != '/') plain += c;
  }
  if (plain.size() > 1 && plain.back() == '/') plain.pop_back();
  return plain;
}

IOStatus ReadAt(const log::File& file, uint64_t offset, size_t size, Slice* result, char* scratch) {
  const auto read = file.ReadAt(static_cast<int64_t>(offset), scratch, size);
  if (!read.ok()) return ToRocks(read.status());
  *result = Slice(scratch, *read);
  return IOStatus::OK();
}

class Sequential : public rocksdb::FSSequentialFile {
 public:
  explicit Sequential(std::unique_ptr<log::File> file) : file_(std::move(file)) {}
  IOStatus Read(size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) override {
    const IOStatus status = ReadAt(*file_, at_, n, result, scratch);
    if (status.ok()) at_ += result->size();
    return status;
  }
  IOStatus Skip(uint64_t n) override {
    at_ += n;
    return IOStatus::OK();
  }

 private:
  const std::unique_ptr<log::File> file_;
  uint64_t at_ = 0;
};

class RandomAccess : public rocksdb::FSRandomAccessFile {
 public:
  explicit RandomAccess(std::unique_ptr<log::File> file) : file_(std::move(file)) {}
  IOStatus Read(uint64_t offset, size_t n, const IOOptions&, Slice* result, char* scratch,
                IODebugContext*) const override {
    return ReadAt(*file_, offset, n, result, scratch);
  }

 private:
  const std::unique_ptr<log::File> file_;
};

class Writable : public rocksdb::FSWritableFile {
 public:
  explicit Writable(std::unique_ptr<log::File> file) : file_(std::move(file)) {}
  using rocksdb::FSWritableFile::Append;
  IOStatus Append(const Slice& data, const IOOptions&, IODebugContext*) override {
    return ToRocks(file_->Append({data.data(), data.size()}));
  }
  IOStatus Truncate(uint64_t size, const IOOptions&, IODebugContext*) override {
    return ToRocks(file_->Truncate(static_cast<int64_t>(size)));
  }
  IOStatus Close(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Flush(const IOOptions&, IODebugContext*) override { return IOStatus::OK(); }
  IOStatus Sync(const IOOptions&, IODebugContext*) override { return ToRocks(file_->Sync()); }
  uint64_t GetFileSize(const IOOptions&, IODebugContext*) override {
    return static_cast<uint64_t>(file_->Size().value_or(0));
  }

 private:
  const std::unique_ptr<log::File> file_;
};

class Directory : public rocksdb::FSDirectory {
 public:
  Directory(log::FileSystem* files, std::string name) : files_(files), name_(std::move(name)) {}
  IOStatus Fsync(const IOOptions&, IODebugContext*) override {
    return ToRocks(files_->SyncDirectory(name_));
  }

 private:
  log::FileSystem* const files_;
  const std::string name_;
};

class Silence : public rocksdb::Logger {
 public:
  void Logv(const char*, va_list) override {}
  size_t GetLogFileSize() const override { return 0; }
};

struct Lock : rocksdb::FileLock {
  std::unique_ptr<log::FileLock> held;
};

class Files : public rocksdb::FileSystem {
 public:
  explicit Files(log::FileSystem* files) : files_(files) {}
  const char* Name() const override { return "tieout test files"; }

  IOStatus NewSequentialFile(const std::string& name, const FileOptions&,
                             std::unique_ptr<rocksdb::FSSequentialFile>* result,
                             IODebugContext*) override {
    return Open<Sequential>(name, Mode::kRead, result);
  }
  IOStatus NewRandomAccessFile(const std::string& name, const FileOptions&,
                               std::unique_ptr<rocksdb::FSRandomAccessFile>* result,
                               IODebugContext*) override {
    return Open<RandomAccess>(name, Mode::kRead, result);
  }
  IOStatus NewWritableFile(const std::string& name, const FileOptions&,
                           std::unique_ptr<rocksdb::FSWritableFile>* result,
                           IODebugContext*) override {
    return Open<Writable>(name, Mode::kCreate, result);
  }
  IOStatus ReopenWritableFile(const std::string& name, const FileOptions&,
                              std::unique_ptr<rocksdb::FSWritableFile>* result,
                              IODebugContext*) override {
    return Open<Writable>(name, Mode::kAppend, result);
  }
  IOStatus NewDirectory(const std::string& name, const IOOptions&,
                        std::unique_ptr<rocksdb::FSDirectory>* result, IODebugContext*) override {
    *result = std::make_unique<Directory>(files_, Plain(name));
    return IOStatus::OK();
  }
  IOStatus FileExists(const std::string& name, const IOOptions&, IODebugContext*) override {
    if (files_->Open(Plain(name), Mode::kRead).ok() || files_->List(Plain(name)).ok())
      return IOStatus::OK();
    return IOStatus::NotFound(name);
  }
  IOStatus GetChildren(const std::string& name, const IOOptions&, std::vector<std::string>* result,
                       IODebugContext*) override {
    auto list = files_->List(Plain(name));
    if (!list.ok()) return ToRocks(list.status());
    *result = *std::move(list);
    return IOStatus::OK();
  }
  IOStatus DeleteFile(const std::string& name, const IOOptions&, IODebugContext*) override {
    return ToRocks(files_->Remove(Plain(name)));
  }
  IOStatus CreateDir(const std::string& name, const IOOptions&, IODebugContext*) override {
    return ToRocks(files_->MakeDirectory(Plain(name)));
  }
  IOStatus CreateDirIfMissing(const std::string& name, const IOOptions&, IODebugContext*) override {
    return ToRocks(files_->MakeDirectory(Plain(name)));
  }
  IOStatus DeleteDir(const std::string&, const IOOptions&, IODebugContext*) override {
    return IOStatus::OK();
  }
  IOStatus GetFileSize(const std::string& name, const IOOptions&, uint64_t* size,
                       IODebugContext*) override {
    const auto file = files_->Open(Plain(name), Mode::kRead);
    if (!file.ok()) return ToRocks(file.status());
    *size = static_cast<uint64_t>((*file)->Size().value_or(0));
    return IOStatus::OK();
  }
  IOStatus GetFileModificationTime(const std::string&, const IOOptions&, uint64_t* time,
                                   IODebugContext*) override {
    *time = 0;
    return IOStatus::OK();
  }
  IOStatus GetAbsolutePath(const std::string& name, const IOOptions&, std::string* path,
                           IODebugContext*) override {
    *path = name;
    return IOStatus::OK();
  }
  IOStatus RenameFile(const std::string& from, const std::string& to, const IOOptions&,
                      IODebugContext*) override {
    return ToRocks(files_->Rename(Plain(from), Plain(to)));
  }
  IOStatus LockFile(const std::string& name, const IOOptions&, rocksdb::FileLock** lock,
                    IODebugContext*) override {
    auto held = files_->Lock(Plain(name));
    if (!held.ok()) return ToRocks(held.status());
    auto* const taken = new Lock;  // RocksDB gives it back to UnlockFile
    taken->held = *std::move(held);
    *lock = taken;
    return IOStatus::OK();
  }
  IOStatus UnlockFile(rocksdb::FileLock* lock, const IOOptions&, IODebugContext*) override {
    delete static_cast<Lock*>(lock);
    return IOStatus::OK();
  }
  IOStatus GetTestDirectory(const IOOptions&, std::string* path, IODebugContext*) override {
    *path = "test";
    return IOStatus::OK();
  }
  IOStatus NewLogger(const std::string&, const IOOptions&, std::shared_ptr<rocksdb::Logger>* logger,
                     IODebugContext*) override {
    *logger = std::make_shared<Silence>();
    return IOStatus::OK();
  }
  IOStatus IsDirectory(const std::string& name, const IOOptions&, bool* is,
                       IODebugContext*) override {
    *is = files_->List(Plain(name)).ok();
    return IOStatus::OK();
  }

 private:
  template <typename Made, typename Wanted>
  IOStatus Open(const std::string& name, Mode mode, std::unique_ptr<Wanted>* result) {
    auto file = files_->Open(Plain(name), mode);
    if (!file.ok()) return ToRocks(file.status());
    *result = std::make_unique<Made>(*std::move(file));
    return IOStatus::OK();
  }

  log::FileSystem* const files_;
};

}  // namespace

std::unique_ptr<rocksdb::Env> RocksOn(log::FileSystem* files) {
  return rocksdb::NewCompositeEnv(std::make_shared<Files>(files));
}

}  // namespace tieout::crash
