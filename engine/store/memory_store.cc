#include <map>
#include <mutex>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/store/store.h"
#include "fmt/format.h"

namespace tieout::store {
namespace {

// A partition's pages; outlives the PartitionStore that is open on it.
struct Pages {
  std::mutex mutex;  // guards pages
  std::optional<Meta> meta;
  std::map<std::string, std::string, std::less<>> pages;
  bool held = false;
};

class MemoryPartition : public PartitionStore {
 public:
  MemoryPartition(Pages* pages, std::mutex* held_mutex) : pages_(pages), held_mutex_(held_mutex) {}
  ~MemoryPartition() override {
    std::lock_guard lock(*held_mutex_);
    pages_->held = false;
  }

  absl::StatusOr<bool> Load(std::string_view key, std::string* value) override {
    std::lock_guard lock(pages_->mutex);
    auto it = pages_->pages.find(key);
    if (it == pages_->pages.end()) return false;
    *value = it->second;
    return true;
  }

  const std::optional<Meta>& meta() const override { return pages_->meta; }

  absl::Status Put(std::string_view key, std::string_view value) override {
    put_.push_back({std::string(key), std::string(value)});
    return absl::OkStatus();
  }

  absl::Status Commit(const Meta& meta) override {
    std::lock_guard lock(pages_->mutex);
    for (PageWrite& page : put_) {
      if (page.value.empty()) {
        pages_->pages.erase(page.key);
      } else {
        pages_->pages[std::move(page.key)] = std::move(page.value);
      }
    }
    put_.clear();
    pages_->meta = meta;
    return absl::OkStatus();
  }

  absl::Status Scan(
      const std::function<absl::Status(std::string_view, std::string_view)>& visit) override {
    for (const auto& [key, value] : pages_->pages) TIEOUT_RETURN_IF_ERROR(visit(key, value));
    return absl::OkStatus();
  }

 private:
  Pages* pages_;
  std::mutex* held_mutex_;
  std::vector<PageWrite> put_;
};

class MemoryStore : public StateStore {
 public:
  absl::StatusOr<std::unique_ptr<PartitionStore>> Open(int partition) override {
    std::lock_guard lock(mutex_);
    Pages& pages = partitions_[partition];
    if (std::exchange(pages.held, true)) {
      return base::FailedPrecondition(Place(partition) + " is already open");
    }
    return std::make_unique<MemoryPartition>(&pages, &mutex_);
  }

  std::string Place(int partition) const override {
    return fmt::format("the state in memory of partition {}", partition);
  }

 private:
  std::mutex mutex_;
  std::map<int, Pages> partitions_;  // guarded by mutex_; a held one belongs to its holder
};

}  // namespace

std::unique_ptr<StateStore> NewMemoryStore() { return std::make_unique<MemoryStore>(); }

}  // namespace tieout::store
