// The read-only look: store as it is, the rest of the events folded in memory; what doesn't fit
// there goes to temporary files. Nothing of the log or the store is written.
#include <algorithm>
#include <mutex>
#include <utility>

#include "engine/base/temporary_folder.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/homes.h"
#include "engine/runtime/open_log.h"
#include "engine/runtime/record_pages.h"
#include "engine/store/overlay_store.h"
#include "engine/store/rocks_store.h"

namespace tieout::runtime {
namespace {

constexpr size_t kFoldedAtOnce = 8192;
constexpr std::chrono::milliseconds kFoldWait{1000};
constexpr int kSnapshotAttempts = 100;

class View : public ReadModel {
 public:
  View(std::unique_ptr<log::EventLog> log, std::unique_ptr<store::StateStore> states,
       const MemoryBounds& memory)
      : log_(std::move(log)),
        stored_(std::move(states)),
        memory_(memory),
        states_(store::NewOverlayStore(stored_.get(), [this] { return MakeScratch(); })) {}

  absl::Status Fold(const std::function<void(const RunProgress&)>& progress) {
    const int partitions = log_->identity().partitions;
    uncommitted_.from.resize(static_cast<size_t>(partitions));
    uncommitted_.records.resize(static_cast<size_t>(partitions));
    for (int partition = 0; partition < partitions; ++partition) {
      TIEOUT_RETURN_IF_ERROR(OpenPartition(partition));
    }
    RunProgress now;
    for (const auto& [partition, place] : places_) now.events_left += place.end - place.folded;
    for (int partition = 0; partition < partitions; ++partition) {
      TIEOUT_RETURN_IF_ERROR(FoldPartition(partition, [&](int64_t events) {
        now.events += static_cast<uint64_t>(events);
        now.events_left -= static_cast<uint64_t>(events);
        if (progress) progress(now);
      }));
    }
    return absl::OkStatus();
  }

  absl::StatusOr<std::vector<std::string>> Homes() override {
    std::lock_guard lock(mutex_);
    return HomesOf(workers_);
  }
  absl::StatusOr<ledger::SellerProjection> Project(const std::string& home) override {
    std::lock_guard lock(mutex_);
    return ProjectHome(workers_, log_->identity().partitions, home);
  }
  absl::StatusOr<RecordsPage> Records(const std::string& after, size_t max) override {
    std::lock_guard lock(mutex_);
    return ReadRecords(log_.get(), after, max, &uncommitted_);
  }
  absl::StatusOr<std::vector<PartitionStatus>> Status() override {
    std::lock_guard lock(mutex_);
    std::vector<PartitionStatus> out;
    for (const auto& [partition, worker] : workers_) {
      PartitionStatus status = StatusOf(*worker);
      const Place& place = places_.at(partition);
      status.stored_position = place.stored;
      status.committed_position = place.committed;
      status.folded_position = place.folded;
      TIEOUT_ASSIGN_OR_RETURN(status.end_position, log_->End(log::Stream::kEvents, partition));
      out.push_back(status);
    }
    return out;
  }

 private:
  struct Place {
    int64_t stored = 0, committed = 0, folded = 0;
    int64_t end = 0;  // of what is folded
  };

  absl::StatusOr<std::unique_ptr<store::StateStore>> MakeScratch() {
    store::RocksOptions rocks;
    TIEOUT_ASSIGN_OR_RETURN(rocks.directory, scratch_.Path());
    rocks.block_cache_bytes = memory_.block_cache_bytes;
    return store::NewRocksStore(rocks);
  }

  // C and the records' end that belongs to it, while a writer may be committing.
  absl::StatusOr<log::CommitPoint> CommittedNow(int partition) {
    TIEOUT_ASSIGN_OR_RETURN(log::CommitPoint point, log_->Committed(partition));
    for (int attempt = 0; attempt < kSnapshotAttempts; ++attempt) {
      TIEOUT_ASSIGN_OR_RETURN(uncommitted_.from[static_cast<size_t>(partition)],
                              log_->End(log::Stream::kRecords, partition));
      TIEOUT_ASSIGN_OR_RETURN(log::CommitPoint again, log_->Committed(partition));
      if (again.next_position == point.next_position) return point;
      point = std::move(again);
    }
    return base::Unavailable("the log is being written too fast to look at: try again");
  }

  absl::Status OpenPartition(int partition) {
    // The store is opened after C was read, but may be newer than it: then read C again.
    std::unique_ptr<PartitionWorker> worker;
    for (int attempt = 0; worker == nullptr; ++attempt) {
      TIEOUT_ASSIGN_OR_RETURN(const log::CommitPoint committed, CommittedNow(partition));
      auto opened = PartitionWorker::Open(log_->identity(), committed, states_.get());
      if (!opened.ok() && attempt < 3) continue;
      TIEOUT_ASSIGN_OR_RETURN(worker, std::move(opened));
    }
    const int64_t position = worker->stored_position();
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_->End(log::Stream::kEvents, partition));
    places_[partition] = {position, worker->committed_position(), position, end};
    workers_[partition] = std::move(worker);
    return absl::OkStatus();
  }

  absl::Status FoldPartition(int partition, const std::function<void(int64_t events)>& folded) {
    const auto partitions = static_cast<uint64_t>(log_->identity().partitions);
    PartitionWorker& worker = *workers_.at(partition);
    Place& place = places_.at(partition);
    TIEOUT_ASSIGN_OR_RETURN(auto reader,
                            log_->NewReader(log::Stream::kEvents, partition, place.folded));
    std::vector<log::Entry> output;
    Tally tally;
    while (place.folded < place.end) {
      TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(kFoldedAtOnce, kFoldWait));
      TIEOUT_RETURN_IF_ERROR(worker.Fold(entries, &output, &tally));
      const int64_t position = reader->position();
      TIEOUT_RETURN_IF_ERROR(worker.Reached(position));
      worker.Trim(memory_.pages_bytes / partitions);
      TIEOUT_RETURN_IF_ERROR(Keep(partition, &output));
      folded(std::min(position, place.end) - place.folded);
      place.folded = position;
      if (worker.fold().stats().dirty_bytes < memory_.dirty_bytes / partitions) continue;
      if (!worker.muted()) worker.Committed(position);  // here, that is
      TIEOUT_RETURN_IF_ERROR(worker.Checkpoint(position));
    }
    return absl::OkStatus();
  }

  absl::Status Keep(int partition, std::vector<log::Entry>* output) {
    for (const log::Entry& entry : *output) {
      if (entry.stream != log::Stream::kRecords) continue;
      TIEOUT_RETURN_IF_ERROR(uncommitted_.records[static_cast<size_t>(partition)].Add(entry.value));
    }
    output->clear();
    return absl::OkStatus();
  }

  const std::unique_ptr<log::EventLog> log_;
  const std::unique_ptr<store::StateStore> stored_;
  const MemoryBounds memory_;
  base::TemporaryFolder scratch_{"view"};  // outlives states_, which writes there
  const std::unique_ptr<store::StateStore> states_;
  std::mutex mutex_;
  // Guarded by mutex_ once folded:
  Workers workers_;
  std::map<int, Place> places_;
  Uncommitted uncommitted_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReadModel>> OpenView(
    const EngineOptions& options, const std::function<void(const RunProgress&)>& progress) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLogForReading(options));
  TIEOUT_ASSIGN_OR_RETURN(auto states, OpenStates(options, true));
  auto view = std::make_unique<View>(std::move(log), std::move(states), options.memory);
  TIEOUT_RETURN_IF_ERROR(view->Fold(progress));
  return view;
}

}  // namespace tieout::runtime
