// Asking the state: what the HTTP API, `breaks`, `seller` and `records` read. Two implementations:
// the running engine (answers between two batches) and the read-only view (view.h).
// Thread safety: all calls from any thread.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::runtime {

struct PartitionStatus {
  int partition = 0;
  int64_t stored_position = 0;     // S: the store's checkpoint
  int64_t committed_position = 0;  // C
  int64_t folded_position = 0;
  int64_t end_position = 0;  // of the events stream
  uint64_t next_ordinal = 0;
  uint64_t tick = 0;                       // log time, units of 10 s
  uint64_t records = 0, dead_letters = 0;  // committed so far
  uint64_t resident_bytes = 0, dirty_bytes = 0;
};

// A place in the records of all partitions: "12.0.7", one position a partition. Empty: the
// beginning.
struct RecordsPage {
  std::vector<ledger::Record> records;
  std::string next;  // the cursor after them
  bool more = false;
};

class ReadModel {
 public:
  virtual ~ReadModel() = default;
  // Sellers and other homes with any state, ascending, all partitions.
  virtual absl::StatusOr<std::vector<std::string>> Homes() = 0;
  // kNotFound: nothing is known of it.
  virtual absl::StatusOr<ledger::SellerProjection> Project(const std::string& home) = 0;
  virtual absl::StatusOr<RecordsPage> Records(const std::string& after, size_t max) = 0;
  virtual absl::StatusOr<std::vector<PartitionStatus>> Status() = 0;
};

}  // namespace tieout::runtime
