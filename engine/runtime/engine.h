// The engine as a command sees it: one data directory or cluster, opened for writing or reading.
//
//   TIEOUT_ASSIGN_OR_RETURN(auto engine, Engine::Open(options));
//   TIEOUT_ASSIGN_OR_RETURN(IngestReport report, engine->Ingest(request));
//   TIEOUT_RETURN_IF_ERROR(engine->Settle());
//   TIEOUT_ASSIGN_OR_RETURN(RunReport run, engine->RunToEnd({}));
//
// While `serve` holds an embedded log, Open still works: what is appended goes through serve's
// socket (remote() is then true), and RunToEnd waits until serve has folded it.
//
// Errors: kFailedPrecondition: refused, the message names the way out; kUnavailable: try again;
// kDataLoss: the log is damaged. Thread safety: one thread, apart from read_model() and metrics().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/log/log.h"
#include "engine/runtime/ingest.h"
#include "engine/runtime/log_index.h"
#include "engine/runtime/options.h"
#include "engine/runtime/read_model.h"

namespace tieout::runtime {

class Metrics;

struct RunProgress {
  uint64_t events = 0;       // folded since the start
  uint64_t events_left = 0;  // estimate: positions up to the end
};

struct RunRequest {
  bool checkpoint = true;                            // write the store at the end
  std::function<void(const RunProgress&)> progress;  // may be empty; called a few times a second
};

struct RunReport {
  uint64_t events = 0, records = 0, dead_letters = 0, duplicates = 0;
  uint64_t muted = 0;  // of the events: folded again up to the committed position
  uint64_t commits = 0, aborted_commits = 0, lost_slots = 0, checkpoints = 0;
  int64_t elapsed_us = 0;
};

class Engine {
 public:
  // Opens the log, beginning an embedded one where there is none, and appends nothing else.
  static absl::StatusOr<std::unique_ptr<Engine>> Open(const EngineOptions& options);
  virtual ~Engine() = default;

  virtual log::EventLog& log() = 0;
  virtual bool remote() const = 0;

  // Missed ticks first, then the files, in the order given. A source that can't be taken is refused
  // in its report and the others go on. Errors are the log's or the disk's: what was appended
  // before stays (and is skipped the next time).
  virtual absl::StatusOr<IngestReport> Ingest(const IngestRequest& request) = 0;
  // What was pulled before under names that begin with `name` (log_index.h).
  virtual absl::StatusOr<std::vector<PulledSource>> Pulled(std::string_view name) = 0;
  // Configuration (account, rule, calendar, start, retraction, semantics) to every partition.
  virtual absl::Status AppendConfig(std::span<const ledger::Event> events) = 0;
  // Any other events, each to its home.
  virtual absl::Status Append(std::span<const ledger::Event> events) = 0;
  // A settled tick: nothing more is on its way, due deadlines expire.
  virtual absl::Status Settle() = 0;

  // Folds to the end of the log as it stands now, commits, checkpoints, returns.
  virtual absl::StatusOr<RunReport> RunToEnd(const RunRequest& request) = 0;
  // Folds and ticks until `stop`; then drains, commits and checkpoints. `ready` is called once,
  // from this thread, when everything committed before the start is folded.
  virtual absl::StatusOr<RunReport> Serve(const std::atomic<bool>& stop,
                                          std::function<absl::Status()> ready) = 0;

  // The same object as long as the engine lives; answers kUnavailable until RunToEnd or Serve has
  // folded what was committed before. Beside `serve`: ask for it again after RunToEnd.
  virtual ReadModel& read_model() = 0;
  virtual Metrics& metrics() = 0;
};

// A read-only look: opens the store as it is (or none), folds the rest of the events in memory and
// writes nothing. Works beside a running `serve` or `run`. The state is that of the end of the log
// at the time of the call; records not yet committed by anybody are part of it.
// `progress` may be empty; it is called after each batch.
absl::StatusOr<std::unique_ptr<ReadModel>> OpenView(
    const EngineOptions& options,
    const std::function<void(const RunProgress&)>& progress = nullptr);

// The log alone, for reading: `records`, `dlq`, `log`, `replay`, `verify`.
absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLogForReading(const EngineOptions& options);

}  // namespace tieout::runtime
