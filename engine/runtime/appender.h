// Where the events of a source go: onto the log (publisher.h), or nowhere (ingest_preview.h).
#pragma once

#include <span>

#include "engine/base/status.h"
#include "engine/ledger/event.h"

namespace tieout::runtime {

class Appender {
 public:
  virtual ~Appender() = default;
  // Configuration, in one step; what was added before it comes before it.
  virtual absl::Status AppendConfig(std::span<const ledger::Event> events) = 0;
  virtual absl::Status Add(const ledger::Event& event) = 0;
  // All that was added is durable.
  virtual absl::Status Flush() = 0;
};

}  // namespace tieout::runtime
