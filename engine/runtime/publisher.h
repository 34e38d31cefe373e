// Events onto the log: each to its home's partition, configuration to every partition.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/log/log.h"
#include "engine/runtime/appender.h"
#include "engine/runtime/log_index.h"

namespace tieout::runtime {

class Publisher : public Appender {
 public:
  // Both must outlive the publisher. `index` is refreshed by it after configuration.
  Publisher(log::EventLog* log, LogIndex* index) : log_(log), index_(index) {}

  // Takes the role of the configuration's writer, reads what others appended before, appends, in
  // one step. Tries again where another writer took the role in between. kInvalidArgument: an event
  // the fold would refuse; nothing is appended.
  absl::Status AppendConfig(std::span<const ledger::Event> events) override;

  // Collects an event for its home's partition; appends what was collected once it is large.
  absl::Status Add(const ledger::Event& event) override;
  absl::Status Flush() override;

 private:
  log::EventLog* const log_;
  LogIndex* const index_;
  std::vector<log::Entry> collected_;
  uint64_t collected_bytes_ = 0;
};

}  // namespace tieout::runtime
