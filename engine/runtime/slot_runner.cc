#include "engine/runtime/slot_runner.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/base/check.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kLookAgain{1};  // whether a commit is done
constexpr milliseconds kReportInterval{1000};
constexpr milliseconds kLongestRetryWait{5000};

uint64_t BytesOf(const log::Entry& entry) {
  return sizeof(entry) + entry.key.size() + entry.value.size();
}

}  // namespace

SlotRunner::SlotRunner(log::EventLog* log, std::unique_ptr<log::Slot> slot,
                       store::StateStore* states, const Options& options, Metrics* metrics)
    : log_(log),
      slot_(std::move(slot)),
      states_(states),
      options_(options),
      metrics_(metrics),
      commit_interval_(options.commit.caught_up),
      last_commit_(steady_clock::now()) {}

SlotRunner::~SlotRunner() {
  if (flight_) slot_->FinishCommit().IgnoreError();  // until then the slot reads the batch
}

absl::Status SlotRunner::Step(milliseconds idle) {
  const SteadyTime begun = steady_clock::now();
  milliseconds wait = idle;
  if (flight_) {
    wait = std::min(kLookAgain, idle);
  } else if (!pending_.positions.empty()) {
    const auto due = last_commit_ + commit_interval_ - begun;
    wait = std::clamp(std::chrono::duration_cast<milliseconds>(due), milliseconds(0), idle);
  }
  TIEOUT_ASSIGN_OR_RETURN(log::Batch batch, slot_->Poll(options_.poll_entries, wait));
  polled_since_commit_ += steady_clock::now() - begun;
  if (!started_ || slot_->epoch() != epoch_) return TakePartitions();
  if (batch.partition >= 0) {
    TIEOUT_RETURN_IF_ERROR(FoldBatch(batch));
  } else {
    // C may lie behind the last entry (Kafka's control records): nothing more comes to say so.
    auto pass = gate_.EnterToFold();
    for (auto& [partition, worker] : workers_) {
      TIEOUT_RETURN_IF_ERROR(worker->Reached(slot_->Position(partition)));
    }
  }
  TIEOUT_RETURN_IF_ERROR(CommitWhereDue());
  TIEOUT_RETURN_IF_ERROR(CheckpointWhereDue());
  ReportPartitions();
  return absl::OkStatus();
}

// Who mostly waits for input has caught up: commit soon, for latency. Who mostly folds has a
// backlog: larger transactions cost less each.
void SlotRunner::AdaptCommitInterval() {
  const auto elapsed = steady_clock::now() - last_commit_;
  const bool caught_up = polled_since_commit_ * 2 > elapsed;
  commit_interval_ = caught_up ? options_.commit.caught_up
                               : std::min(commit_interval_ * 2, options_.commit.backlog);
}

// What was folded of partitions that went is committed first: the slot still may.
absl::Status SlotRunner::TakePartitions() {
  TIEOUT_RETURN_IF_ERROR(CommitAndCheckpoint());
  const std::vector<int> held = slot_->partitions();
  epoch_ = slot_->epoch();
  started_ = started_ || !held.empty();
  std::vector<int> gone;
  for (const auto& [partition, worker] : workers_) {
    if (!std::binary_search(held.begin(), held.end(), partition)) gone.push_back(partition);
  }
  {
    auto pass = gate_.EnterToFold();
    for (int partition : gone) workers_.erase(partition);
  }
  for (int partition : gone) metrics_->PartitionGone(partition);
  for (int partition : held) {
    if (!workers_.contains(partition)) TIEOUT_RETURN_IF_ERROR(OpenWorker(partition));
  }
  return absl::OkStatus();
}

absl::Status SlotRunner::OpenWorker(int partition) {
  TIEOUT_ASSIGN_OR_RETURN(log::CommitPoint committed, slot_->Committed(partition));
  TIEOUT_ASSIGN_OR_RETURN(auto worker, PartitionWorker::Open(log_->identity(), committed, states_));
  TIEOUT_RETURN_IF_ERROR(slot_->Seek(partition, worker->stored_position()));
  last_checkpoint_[partition] = steady_clock::now();
  auto pass = gate_.EnterToFold();
  workers_[partition] = std::move(worker);
  return absl::OkStatus();
}

absl::Status SlotRunner::FoldBatch(const log::Batch& batch) {
  auto it = workers_.find(batch.partition);
  TIEOUT_CHECK(it != workers_.end());
  PartitionWorker& worker = *it->second;
  const size_t before = pending_.output.size();
  {
    Stopwatch watch(&metrics_->fold_seconds);
    auto pass = gate_.EnterToFold();
    TIEOUT_RETURN_IF_ERROR(worker.Fold(batch.entries, &pending_.output, &pending_.tally));
    TIEOUT_RETURN_IF_ERROR(worker.Reached(slot_->Position(batch.partition)));
    worker.Trim(PagesFor(worker));
  }
  for (size_t i = before; i < pending_.output.size(); ++i) {
    pending_.bytes += BytesOf(pending_.output[i]);
  }
  if (!worker.muted() && slot_->Position(batch.partition) > worker.committed_position()) {
    pending_.positions[batch.partition] = slot_->Position(batch.partition);
  }
  return absl::OkStatus();
}

