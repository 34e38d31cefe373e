// A real slot that fails on purpose: commits that were aborted, that were lost before they were
// written, and that were written but whose answer got lost. A started commit is done some looks
// later.
#pragma once

#include <memory>
#include <random>
#include <span>
#include <utility>

#include "engine/log/log.h"

namespace tieout::runtime {

class FaultySlot : public log::Slot {
 public:
  struct Counts {
    int aborted = 0, lost_before = 0, lost_after = 0;
  };
  // Each of the three faults hits one commit in `one_in`, which is at least 3.
  FaultySlot(std::unique_ptr<log::Slot> slot, uint64_t seed, Counts* counts, uint64_t one_in = 8)
      : slot_(std::move(slot)), random_(seed), one_in_(one_in), counts_(counts) {}

  const std::vector<int>& partitions() const override { return slot_->partitions(); }
  uint64_t epoch() const override { return slot_->epoch(); }
  absl::StatusOr<log::CommitPoint> Committed(int partition) override {
    return slot_->Committed(partition);
  }
  absl::Status Seek(int partition, int64_t position) override {
    return slot_->Seek(partition, position);
  }
  absl::StatusOr<log::Batch> Poll(size_t max, std::chrono::milliseconds wait) override {
    return slot_->Poll(max, wait);
  }
  int64_t Position(int partition) const override { return slot_->Position(partition); }

  absl::StatusOr<log::CommitOutcome> Commit(std::span<const log::Entry> output,
                                            std::span<const log::CommitPoint> points) override {
    switch (random_() % one_in_) {
      case 0:
        ++counts_->aborted;
        return log::CommitOutcome::kAborted;
      case 1:
        ++counts_->lost_before;
        return log::CommitOutcome::kLost;
      case 2: {
        ++counts_->lost_after;
        TIEOUT_ASSIGN_OR_RETURN(log::CommitOutcome outcome, slot_->Commit(output, points));
        return outcome == log::CommitOutcome::kCommitted ? log::CommitOutcome::kLost : outcome;
      }
      default:
        return slot_->Commit(output, points);
    }
  }
  void StartCommit(std::span<const log::Entry> output,
                   std::span<const log::CommitPoint> points) override {
    output_ = output;
    points_ = points;
    looks_ = random_() % 6;
  }
  bool CommitIsDone() const override { return looks_ == 0 || --looks_ == 0; }
  absl::StatusOr<log::CommitOutcome> FinishCommit() override { return Commit(output_, points_); }
  absl::Status MakeDurable() override { return slot_->MakeDurable(); }

 private:
  const std::unique_ptr<log::Slot> slot_;
  std::mt19937_64 random_;
  const uint64_t one_in_;
  Counts* const counts_;
  std::span<const log::Entry> output_;
  std::span<const log::CommitPoint> points_;
  mutable uint64_t looks_ = 0;
};

}  // namespace tieout::runtime
