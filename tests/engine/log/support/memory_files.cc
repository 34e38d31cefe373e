#include "tests/engine/log/support/memory_files.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace tieout::log {

class MemoryFile : public File {
 public:
  MemoryFile(MemoryFiles* files, std::shared_ptr<MemoryFiles::Node> node)
      : files_(files), node_(std::move(node)) {}

  absl::Status Append(std::string_view bytes) override {
    std::lock_guard lock(files_->mutex_);
    const bool had_power = files_->power_.value_or(1) > 0;
    if (absl::Status status = files_->Change(); !status.ok()) {
      if (had_power) node_->now.append(bytes.substr(0, bytes.size() / 2));
      return status;
    }
    if (files_->room_) {
      const size_t fits = std::min(bytes.size(), static_cast<size_t>(*files_->room_));
      *files_->room_ -= static_cast<int64_t>(fits);
      node_->now.append(bytes.substr(0, fits));
      if (fits < bytes.size()) return base::Unavailable("no space left on device");
      return absl::OkStatus();
    }
    node_->now.append(bytes);
    return absl::OkStatus();
  }

  absl::StatusOr<size_t> ReadAt(int64_t offset, char* to, size_t size) const override {
    std::lock_guard lock(files_->mutex_);
    const auto at = std::min(static_cast<size_t>(offset), node_->now.size());
    const size_t n = std::min(size, node_->now.size() - at);
    std::memcpy(to, node_->now.data() + at, n);
    return n;
  }

  absl::StatusOr<int64_t> Size() const override {
    std::lock_guard lock(files_->mutex_);
    return static_cast<int64_t>(node_->now.size());
  }

  absl::Status Truncate(int64_t size) override {
    std::lock_guard lock(files_->mutex_);
    TIEOUT_RETURN_IF_ERROR(files_->Change());
    if (files_->room_) *files_->room_ += static_cast<int64_t>(node_->now.size()) - size;
    node_->now.resize(static_cast<size_t>(size));
    return absl::OkStatus();
  }

  absl::Status Sync() override {
    std::lock_guard lock(files_->mutex_);
    TIEOUT_RETURN_IF_ERROR(files_->Change());
    if (files_->fail_sync_) return base::Internal("input/output error");
    node_->synced = node_->now;
    return absl::OkStatus();
  }

 private:
  MemoryFiles* const files_;
  const std::shared_ptr<MemoryFiles::Node> node_;
};

class MemoryLock : public FileLock {
 public:
  MemoryLock(MemoryFiles* files, std::string path) : files_(files), path_(std::move(path)) {}
  ~MemoryLock() override {
    std::lock_guard lock(files_->mutex_);
    files_->locks_.erase(path_);
  }

 private:
  MemoryFiles* const files_;
  const std::string path_;
};

void MemoryFiles::LosePowerAfter(std::optional<int> operations) {
  std::lock_guard lock(mutex_);
  power_ = operations;
}

bool MemoryFiles::has_power() const {
  std::lock_guard lock(mutex_);
  return power_.value_or(1) > 0;
}

void MemoryFiles::Restart(std::mt19937* random) {
  std::lock_guard lock(mutex_);
  power_ = std::nullopt;
  names_ = synced_names_;
  for (auto& [path, node] : names_) {
    // What was appended since the sync: all, nothing or any beginning of it reached the disk.
    const size_t synced = node->synced.size();
    const size_t now = node->now.size();
    const int fate = std::uniform_int_distribution<int>(0, 2)(*random);
    if (now <= synced || fate == 0) {
      node->now = node->synced;
    } else if (fate == 1) {
      node->now.resize(std::uniform_int_distribution<size_t>(synced, now)(*random));
    }
    node->synced = node->now;
  }
}

void MemoryFiles::FillAfter(std::optional<int64_t> bytes) {
  std::lock_guard lock(mutex_);
  room_ = bytes;
}

void MemoryFiles::FailSync(bool fail) {
  std::lock_guard lock(mutex_);
  fail_sync_ = fail;
}

std::string* MemoryFiles::Contents(const std::string& path) {
  std::lock_guard lock(mutex_);
  return &names_.at(path)->now;
}

absl::Status MemoryFiles::Change() {
  if (!power_) return absl::OkStatus();
  if (*power_ > 0) --*power_;
  return *power_ > 0 ? absl::OkStatus() : base::Internal("the power is gone");
}

absl::StatusOr<std::unique_ptr<File>> MemoryFiles::Open(const std::string& path, Mode mode) {
  std::lock_guard lock(mutex_);
  auto found = names_.find(path);
  if (mode == Mode::kCreate) {
    TIEOUT_RETURN_IF_ERROR(Change());
    found = names_.insert_or_assign(path, std::make_shared<Node>()).first;
  }
  if (found == names_.end()) return base::NotFound(path);
  return std::make_unique<MemoryFile>(this, found->second);
}

absl::StatusOr<std::vector<std::string>> MemoryFiles::List(const std::string& directory) {
  std::lock_guard lock(mutex_);
  if (!directories_.contains(directory)) return base::NotFound(directory);
  std::vector<std::string> list;
  for (const auto& [path, node] : names_) {
    if (path.starts_with(directory + "/")) list.push_back(path.substr(directory.size() + 1));
  }
  return list;
}

absl::Status MemoryFiles::Rename(const std::string& from, const std::string& to) {
  std::lock_guard lock(mutex_);
  TIEOUT_RETURN_IF_ERROR(Change());
  names_[to] = names_.at(from);
  names_.erase(from);
  return absl::OkStatus();
}

absl::Status MemoryFiles::Remove(const std::string& path) {
  std::lock_guard lock(mutex_);
  TIEOUT_RETURN_IF_ERROR(Change());
  names_.erase(path);
  return absl::OkStatus();
}

absl::Status MemoryFiles::MakeDirectory(const std::string& directory) {
  std::lock_guard lock(mutex_);
  directories_.insert(directory);
  return absl::OkStatus();
}

absl::Status MemoryFiles::SyncDirectory(const std::string& directory) {
  std::lock_guard lock(mutex_);
  TIEOUT_RETURN_IF_ERROR(Change());
  const auto is_in = [&](const std::string& path) {
    return path.starts_with(directory + "/") && path.find('/', directory.size() + 1) == path.npos;
  };
  std::erase_if(synced_names_, [&](const auto& name) { return is_in(name.first); });
  for (const auto& name : names_) {
    if (is_in(name.first)) synced_names_.insert(name);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<FileLock>> MemoryFiles::Lock(const std::string& path) {
  std::lock_guard lock(mutex_);
  if (!locks_.insert(path).second) return base::FailedPrecondition("held");
  return std::make_unique<MemoryLock>(this, path);
}

}  // namespace tieout::log
