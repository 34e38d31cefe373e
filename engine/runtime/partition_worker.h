// One partition's fold with its store and codec: bytes of the events stream in, bytes of the output
// streams out.
//
// It starts at the store's position S, folds muted up to the committed position C (the output of
// these events is already in the log), and speaks from there on. At C the ordinals must agree, else
// the log isn't the one that was folded.
//
// Errors: kFailedPrecondition: refused, or an event of a kind or semantics number this build
// doesn't know: stop; kDataLoss: log and progress contradict each other. After an error the worker
// is done; what was folded since the last commit is simply forgotten.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/ledger/record.h"
#include "engine/log/log.h"
#include "engine/matching/fold.h"
#include "engine/runtime/metrics.h"
#include "engine/store/store.h"

namespace tieout::runtime {

// The last tick folded and when the log took it in.
struct SeenTick {
  uint64_t number = 0;
  int64_t append_time_us = 0;
};

class PartitionWorker {
 public:
  // `states` must outlive the worker. `committed` is the partition's commit point, read after
  // fencing.
  static absl::StatusOr<std::unique_ptr<PartitionWorker>> Open(const log::Identity& log,
                                                               const log::CommitPoint& committed,
                                                               store::StateStore* states);

  // Where to read from first: S.
  int64_t stored_position() const { return stored_position_; }
  int64_t committed_position() const { return committed_position_; }
  int64_t folded_position() const { return folded_position_; }
  const SeenTick& last_tick() const { return last_tick_; }
  bool muted() const { return muted_; }

  // Folds entries in order, and appends what came of them to `output`. The bytes may go away
  // afterwards.
  absl::Status Fold(std::span<const log::Stored> entries, std::vector<log::Entry>* output,
                    Tally* tally);
  // Everything before `position` was handed to Fold. Ends the muting at C.
  absl::Status Reached(int64_t position);
  // What to commit beside the output of all that was folded up to `position`.
  log::CommitPoint CommitPointAt(int64_t position) const;
  void Committed(int64_t position) { committed_position_ = position; }

  // Writes what is dirty as the state before `position`, which must be where the fold stands, and
  // be committed: on a thread of its own, while the fold goes on. One at a time.
  void StartCheckpoint(int64_t position);
  bool is_writing() const { return writing_.valid(); }
  // FinishCheckpoint wouldn't wait any more.
  bool HasWritten() const;
  void AwaitWritten() const { writing_.wait(); }
  absl::Status FinishCheckpoint();
  // Both.
  absl::Status Checkpoint(int64_t position);
  // Not counting those of one under way.
  uint64_t events_since_checkpoint() const { return events_since_checkpoint_; }
  void Trim(uint64_t bytes) {
    fold_->Trim(bytes);
    stats_ = fold_->stats();
  }

  // The fold is read by others between two batches. What it weighs is noted at the end of each, for
  // the thread that folds.
  matching::Fold& fold() const { return *fold_; }
  const matching::FoldStats& stats() const { return stats_; }
  const ledger::Progress& progress() const { return progress_; }

 private:
  PartitionWorker(const log::Identity& log, const log::CommitPoint& committed);
  absl::Status FoldOne(const log::Stored& entry, Tally* tally);
  void Encode(std::vector<log::Entry>* output, Tally* tally);

  const int partition_;
  std::unique_ptr<store::PartitionStore> pages_;
  std::unique_ptr<matching::Fold> fold_;  // reads pages_
  int64_t stored_position_ = 0;
  int64_t committed_position_ = 0;
  int64_t folded_position_ = 0;
  SeenTick last_tick_;
  bool muted_ = false;
  uint64_t ordinal_at_committed_ = 0;
  ledger::Progress progress_;  // as of what was folded unmuted
  uint64_t events_since_checkpoint_ = 0;
  matching::FoldStats stats_;
  ledger::Event event_;    // reused
  matching::Output made_;  // reused
  // The position that was written. Last, so that it has ended before what it works on goes.
  std::future<absl::StatusOr<int64_t>> writing_;
};

}  // namespace tieout::runtime
