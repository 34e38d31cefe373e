// Opening what a command needs, with progress on stderr while it takes long.
#pragma once

#include <memory>
#include <vector>

#include "engine/base/status.h"
#include "engine/cli/command.h"
#include "engine/cli/progress.h"
#include "engine/log/kafka.h"
#include "engine/log/log.h"
#include "engine/runtime/engine.h"

namespace tieout::cli {

// For writing; begins an embedded log where there is none.
absl::StatusOr<std::unique_ptr<runtime::Engine>> OpenEngine(Context& context);

// For reading. Refused where there is no log, with the way to one (never makes one).
absl::StatusOr<std::unique_ptr<runtime::ReadModel>> OpenView(Context& context);
absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLog(Context& context);

// Of commands that only make sense on Kafka; refused without brokers.
absl::StatusOr<log::KafkaOptions> KafkaOf(const Context& context);

// Folds to the end with progress.
absl::StatusOr<runtime::RunReport> RunToEnd(Context& context, runtime::Engine& engine);

// Calls `visit` with each entry of a stream, partition by partition, until the end as it is now.
// `doing` and `unit` are for the progress line: "reading", "records".
absl::Status ForEachEntry(
    Context& context, log::EventLog& log, log::Stream stream, const std::string& unit,
    const std::function<absl::Status(int partition, const log::Stored&)>& visit);

// Projections of all homes, or of one (kNotFound with the nearest known one).
absl::StatusOr<std::vector<ledger::SellerProjection>> ProjectAll(runtime::ReadModel& view);
absl::StatusOr<ledger::SellerProjection> ProjectOne(const Context& context,
                                                    runtime::ReadModel& view,
                                                    const std::string& id);

}  // namespace tieout::cli