// What the others leave, and an equal share at least: sellers are seldom of one size.
uint64_t SlotRunner::PagesFor(const PartitionWorker& worker) const {
  const uint64_t all = options_.memory.pages_bytes;
  uint64_t others = 0;
  for (const auto& [partition, other] : workers_) {
    if (other.get() != &worker) others += other->stats().resident_bytes;
  }
  return std::max(all / workers_.size(), all - std::min(all, others));
}

// With a backlog the next batch is folded while this one is committed, and waits for it only when
// memory runs out. Who has caught up waits: what trickles in meanwhile is read in one go
// afterwards, and taking it up piece by piece beside the commit tripled the latency.
absl::Status SlotRunner::CommitWhereDue() {
  if (flight_ && (slot_->CommitIsDone() || BatchIsFull())) TIEOUT_RETURN_IF_ERROR(FinishCommit());
  if (flight_ || pending_.positions.empty()) return absl::OkStatus();
  if (!BatchIsFull() && steady_clock::now() < last_commit_ + commit_interval_) {
    return absl::OkStatus();
  }
  AdaptCommitInterval();
  StartCommit();
  return HasBacklog() ? absl::OkStatus() : FinishCommit();
}

absl::Status SlotRunner::Commit() {
  TIEOUT_RETURN_IF_ERROR(FinishCommit());
  if (pending_.positions.empty()) {
    Count(std::exchange(pending_.tally, {}));  // of muted events alone
    return absl::OkStatus();
  }
  StartCommit();
  return FinishCommit();
}

void SlotRunner::StartCommit() {
  std::vector<log::CommitPoint> points;
  points.reserve(pending_.positions.size());
  for (const auto& [partition, position] : pending_.positions) {
    points.push_back(workers_.at(partition)->CommitPointAt(position));
  }
  flight_.emplace(std::exchange(pending_, {}), std::move(points), &metrics_->commit_seconds);
  slot_->StartCommit(flight_->batch.output, flight_->points);
}

absl::Status SlotRunner::FinishCommit() {
  if (!flight_) return absl::OkStatus();
  const absl::StatusOr<log::CommitOutcome> outcome = OutcomeOf(*flight_);
  const Pending batch = std::move(flight_->batch);
  const std::vector<log::CommitPoint> points = std::move(flight_->points);
  flight_.reset();
  TIEOUT_RETURN_IF_ERROR(outcome.status());
  last_commit_ = steady_clock::now();
  polled_since_commit_ = {};
  if (*outcome == log::CommitOutcome::kLost) {
    ++counts_.lost;
    metrics_->lost.Increment();
    Forget();
    return TakePartitions();
  }
  ++counts_.commits;
  metrics_->committed.Increment();
  for (const auto& point : points) workers_.at(point.partition)->Committed(point.next_position);
  Count(batch.tally);
  return absl::OkStatus();
}

// The same bytes until they are in, or lost, or there is no use in trying on.
absl::StatusOr<log::CommitOutcome> SlotRunner::OutcomeOf(const Flight& flight) {
  milliseconds pause{5};
  for (uint32_t attempt = 1;; ++attempt) {
    absl::StatusOr<log::CommitOutcome> outcome = slot_->FinishCommit();
    const bool again = outcome.ok() ? *outcome == log::CommitOutcome::kAborted
                                    : outcome.status().code() == absl::StatusCode::kUnavailable;
    if (!again) return outcome;
    ++counts_.aborted;
    metrics_->aborted.Increment();
    if (attempt >= options_.commit.attempts) {
      return base::Unavailable(fmt::format(
          "a batch of {} entries could not be committed in {} attempts{}{}: nothing of it is in "
          "the log; when the log can be written again, start again and it goes on from there",
          flight.batch.output.size(), attempt,
          outcome.ok() ? "" : ", the last: ", outcome.ok() ? "" : base::Message(outcome.status())));
    }
    std::this_thread::sleep_for(pause);
    pause = std::min(pause * 2, kLongestRetryWait);
    slot_->StartCommit(flight.batch.output, flight.points);
  }
}

void SlotRunner::Count(const Tally& tally) {
  counts_.events += tally.events + tally.muted;
  counts_.muted += tally.muted;
  counts_.records += tally.records;
  counts_.dead_letters += tally.dead_letters;
  counts_.duplicates += tally.duplicates;
  metrics_->Add(tally);
}

