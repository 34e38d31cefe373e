// Asking workers about homes: what the running engine and the read-only view share.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/projection.h"
#include "engine/log/log.h"
#include "engine/runtime/partition_worker.h"
#include "engine/runtime/read_model.h"

namespace tieout::runtime {

using Workers = std::map<int, std::unique_ptr<PartitionWorker>>;

absl::StatusOr<std::vector<std::string>> HomesOf(const Workers& workers);
// kNotFound: nothing is known of it. kUnavailable: its partition isn't among these workers.
absl::StatusOr<ledger::SellerProjection> ProjectHome(const Workers& workers, int partitions,
                                                     const std::string& home);
// All but the positions folded and at the log's end.
PartitionStatus StatusOf(const PartitionWorker& worker);

}  // namespace tieout::runtime
