#include "engine/runtime/local_engine.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <map>
#include <optional>
#include <utility>

#include "engine/runtime/homes.h"
#include "engine/runtime/open_log.h"
#include "engine/runtime/record_pages.h"
#include "engine/runtime/slot_runner.h"
#include "engine/runtime/ticker.h"
#include "engine/runtime/writer_socket.h"

namespace tieout::runtime {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::chrono::seconds kDrainAtMost{10};
constexpr milliseconds kIdle{50};       // so long a stop may go unnoticed
constexpr milliseconds kProgress{100};  // between two calls of the caller's progress

// The state of the running folds, asked between two batches.
class LiveReadModel : public ReadModel {
 public:
  explicit LiveReadModel(log::EventLog* log) : log_(log) {}
  // From now on there is something to ask. It must outlive the model.
  void Ask(SlotRunner* runner) { runner_ = runner; }

  absl::StatusOr<std::vector<std::string>> Homes() override {
    std::vector<std::string> homes;
    TIEOUT_RETURN_IF_ERROR(LookAtAll([&](const Workers& workers) -> absl::Status {
      TIEOUT_ASSIGN_OR_RETURN(homes, HomesOf(workers));
      return absl::OkStatus();
    }));
    return homes;
  }
  absl::StatusOr<ledger::SellerProjection> Project(const std::string& home) override {
    ledger::SellerProjection seller;
    TIEOUT_RETURN_IF_ERROR(LookAtAll([&](const Workers& workers) -> absl::Status {
      TIEOUT_ASSIGN_OR_RETURN(seller, ProjectHome(workers, log_->identity().partitions, home));
      return absl::OkStatus();
    }));
    return seller;
  }
  absl::StatusOr<RecordsPage> Records(const std::string& after, size_t max) override {
    return ReadRecords(log_, after, max, nullptr);
  }
  absl::StatusOr<std::vector<PartitionStatus>> Status() override {
    std::vector<PartitionStatus> out;
    TIEOUT_RETURN_IF_ERROR(Look([&](const Workers& workers) -> absl::Status {
      for (const auto& [partition, worker] : workers) {
        PartitionStatus status = StatusOf(*worker);
        status.folded_position = worker->folded_position();
        TIEOUT_ASSIGN_OR_RETURN(status.end_position, log_->End(log::Stream::kEvents, partition));
        out.push_back(status);
      }
      return absl::OkStatus();
    }));
    return out;
  }

 private:
  absl::Status Look(const std::function<absl::Status(const Workers&)>& read) {
    SlotRunner* const runner = runner_;
    if (runner == nullptr) return base::Unavailable("nothing is folded yet: try again");
    return runner->Read(read);
  }
  // As Look, once what was folded before is folded again.
  absl::Status LookAtAll(const std::function<absl::Status(const Workers&)>& read) {
    return Look([&](const Workers& workers) -> absl::Status {
      const bool folding_again = std::any_of(workers.begin(), workers.end(),
                                             [](const auto& w) { return w.second->muted(); });
      if (workers.empty() || folding_again) {
        return base::Unavailable("the state is being folded up to where it was: try again");
      }
      return read(workers);
    });
  }

  log::EventLog* const log_;
  std::atomic<SlotRunner*> runner_{nullptr};
};

class LocalEngine : public Engine {
 public:
  LocalEngine(const EngineOptions& options, std::unique_ptr<log::EventLog> log)
      : options_(options),
        log_(std::move(log)),
        index_(log_.get(), PositionsDirectory(options) + "/index"),
        publisher_(log_.get(), &index_),
        ticker_(log_.get(), options.clock),
        sources_(options.data_dir + "/sources"),
        live_(log_.get()) {}

  log::EventLog& log() override { return *log_; }
  bool remote() const override { return false; }
  Metrics& metrics() override { return metrics_; }
  ReadModel& read_model() override { return live_; }

  absl::StatusOr<IngestReport> Ingest(const IngestRequest& request) override {
    return IngestFiles(request, &publisher_, &index_, &sources_, options_,
                       [this] { return BringLogTimeUpToDate(); });
  }
  absl::StatusOr<std::vector<PulledSource>> Pulled(std::string_view name) override {
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    return index_.Pulled(name);
  }
  absl::Status AppendConfig(std::span<const ledger::Event> events) override {
    TIEOUT_RETURN_IF_ERROR(BringLogTimeUpToDate());
    return publisher_.AppendConfig(events);
  }
  absl::Status Append(std::span<const ledger::Event> events) override {
    TIEOUT_RETURN_IF_ERROR(BringLogTimeUpToDate());
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    for (const ledger::Event& event : events) TIEOUT_RETURN_IF_ERROR(publisher_.Add(event));
    return publisher_.Flush();
  }
  absl::Status Settle() override {
    TIEOUT_RETURN_IF_ERROR(KnowLastTick());
    return ticker_.Settle();
  }

