// From options to a log: embedded in <data>/log, or Kafka.
// Errors: as EventLog's; messages name the way out.
#pragma once

#include <memory>

#include "engine/base/status.h"
#include "engine/log/embedded.h"
#include "engine/log/kafka.h"
#include "engine/log/log.h"
#include "engine/runtime/options.h"
#include "engine/store/store.h"

namespace tieout::runtime {

absl::StatusOr<log::EmbeddedOptions> EmbeddedOptionsOf(const EngineOptions& options);
std::string EmbeddedDirectory(const EngineOptions& options);
log::KafkaOptions KafkaOptionsOf(const EngineOptions& options);
// Holds what remembers positions in the log: the store, the index. A log copied to Kafka keeps its
// id but not its positions, so each of the two has a folder of its own.
std::string PositionsDirectory(const EngineOptions& options);

// Begins an embedded log where there is none. kFailedPrecondition: another process writes it.
absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLogForWriting(const EngineOptions& options);

absl::StatusOr<std::unique_ptr<store::StateStore>> OpenStates(const EngineOptions& options,
                                                              bool read_only);

}  // namespace tieout::runtime
