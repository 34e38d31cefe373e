#include "engine/runtime/homes.h"

#include <algorithm>
#include <iterator>

#include "engine/base/hash.h"
#include "engine/base/text.h"
#include "fmt/format.h"

namespace tieout::runtime {

absl::StatusOr<std::vector<std::string>> HomesOf(const Workers& workers) {
  std::vector<std::string> homes;
  for (const auto& [partition, worker] : workers) {
    TIEOUT_ASSIGN_OR_RETURN(std::vector<std::string> some, worker->fold().Homes());
    std::move(some.begin(), some.end(), std::back_inserter(homes));
  }
  std::sort(homes.begin(), homes.end());
  return homes;
}

absl::StatusOr<ledger::SellerProjection> ProjectHome(const Workers& workers, int partitions,
                                                     const std::string& home) {
  const int partition = base::PartitionOf(home, partitions);
  auto it = workers.find(partition);
  if (it == workers.end()) {
    return base::Unavailable(fmt::format(
        "{} lives in partition {}, which this process doesn't hold now: ask the one that does, or "
        "try again",
        base::Quoted(home), partition));
  }
  return it->second->fold().Project(home);
}

PartitionStatus StatusOf(const PartitionWorker& worker) {
  const matching::FoldStats stats = worker.fold().stats();
  PartitionStatus status;
  status.partition = static_cast<int>(worker.progress().partition);
  status.stored_position = worker.stored_position();
  status.committed_position = worker.committed_position();
  status.next_ordinal = stats.next_ordinal;
  status.tick = stats.tick;
  status.records = worker.progress().records;
  status.dead_letters = worker.progress().dead_letters;
  status.resident_bytes = stats.resident_bytes;
  status.dirty_bytes = stats.dirty_bytes;
  return status;
}

}  // namespace tieout::runtime