  absl::StatusOr<RunReport> RunToEnd(const RunRequest& request) override;
  absl::StatusOr<RunReport> Serve(const std::atomic<bool>& stop,
                                  std::function<absl::Status()> ready) override;

 private:
  absl::Status KnowLastTick() {
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    ticker_.Know(index_.last_tick());
    return absl::OkStatus();
  }
  // On Kafka the holder of partition 0 does it, and this process isn't.
  absl::Status BringLogTimeUpToDate() {
    if (!options_.brokers.empty()) return absl::OkStatus();
    TIEOUT_RETURN_IF_ERROR(KnowLastTick());
    return ticker_.CatchUp().status();
  }
  absl::Status OpenRunner();
  absl::StatusOr<uint64_t> EventsLeft(const std::vector<int64_t>& targets);
  RunReport ReportSince(const SlotCounts& before, steady_clock::time_point begun) const;
  absl::StatusOr<bool> LogTimeIsOurs();
  absl::Status LookAtTicks();
  absl::Status TickWhereDue();
  absl::Status Drain();

  const EngineOptions options_;
  const std::unique_ptr<log::EventLog> log_;
  LogIndex index_;
  Publisher publisher_;
  Ticker ticker_;
  SourceStore sources_;
  Metrics metrics_;
  std::unique_ptr<store::StateStore> states_;
  std::unique_ptr<SlotRunner> runner_;
  LiveReadModel live_;
  std::optional<int64_t> partition_0_end_;  // when we took it
};

absl::Status LocalEngine::OpenRunner() {
  if (runner_ != nullptr) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(states_, OpenStates(options_, false));
  TIEOUT_ASSIGN_OR_RETURN(auto slot, log_->OpenSlot(options_.slot));
  SlotRunner::Options running;
  running.commit = options_.commit;
  running.checkpoint = options_.checkpoint;
  running.memory = options_.memory;
  runner_ =
      std::make_unique<SlotRunner>(log_.get(), std::move(slot), states_.get(), running, &metrics_);
  live_.Ask(runner_.get());
  return absl::OkStatus();
}

RunReport LocalEngine::ReportSince(const SlotCounts& before, steady_clock::time_point begun) const {
  const SlotCounts& now = runner_->counts();
  RunReport report;
  report.events = now.events - before.events;
  report.records = now.records - before.records;
  report.dead_letters = now.dead_letters - before.dead_letters;
  report.duplicates = now.duplicates - before.duplicates;
  report.muted = now.muted - before.muted;
  report.commits = now.commits - before.commits;
  report.aborted_commits = now.aborted - before.aborted;
  report.lost_slots = now.lost - before.lost;
  report.checkpoints = now.checkpoints - before.checkpoints;
  report.elapsed_us =
      std::chrono::duration_cast<std::chrono::microseconds>(steady_clock::now() - begun).count();
  return report;
}

// Of partitions that other slots hold, their committed point tells.
absl::StatusOr<uint64_t> LocalEngine::EventsLeft(const std::vector<int64_t>& targets) {
  uint64_t left = 0;
  for (size_t i = 0; i < targets.size(); ++i) {
    const int partition = static_cast<int>(i);
    int64_t position = runner_->Position(partition);
    if (!runner_->holds(partition)) {
      TIEOUT_ASSIGN_OR_RETURN(const log::CommitPoint point, log_->Committed(partition));
      position = point.next_position;
    }
    left += static_cast<uint64_t>(std::max<int64_t>(0, targets[i] - position));
  }
  return left;
}

absl::StatusOr<RunReport> LocalEngine::RunToEnd(const RunRequest& request) {
  const auto begun = steady_clock::now();
  TIEOUT_RETURN_IF_ERROR(OpenRunner());
  const SlotCounts before = runner_->counts();
  std::vector<int64_t> targets;
  for (int partition = 0; partition < log_->identity().partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(targets.emplace_back(), log_->End(log::Stream::kEvents, partition));
  }
  auto next_progress = begun + kProgress;
  for (uint64_t left = 1; left > 0 || !runner_->ready();) {
    TIEOUT_RETURN_IF_ERROR(runner_->Step(kIdle));
    TIEOUT_ASSIGN_OR_RETURN(left, EventsLeft(targets));
    if (!request.progress || steady_clock::now() < next_progress) continue;
    next_progress = steady_clock::now() + kProgress;
    request.progress({runner_->counts().events - before.events, left});
  }
  TIEOUT_RETURN_IF_ERROR(request.checkpoint ? runner_->CommitAndCheckpoint() : runner_->Commit());
  return ReportSince(before, begun);
}

// The writer of an embedded log ticks, on Kafka the holder of partition 0: once its fold has come
// to where the partition ended when we took it. Until then it is somebody else's past that is
// folded.
absl::StatusOr<bool> LocalEngine::LogTimeIsOurs() {
  if (options_.brokers.empty()) return true;
  if (!runner_->ready() || !runner_->holds(0)) {
    partition_0_end_.reset();
    return false;
  }
  if (!partition_0_end_) {
    TIEOUT_ASSIGN_OR_RETURN(partition_0_end_, log_->End(log::Stream::kEvents, 0));
  }
  return runner_->Position(0) >= *partition_0_end_;
}

// What the fold of partition 0 knows of ticks, others' among them.
absl::Status LocalEngine::LookAtTicks() {
  uint64_t last_tick = 0;
  SeenTick seen;
  TIEOUT_RETURN_IF_ERROR(runner_->Read([&](const Workers& workers) {
    last_tick = workers.at(0)->fold().stats().tick;
    seen = workers.at(0)->last_tick();
    return absl::OkStatus();
  }));
  ticker_.Know(last_tick);
  ticker_.Seen(seen.number, seen.append_time_us);
  if (ticker_.stopped() && metrics_.ticker_stopped.Value() == 0 && options_.warn) {
    options_.warn(
        "no more ticks are appended: this machine's clock and the broker's differ by over a "
        "minute. Set the wrong one right and start again");
  }
  metrics_.ticker_stopped.Set(ticker_.stopped() ? 1 : 0);
  return absl::OkStatus();
}

// A number appended twice counts once.
absl::Status LocalEngine::TickWhereDue() {
  TIEOUT_ASSIGN_OR_RETURN(const bool ours, LogTimeIsOurs());
  if (!ours || !ticker_.IsDue()) return absl::OkStatus();
  // The embedded log has no other ticker, and its clock is ours.
  if (!options_.brokers.empty()) TIEOUT_RETURN_IF_ERROR(LookAtTicks());
  const absl::StatusOr<int> ticks = ticker_.CatchUp();
  if (absl::IsAborted(ticks.status())) return absl::OkStatus();  // the role is taken back next time
  if (!ticks.ok()) return ticks.status();
  metrics_.ticks.Increment(*ticks);
  return absl::OkStatus();
}

// Folds what was appended before now to the partitions held. A backlog of hours is left to the next
// start: whoever stops a service kills it when it takes long.
absl::Status LocalEngine::Drain() {
  const auto until = steady_clock::now() + kDrainAtMost;
  std::map<int, int64_t> targets;
  for (int partition = 0; partition < log_->identity().partitions; ++partition) {
    if (!runner_->holds(partition)) continue;
    TIEOUT_ASSIGN_OR_RETURN(targets[partition], log_->End(log::Stream::kEvents, partition));
  }
  const auto is_behind = [&](const auto& target) {
    return runner_->holds(target.first) && runner_->Position(target.first) < target.second;
  };
  while (std::any_of(targets.begin(), targets.end(), is_behind) && steady_clock::now() < until) {
    TIEOUT_RETURN_IF_ERROR(runner_->Step(kIdle));
  }
  return absl::OkStatus();
}

absl::StatusOr<RunReport> LocalEngine::Serve(const std::atomic<bool>& stop,
                                             std::function<absl::Status()> ready) {
  const auto begun = steady_clock::now();
  TIEOUT_RETURN_IF_ERROR(OpenRunner());
  const SlotCounts before = runner_->counts();
  std::unique_ptr<WriterSocket> socket;
  if (options_.brokers.empty()) {
    // Others may append while what was committed is still being folded again.
    TIEOUT_RETURN_IF_ERROR(BringLogTimeUpToDate());
    TIEOUT_ASSIGN_OR_RETURN(socket, WriterSocket::Listen(options_.data_dir, log_.get(), &ticker_));
  }
  bool told = false;
  while (!stop) {
    TIEOUT_RETURN_IF_ERROR(runner_->Step(kIdle));
    TIEOUT_RETURN_IF_ERROR(TickWhereDue());
    if (told || !runner_->ready()) continue;
    told = true;
    if (ready) TIEOUT_RETURN_IF_ERROR(ready());
  }
  socket.reset();
  TIEOUT_RETURN_IF_ERROR(Drain());
  TIEOUT_RETURN_IF_ERROR(runner_->CommitAndCheckpoint());
  return ReportSince(before, begun);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Engine>> NewLocalEngine(const EngineOptions& options,
                                                       std::unique_ptr<log::EventLog> log) {
  return std::make_unique<LocalEngine>(options, std::move(log));
}

}  // namespace tieout::runtime
