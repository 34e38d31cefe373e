// The whole log folded again from nothing: what an auditor who has the log alone can know. The same
// log gives the same digests whatever the workers, batches, crashes and machines.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::audit {

struct PartitionReplay {
  int partition = 0;
  uint64_t events = 0;  // log entries, ticks and configuration included
  uint64_t records = 0, dead_letters = 0;
  uint64_t tick = 0;  // log time at the end
  base::Digest state;
  base::Digest
      output;  // SHA-256 of all records' bytes, each after its length (8 bytes, big endian)
};

struct ReplayReport {
  std::vector<PartitionReplay> partitions;
  base::Digest state;   // SHA-256 of the partitions' digests, in order
  base::Digest output;  // likewise
  uint64_t events = 0, records = 0, dead_letters = 0;
};

struct ReplayOptions {
  int workers = 1;
  // Called from one thread at a time, every few thousand events; may be empty.
  std::function<void(uint64_t done, uint64_t total)> progress;
};

absl::StatusOr<ReplayReport> Replay(log::EventLog& log, const ReplayOptions& options);

// Runs job(partition) for every partition on `workers` threads; the first error, by partition, is
// the answer.
absl::Status ForEachPartition(int partitions, int workers,
                              const std::function<absl::Status(int partition)>& job);

}  // namespace tieout::audit
