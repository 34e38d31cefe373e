// The two engines behind Engine::Open: the one that holds the log, and the one beside `serve`.
#include "engine/runtime/engine.h"

#include <algorithm>
#include <chrono>
#include <thread>
#include <utility>

#include "engine/runtime/ingest_file.h"
#include "engine/runtime/local_engine.h"
#include "engine/runtime/open_log.h"
#include "engine/runtime/remote_log.h"

namespace tieout::runtime {
namespace {

using std::chrono::milliseconds;

// Beside `serve`: appends through its socket, looks at the files, waits for it to fold.
class EngineBesideServe : public Engine {
 public:
  EngineBesideServe(const EngineOptions& options, std::unique_ptr<RemoteLog> log)
      : options_(options),
        log_(std::move(log)),
        index_(log_.get(), PositionsDirectory(options) + "/index"),
        publisher_(log_.get(), &index_),
        sources_(options.data_dir + "/sources") {}

  log::EventLog& log() override { return *log_; }
  bool remote() const override { return true; }

  absl::StatusOr<IngestReport> Ingest(const IngestRequest& request) override {
    // Its ticker runs: log time is up to date.
    return IngestFiles(request, &publisher_, &index_, &sources_, options_,
                       [] { return absl::OkStatus(); });
  }
  absl::StatusOr<std::vector<PulledSource>> Pulled(std::string_view name) override {
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    return index_.Pulled(name);
  }
  absl::Status AppendConfig(std::span<const ledger::Event> events) override {
    return publisher_.AppendConfig(events);
  }
  absl::Status Append(std::span<const ledger::Event> events) override {
    TIEOUT_RETURN_IF_ERROR(index_.Refresh());
    for (const ledger::Event& event : events) TIEOUT_RETURN_IF_ERROR(publisher_.Add(event));
    return publisher_.Flush();
  }
  absl::Status Settle() override { return log_->Settle(); }

  absl::StatusOr<RunReport> RunToEnd(const RunRequest& request) override {
    const auto begun = std::chrono::steady_clock::now();
    RunReport report;
    std::vector<int64_t> targets;
    for (int partition = 0; partition < log_->identity().partitions; ++partition) {
      TIEOUT_ASSIGN_OR_RETURN(targets.emplace_back(), log_->End(log::Stream::kEvents, partition));
    }
    while (true) {
      TIEOUT_ASSIGN_OR_RETURN(const uint64_t left, EventsLeft(targets));
      if (request.progress) request.progress({0, left});
      if (left == 0) break;
      std::this_thread::sleep_for(milliseconds(20));
      // Also tells whether it is still there.
      TIEOUT_RETURN_IF_ERROR(log_->Append({}));
    }
    TIEOUT_ASSIGN_OR_RETURN(view_, OpenView(options_));
    report.elapsed_us = std::chrono::duration_cast<std::chrono::microseconds>(
                            std::chrono::steady_clock::now() - begun)
                            .count();
    return report;
  }
  absl::StatusOr<RunReport> Serve(const std::atomic<bool>&,
                                  std::function<absl::Status()>) override {
    return base::FailedPrecondition(options_.data_dir +
                                    " is served already: stop the other `tieout serve` first");
  }
  ReadModel& read_model() override {
    if (view_ == nullptr) return nothing_;
    return *view_;
  }
  Metrics& metrics() override { return metrics_; }

 private:
  absl::StatusOr<uint64_t> EventsLeft(const std::vector<int64_t>& targets) {
    uint64_t left = 0;
    for (size_t partition = 0; partition < targets.size(); ++partition) {
      TIEOUT_ASSIGN_OR_RETURN(const log::CommitPoint point,
                              log_->Committed(static_cast<int>(partition)));
      left += static_cast<uint64_t>(std::max<int64_t>(0, targets[partition] - point.next_position));
    }
    return left;
  }

  const EngineOptions options_;
  const std::unique_ptr<RemoteLog> log_;
  LogIndex index_;
  Publisher publisher_;
  SourceStore sources_;
  Metrics metrics_;
  std::unique_ptr<ReadModel> view_;
  NothingFoldedYet nothing_;
};

}  // namespace

absl::StatusOr<IngestReport> IngestFiles(const IngestRequest& request, Publisher* publisher,
                                         LogIndex* index, SourceStore* sources,
                                         const EngineOptions& options,
                                         std::function<absl::Status()> before_first_append) {
  TIEOUT_RETURN_IF_ERROR(index->Refresh());
  FileIngest ingest(publisher, index, sources,
                    {.quarantine_directory = options.data_dir + "/quarantine",
                     .now_us = options.clock->NowMicros(),
                     .before_first_append = std::move(before_first_append)});
  IngestReport report;
  for (const std::string& file : request.files) {
    TIEOUT_RETURN_IF_ERROR(ingest.Take(request, file, [&](FileReport one) {
      report.files.push_back(std::move(one));
      return index->Refresh();
    }));
  }
  TIEOUT_RETURN_IF_ERROR(index->Save());
  return report;
}

absl::StatusOr<std::unique_ptr<Engine>> Engine::Open(const EngineOptions& options) {
  absl::StatusOr<std::unique_ptr<log::EventLog>> log = OpenLogForWriting(options);
  if (log.ok()) return NewLocalEngine(options, *std::move(log));
  if (!absl::IsFailedPrecondition(log.status()) || !options.brokers.empty()) return log.status();
  // Somebody holds it. If that is `serve`, its socket is there; else the refusal stands.
  absl::StatusOr<std::unique_ptr<log::EventLog>> files = OpenLogForReading(options);
  if (!files.ok()) return log.status();
  absl::StatusOr<std::unique_ptr<RemoteLog>> remote =
      RemoteLog::Connect(options.data_dir, *std::move(files));
  if (!remote.ok()) return log.status();
  return std::make_unique<EngineBesideServe>(options, *std::move(remote));
}

}  // namespace tieout::runtime
