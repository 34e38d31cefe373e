// A worker at work: its slot's partitions, read, folded and committed.
//
//   poll -> fold in memory -> one atomic commit of output and positions -> now and then checkpoint
//
// While one batch is being committed the next is polled and folded. Memory runs ahead of the
// committed position; the store never does, since checkpoints are taken when all is committed. The
// output of a batch is kept until its fate is known: aborted, the same bytes are committed again;
// lost, memory is dropped and the slot starts from store and commit point as after a restart. Both
// are routine and counted.
//
// Time decides here when to commit and when to checkpoint, nothing else.
// Thread safety: one thread drives it; Read() from any.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/log.h"
#include "engine/runtime/gate.h"
#include "engine/runtime/homes.h"
#include "engine/runtime/metrics.h"
#include "engine/runtime/options.h"
#include "engine/runtime/partition_worker.h"
#include "engine/store/store.h"

namespace tieout::runtime {

struct SlotCounts {
  uint64_t events = 0, muted = 0, records = 0, dead_letters = 0, duplicates = 0;
  uint64_t commits = 0, aborted = 0, lost = 0, checkpoints = 0, forced_checkpoints = 0;
};

class SlotRunner {
 public:
  struct Options {
    CommitPolicy commit;
    CheckpointPolicy checkpoint;
    MemoryBounds memory;
    size_t poll_entries = 4096;  // at most, in one batch of one partition
  };
  // All but the slot must outlive the runner.
  SlotRunner(log::EventLog* log, std::unique_ptr<log::Slot> slot, store::StateStore* states,
             const Options& options, Metrics* metrics);
  ~SlotRunner();

  // Polls once, waiting at most `idle` for something to come, folds, and commits and checkpoints
  // where that is due.
  absl::Status Step(std::chrono::milliseconds idle);
  // Commits what was folded; nothing is pending afterwards.
  absl::Status Commit();
  // Commit, then every partition's checkpoint.
  absl::Status CommitAndCheckpoint();

  // Some partitions are held and all of them are past their committed position.
  bool ready() const;
  bool holds(int partition) const { return workers_.contains(partition); }
  // -1: not held.
  int64_t Position(int partition) const;
  const SlotCounts& counts() const { return counts_; }

  // Runs `read` between two batches. The workers may be none, or muted still.
  absl::Status Read(const std::function<absl::Status(const Workers&)>& read);

 private:
  using SteadyTime = std::chrono::steady_clock::time_point;
  struct Pending {
    std::vector<log::Entry> output;
    uint64_t bytes = 0;
    Tally tally;
    std::map<int, int64_t> positions;  // of the partitions that moved
  };
  // A batch between the two halves of its commit.
  struct Flight {
    Flight(Pending all, std::vector<log::CommitPoint> to, prometheus::Histogram* seconds)
        : batch(std::move(all)), points(std::move(to)), watch(seconds) {}
    Pending batch;
    std::vector<log::CommitPoint> points;
    Stopwatch watch;
  };

  absl::Status TakePartitions();
  absl::Status OpenWorker(int partition);
  absl::Status FoldBatch(const log::Batch& batch);
  // How many bytes of pages the worker may keep in memory.
  uint64_t PagesFor(const PartitionWorker& worker) const;
  absl::Status CommitWhereDue();
  bool HasBacklog() const { return commit_interval_ > options_.commit.caught_up; }
  // The batch that grows has half of what both may weigh.
  bool BatchIsFull() const { return pending_.bytes >= options_.memory.batch_bytes / 2; }
  void AdaptCommitInterval();
  void StartCommit();
  absl::Status FinishCommit();
  absl::StatusOr<log::CommitOutcome> OutcomeOf(const Flight& flight);
  void Count(const Tally& tally);
  absl::Status CheckpointWhereDue();
  absl::Status StartCheckpoint(int partition, PartitionWorker* worker);
  absl::Status FinishCheckpoint(int partition, PartitionWorker* worker);
  void Forget();
  void ReportPartitions();

  log::EventLog* const log_;
  const std::unique_ptr<log::Slot> slot_;
  store::StateStore* const states_;
  const Options options_;
  Metrics* const metrics_;

  uint64_t epoch_ = 0;
  bool started_ = false;
  Pending pending_;
  std::optional<Flight> flight_;
  std::chrono::milliseconds commit_interval_;
  SteadyTime last_commit_, last_report_;
  std::chrono::steady_clock::duration polled_since_commit_{};
  std::map<int, SteadyTime> last_checkpoint_;  // when it began
  SlotCounts counts_;

  Gate gate_;
  Workers workers_;  // changed only inside gate_
};

}  // namespace tieout::runtime
