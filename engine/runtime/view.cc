// The read-only look: store as it is, the rest of the events folded in memory, nothing written.
#include <algorithm>
#include <mutex>
#include <utility>

#include "engine/runtime/engine.h"
#include "engine/runtime/homes.h"
#include "engine/runtime/open_log.h"
#include "engine/runtime/record_pages.h"

namespace tieout::runtime {
namespace {

constexpr size_t kReadEntries = 8192;
constexpr std::chrono::milliseconds kReadWait{1000};
constexpr int kSnapshotAttempts = 100;

class View : public ReadModel {
 public:
  View(std::unique_ptr<log::EventLog> log, std::unique_ptr<store::StateStore> states)
      : log_(std::move(log)), states_(std::move(states)) {}

  absl::Status Fold(uint64_t pages_bytes) {
    const int partitions = log_->identity().partitions;
    uncommitted_.from.resize(static_cast<size_t>(partitions));
    uncommitted_.records.resize(static_cast<size_t>(partitions));
    for (int partition = 0; partition < partitions; ++partition) {
      TIEOUT_RETURN_IF_ERROR(
          FoldPartition(partition, pages_bytes / static_cast<uint64_t>(partitions)));
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
      status.folded_position = folded_.at(partition);
      TIEOUT_ASSIGN_OR_RETURN(status.end_position, log_->End(log::Stream::kEvents, partition));
      out.push_back(status);
    }
    return out;
  }

 private:
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

  absl::Status FoldPartition(int partition, uint64_t pages_bytes) {
    // The store is opened after C was read, but may be newer than it: then read C again.
    std::unique_ptr<PartitionWorker> worker;
    for (int attempt = 0; worker == nullptr; ++attempt) {
      TIEOUT_ASSIGN_OR_RETURN(const log::CommitPoint committed, CommittedNow(partition));
      auto opened = PartitionWorker::Open(log_->identity(), committed, states_.get());
      if (!opened.ok() && attempt < 3) continue;
      TIEOUT_ASSIGN_OR_RETURN(worker, std::move(opened));
    }
    int64_t position = worker->stored_position();
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log_->End(log::Stream::kEvents, partition));
    TIEOUT_ASSIGN_OR_RETURN(auto reader,
                            log_->NewReader(log::Stream::kEvents, partition, position));
    std::vector<log::Entry> output;
    Tally tally;
    while (position < end) {
      TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(kReadEntries, kReadWait));
      TIEOUT_RETURN_IF_ERROR(worker->Fold(entries, &output, &tally));
      position = reader->position();
      TIEOUT_RETURN_IF_ERROR(worker->Reached(position));
      worker->Trim(pages_bytes);
      Keep(partition, &output);
    }
    folded_[partition] = position;
    workers_[partition] = std::move(worker);
    return absl::OkStatus();
  }

  void Keep(int partition, std::vector<log::Entry>* output) {
    for (log::Entry& entry : *output) {
      if (entry.stream != log::Stream::kRecords) continue;
      uncommitted_.records[static_cast<size_t>(partition)].push_back(std::move(entry.value));
    }
    output->clear();
  }

  const std::unique_ptr<log::EventLog> log_;
  const std::unique_ptr<store::StateStore> states_;
  std::mutex mutex_;
  // Guarded by mutex_ once folded:
  Workers workers_;
  std::map<int, int64_t> folded_;
  Uncommitted uncommitted_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<ReadModel>> OpenView(const EngineOptions& options) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLogForReading(options));
  TIEOUT_ASSIGN_OR_RETURN(auto states, OpenStates(options, true));
  auto view = std::make_unique<View>(std::move(log), std::move(states));
  TIEOUT_RETURN_IF_ERROR(view->Fold(options.memory.pages_bytes));
  return view;
}

}  // namespace tieout::runtime