absl::Status SlotRunner::CommitAndCheckpoint() {
  TIEOUT_RETURN_IF_ERROR(FinishCommit());
  // Kafka's control records at a partition's end are passed without an entry to fold: else they
  // stood as a lag that nothing ever took away.
  for (const auto& [partition, worker] : workers_) {
    const int64_t position = slot_->Position(partition);
    if (!worker->muted() && position > worker->committed_position()) {
      pending_.positions[partition] = position;
    }
  }
  TIEOUT_RETURN_IF_ERROR(Commit());
  for (auto& [partition, worker] : workers_) {
    TIEOUT_RETURN_IF_ERROR(FinishCheckpoint(partition, worker.get()));
    if (worker->events_since_checkpoint() == 0) continue;
    TIEOUT_RETURN_IF_ERROR(StartCheckpoint(partition, worker.get()));
  }
  for (auto& [partition, worker] : workers_)
    TIEOUT_RETURN_IF_ERROR(FinishCheckpoint(partition, worker.get()));
  return absl::OkStatus();
}

// The fold goes on while a checkpoint is written, and waits for it only when the next is due.
absl::Status SlotRunner::CheckpointWhereDue() {
  const uint64_t dirty_bound = options_.memory.dirty_bytes / std::max<uint64_t>(1, workers_.size());
  const SteadyTime now = steady_clock::now();
  std::vector<int> due;
  for (auto& [partition, worker] : workers_) {
    if (worker->is_writing() && worker->HasWritten()) {
      TIEOUT_RETURN_IF_ERROR(FinishCheckpoint(partition, worker.get()));
    }
    if (worker->events_since_checkpoint() == 0) continue;
    const bool forced = worker->stats().dirty_bytes >= dirty_bound;
    if (!forced && worker->events_since_checkpoint() < options_.checkpoint.events &&
        now < last_checkpoint_[partition] + options_.checkpoint.interval) {
      continue;
    }
    due.push_back(partition);
    if (forced) {
      ++counts_.forced_checkpoints;
      metrics_->forced_checkpoints.Increment();
    }
  }
  if (due.empty()) return absl::OkStatus();
  const uint64_t lost_before = counts_.lost;
  TIEOUT_RETURN_IF_ERROR(Commit());
  if (counts_.lost != lost_before) return absl::OkStatus();  // other workers now
  for (int partition : due) {
    PartitionWorker& worker = *workers_.at(partition);
    TIEOUT_RETURN_IF_ERROR(FinishCheckpoint(partition, &worker));
    TIEOUT_RETURN_IF_ERROR(StartCheckpoint(partition, &worker));
  }
  return absl::OkStatus();
}

absl::Status SlotRunner::StartCheckpoint(int partition, PartitionWorker* worker) {
  TIEOUT_RETURN_IF_ERROR(
      slot_->MakeDurable());  // else a power cut leaves the store leading the log
  auto pass = gate_.EnterToFold();
  // Past the committed position lie control records at most: the state is the same there.
  worker->StartCheckpoint(std::min(slot_->Position(partition), worker->committed_position()));
  last_checkpoint_[partition] = steady_clock::now();
  return absl::OkStatus();
}

absl::Status SlotRunner::FinishCheckpoint(int partition, PartitionWorker* worker) {
  if (!worker->is_writing()) return absl::OkStatus();
  worker->AwaitWritten();
  auto pass = gate_.EnterToFold();
  TIEOUT_RETURN_IF_ERROR(worker->FinishCheckpoint());
  metrics_->checkpoint_seconds.Observe(
      std::chrono::duration<double>(steady_clock::now() - last_checkpoint_[partition]).count());
  ++counts_.checkpoints;
  metrics_->checkpoints.Increment();
  return absl::OkStatus();
}

void SlotRunner::Forget() {
  auto pass = gate_.EnterToFold();
  workers_.clear();
  pending_ = {};
}

bool SlotRunner::ready() const {
  return !workers_.empty() && std::none_of(workers_.begin(), workers_.end(),
                                           [](const auto& w) { return w.second->muted(); });
}

int64_t SlotRunner::Position(int partition) const {
  return holds(partition) ? slot_->Position(partition) : -1;
}

absl::Status SlotRunner::Read(const std::function<absl::Status(const Workers&)>& read) {
  auto pass = gate_.EnterToRead();
  return read(workers_);
}

void SlotRunner::ReportPartitions() {
  const SteadyTime now = steady_clock::now();
  if (now < last_report_ + kReportInterval) return;
  last_report_ = now;
  for (const auto& [partition, worker] : workers_) {
    const matching::FoldStats& stats = worker->stats();
    const absl::StatusOr<int64_t> end = log_->End(log::Stream::kEvents, partition);
    const int64_t lag = end.ok() ? std::max<int64_t>(0, *end - slot_->Position(partition)) : 0;
    metrics_->Partition(partition, lag, stats.tick, stats.resident_bytes, stats.dirty_bytes);
  }
}

}  // namespace tieout::runtime
