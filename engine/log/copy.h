// Moves a log from one implementation to another: events, records, dead letters and each
// partition's commit point, with the same partitions and the same order, so that a fold of the copy
// gives the same records.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::log {

struct CopyOptions {
  // The folder's bytes for a commit point in the destination, where they hold a position (which
  // differs there) themselves; null: they are kept as they are.
  std::function<std::string(const CommitPoint& in_destination)> progress;
  // Entries copied, of how many bytes; called now and then.
  std::function<void(int64_t entries, int64_t bytes)> report;
};

struct CopyReport {
  int64_t events = 0;
  int64_t records = 0;
  int64_t dead_letters = 0;
};

// Nothing may write to either log meanwhile. Every entry is read back from the destination and
// compared. The commit points come last: whoever made the destination sees to it that nobody opens
// it before (Kafka: TopicPlan::for_copy; a directory gets its name afterwards).
// kFailedPrecondition: the destination is another log, has another partition count or isn't empty;
// or the source was written meanwhile.
// kDataLoss: the destination holds something else than was copied.
absl::StatusOr<CopyReport> CopyLog(EventLog* source, EventLog* destination,
                                   const CopyOptions& options);

}  // namespace tieout::log
