#include "engine/store/overlay_store.h"

#include <mutex>
#include <set>
#include <string>
#include <utility>

namespace tieout::store {
namespace {

constexpr char kThere = '+';
constexpr char kDeleted = '-';

// The second store, made when it is first needed.
class Scratch {
 public:
  explicit Scratch(MakeStore make) : make_(std::move(make)) {}

  absl::StatusOr<std::unique_ptr<PartitionStore>> Open(int partition) {
    std::lock_guard lock(mutex_);
    if (store_ == nullptr) {
      TIEOUT_ASSIGN_OR_RETURN(store_, make_());
    }
    return store_->Open(partition);
  }

 private:
  const MakeStore make_;
  std::mutex mutex_;
  std::unique_ptr<StateStore> store_;  // guarded by mutex_
};

class OverlayPartition : public PartitionStore {
 public:
  OverlayPartition(int partition, std::unique_ptr<PartitionStore> base, Scratch* scratch)
      : partition_(partition), base_(std::move(base)), scratch_(scratch) {}

  const std::optional<Meta>& meta() const override {
    return over_ == nullptr || !over_->meta() ? base_->meta() : over_->meta();
  }

  absl::StatusOr<bool> Load(std::string_view key, std::string* value) override {
    if (over_ != nullptr) {
      TIEOUT_ASSIGN_OR_RETURN(const bool written, over_->Load(key, value));
      if (written) {
        const bool there = value->front() == kThere;
        value->erase(0, 1);
        return there;
      }
    }
    return base_->Load(key, value);
  }

  absl::Status Put(std::string_view key, std::string_view value) override {
    TIEOUT_RETURN_IF_ERROR(OpenScratch());
    marked_.assign(1, value.empty() ? kDeleted : kThere);
    marked_ += value;
    return over_->Put(key, marked_);
  }

  absl::Status Commit(const Meta& meta) override {
    TIEOUT_RETURN_IF_ERROR(OpenScratch());
    return over_->Commit(meta);
  }

  // Keeps the keys that were written in memory; the pages come one by one.
  absl::Status Scan(
      const std::function<absl::Status(std::string_view, std::string_view)>& visit) override {
    std::set<std::string, std::less<>> keys;
    const auto add = [&](std::string_view key, std::string_view) {
      keys.emplace(key);
      return absl::OkStatus();
    };
    TIEOUT_RETURN_IF_ERROR(base_->Scan(add));
    if (over_ != nullptr) TIEOUT_RETURN_IF_ERROR(over_->Scan(add));
    std::string value;
    for (const std::string& key : keys) {
      TIEOUT_ASSIGN_OR_RETURN(const bool there, Load(key, &value));
      if (there) TIEOUT_RETURN_IF_ERROR(visit(key, value));
    }
    return absl::OkStatus();
  }

 private:
  absl::Status OpenScratch() {
    if (over_ != nullptr) return absl::OkStatus();
    TIEOUT_ASSIGN_OR_RETURN(over_, scratch_->Open(partition_));
    return absl::OkStatus();
  }

  const int partition_;
  const std::unique_ptr<PartitionStore> base_;
  Scratch* const scratch_;
  std::unique_ptr<PartitionStore> over_;  // null: nothing was written
  std::string marked_;                    // reused
};

class OverlayStore : public StateStore {
 public:
  OverlayStore(StateStore* base, MakeStore make_scratch)
      : base_(base), scratch_(std::move(make_scratch)) {}

  absl::StatusOr<std::unique_ptr<PartitionStore>> Open(int partition) override {
    TIEOUT_ASSIGN_OR_RETURN(auto base, base_->Open(partition));
    return std::make_unique<OverlayPartition>(partition, std::move(base), &scratch_);
  }
  std::string Place(int partition) const override { return base_->Place(partition); }

 private:
  StateStore* const base_;
  Scratch scratch_;
};

}  // namespace

std::unique_ptr<StateStore> NewOverlayStore(StateStore* base, MakeStore make_scratch) {
  return std::make_unique<OverlayStore>(base, std::move(make_scratch));
}

}  // namespace tieout::store
