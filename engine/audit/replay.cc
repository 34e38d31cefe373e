#include "engine/audit/replay.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>

#include "engine/audit/refold.h"

namespace tieout::audit {
namespace {

constexpr uint64_t kProgressEvery = 4096;

void UpdateFramed(base::Sha256Stream& hash, std::string_view bytes) {
  std::string length(8, '\0');
  for (int i = 0; i < 8; ++i) length[i] = static_cast<char>(bytes.size() >> (56 - 8 * i));
  hash.Update(length);
  hash.Update(bytes);
}

// Counts done events of all workers for one callback.
class SharedProgress {
 public:
  SharedProgress(const ReplayOptions& options, uint64_t total) : options_(options), total_(total) {}
  void Add(uint64_t events) {
    const uint64_t done = done_ += events;
    if (!options_.progress) return;
    const std::lock_guard<std::mutex> lock(mutex_);
    options_.progress(done, total_);
  }

 private:
  const ReplayOptions& options_;
  const uint64_t total_;
  std::atomic<uint64_t> done_ = 0;
  std::mutex mutex_;
};

absl::StatusOr<PartitionReplay> ReplayPartition(log::EventLog& log, int partition, int64_t end,
                                                SharedProgress& progress) {
  PartitionReplay replay;
  replay.partition = partition;
  base::Sha256Stream output;
  TIEOUT_ASSIGN_OR_RETURN(auto refold, Refold::Begin(partition, {.record =
                                                                     [&](std::string_view bytes) {
                                                                       ++replay.records;
                                                                       UpdateFramed(output, bytes);
                                                                       return absl::OkStatus();
                                                                     },
                                                                 .dead_letter =
                                                                     [&](std::string_view) {
                                                                       ++replay.dead_letters;
                                                                       return absl::OkStatus();
                                                                     }}));
  const auto apply = [&](const log::Stored& entry) -> absl::Status {
    TIEOUT_RETURN_IF_ERROR(refold->Apply(entry));
    if (refold->applied() % kProgressEvery == 0) progress.Add(kProgressEvery);
    return absl::OkStatus();
  };
  TIEOUT_RETURN_IF_ERROR(ReadAll(log, log::Stream::kEvents, partition, end, apply));
  progress.Add(refold->applied() % kProgressEvery);
  TIEOUT_ASSIGN_OR_RETURN(const matching::CheckpointData data, refold->Checkpoint());
  replay.events = refold->applied();
  replay.state = data.digest;
  replay.output = output.Finish();
  replay.tick = refold->fold().stats().tick;
  return replay;
}

}  // namespace

absl::Status ForEachPartition(int partitions, int workers,
                              const std::function<absl::Status(int partition)>& job) {
  std::vector<absl::Status> results(partitions);
  std::atomic<int> next = 0;
  const auto work = [&] {
    for (int partition = next++; partition < partitions; partition = next++) {
      results[partition] = job(partition);
    }
  };
  std::vector<std::thread> threads;
  for (int i = 1; i < std::min(workers, partitions); ++i) threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  for (const absl::Status& result : results) TIEOUT_RETURN_IF_ERROR(result);
  return absl::OkStatus();
}

absl::StatusOr<ReplayReport> Replay(log::EventLog& log, const ReplayOptions& options) {
  const int partitions = log.identity().partitions;
  std::vector<int64_t> ends(partitions);
  uint64_t total = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(ends[partition], log.End(log::Stream::kEvents, partition));
    total += static_cast<uint64_t>(ends[partition]);
  }
  SharedProgress progress(options, total);
  ReplayReport report;
  report.partitions.resize(partitions);
  const auto replay = [&](int partition) -> absl::Status {
    TIEOUT_ASSIGN_OR_RETURN(report.partitions[partition],
                            ReplayPartition(log, partition, ends[partition], progress));
    return absl::OkStatus();
  };
  TIEOUT_RETURN_IF_ERROR(ForEachPartition(partitions, options.workers, replay));
  std::string states, outputs;
  for (const PartitionReplay& partition : report.partitions) {
    states += partition.state.view();
    outputs += partition.output.view();
    report.events += partition.events;
    report.records += partition.records;
    report.dead_letters += partition.dead_letters;
  }
  report.state = base::Sha256(states);
  report.output = base::Sha256(outputs);
  return report;
}

}  // namespace tieout::audit
