// A slot of an embedded log: reads its partitions in one pass over the log, commits in one append.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/cursor.h"
#include "engine/log/embedded_writer.h"
#include "engine/log/log.h"

namespace tieout::log {

class EmbeddedSlot : public Slot {
 public:
  // `writer` and `files` outlive the slot.
  EmbeddedSlot(EmbeddedWriter* writer, FileSystem* files, std::string directory,
               std::vector<int> partitions, EmbeddedWriter::Turn turn);

  const std::vector<int>& partitions() const override { return held_; }
  uint64_t epoch() const override { return epoch_; }
  absl::StatusOr<CommitPoint> Committed(int partition) override;
  absl::Status Seek(int partition, int64_t position) override;
  absl::StatusOr<Batch> Poll(size_t max, std::chrono::milliseconds wait) override;
  int64_t Position(int partition) const override;
  absl::StatusOr<CommitOutcome> Commit(std::span<const Entry> output,
                                       std::span<const CommitPoint> points) override;
  absl::Status MakeDurable() override { return writer_->Sync(); }

 private:
  struct Reading {
    int64_t position = -1;  // -1: not yet sought
    std::vector<Stored> ready;
    size_t given = 0;
  };
  absl::Status CheckHeld(int partition) const;
  std::optional<Batch> TakeReady(size_t max);
  absl::Status GoToEarliest();
  absl::Status Fill();

  EmbeddedWriter* const writer_;
  FileSystem* const files_;
  const std::string directory_;
  const std::vector<int> assigned_;
  const EmbeddedWriter::Turn turn_;

  std::vector<int> held_;  // empty until the first Poll
  uint64_t epoch_ = 0;
  std::vector<Reading> readings_;  // by partition
  size_t last_served_ = 0;         // in held_: the next Poll looks behind it first
  std::optional<LogCursor> cursor_;
  bool sought_ = false;  // the cursor must go to where the partitions are now
};

}  // namespace tieout::log
