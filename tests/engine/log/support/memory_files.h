// A disk in memory that can lose power: it then forgets what wasn't synced, as a real one does, and
// may keep part of it, as a real one may. It can also run full and fail to sync.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/log/file.h"

namespace tieout::log {

class MemoryFiles : public FileSystem {
 public:
  // Power goes after that many more operations that change something: the one it hits is done in
  // part, all later ones fail. Nullopt: never.
  void LosePowerAfter(std::optional<int> operations);
  // Power is back: files and names are what was synced, plus a random part of what was appended.
  void Restart(std::mt19937* random);
  bool has_power() const;

  void FillAfter(std::optional<int64_t> bytes);  // appends beyond fail, the last one in part
  void FailSync(bool fail);

  // A file as it is now, for damaging it.
  std::string* Contents(const std::string& path);

  absl::StatusOr<std::unique_ptr<File>> Open(const std::string& path, Mode mode) override;
  absl::StatusOr<std::vector<std::string>> List(const std::string& directory) override;
  absl::Status Rename(const std::string& from, const std::string& to) override;
  absl::Status Remove(const std::string& path) override;
  absl::Status MakeDirectory(const std::string& directory) override;
  absl::Status SyncDirectory(const std::string& directory) override;
  absl::StatusOr<std::unique_ptr<FileLock>> Lock(const std::string& path) override;

 private:
  friend class MemoryFile;
  friend class MemoryLock;
  struct Node {
    std::string now;
    std::string synced;
  };
  // Guarded by mutex_, as all below.
  absl::Status Change();  // fails without power; on the operation power goes at, too

  mutable std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Node>> names_;
  std::map<std::string, std::shared_ptr<Node>> synced_names_;
  std::set<std::string> directories_;
  std::set<std::string> locks_;
  std::optional<int> power_;
  std::optional<int64_t> room_;
  bool fail_sync_ = false;
};

}  // namespace tieout::log
