// Is what stands in the log's outputs and in the store what the events say? Each partition is
// folded again from nothing up to its committed position, and compared:
//
//   records, dead letters   byte for byte with the streams, none missing, none too many
//   the store               digest and projections at its position
//   the books               conservation, summed by an independent decoder (conservation.h), and
//                           continuity from log day to log day (day_books.h)
//   level order             each refund and chargeback whose sale is there is tied to it
//
// Nothing is written; what doesn't fit in memory goes to temporary files. Thread safety: the log is
// used from several threads.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/log.h"
#include "engine/store/store.h"

namespace tieout::audit {

struct VerifyOptions {
  int workers = 1;
  store::StateStore* store = nullptr;  // null: there is none to compare
  std::function<void(uint64_t done, uint64_t total)> progress;
  // For tests and for speed: stop a partition after so many findings.
  size_t findings_at_most = 20;
  // Ids of one partition held in memory, some 100 bytes each; the rest goes to temporary files.
  size_t ids_held_at_most = 200'000;
};

struct VerifyReport {
  uint64_t events = 0, records = 0, dead_letters = 0;  // compared
  uint64_t homes = 0;                                  // projections compared and summed
  int stores = 0;                                      // partitions whose store was compared
  std::vector<std::string> findings;  // one line each; empty: all is as it should be
};

absl::StatusOr<VerifyReport> Verify(log::EventLog& log, const VerifyOptions& options);

}  // namespace tieout::audit
