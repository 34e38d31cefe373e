// Records of all partitions in pages, for readers that come back: a cursor is one position a
// partition, "12.0.7". Within a page the partitions follow each other, each in its own order.
// Thread safety: none.
#pragma once

#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/log.h"
#include "engine/runtime/read_model.h"
#include "engine/runtime/record_spool.h"

namespace tieout::runtime {

// kInvalidArgument: no cursor of a log with that many partitions. Empty: the beginning.
absl::StatusOr<std::vector<int64_t>> ParseCursor(const std::string& cursor, int partitions);
std::string FormatCursor(const std::vector<int64_t>& positions);

// Records folded but not on the log when somebody looked; by partition.
struct Uncommitted {
  std::vector<int64_t> from;  // the end of the records stream at that time
  std::vector<RecordSpool> records;
};

// `uncommitted` null: what is on the log. Else the log up to `from`, then these, as of that time.
absl::StatusOr<RecordsPage> ReadRecords(log::EventLog* log, const std::string& after, size_t max,
                                        const Uncommitted* uncommitted);

}  // namespace tieout::runtime
