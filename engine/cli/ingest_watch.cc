#include "engine/cli/ingest_watch.h"

#include <chrono>
#include <filesystem>
#include <memory>
#include <thread>

#include "engine/base/text.h"
#include "engine/cli/configuration.h"
#include "engine/cli/ingest_files.h"
#include "engine/cli/landing_folder.h"
#include "engine/cli/open.h"
#include "engine/cli/stop_signal.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using Clock = LandingFolder::Clock;

constexpr milliseconds kLookAgain{500};  // while something lands; also how soon a stop is noticed
constexpr seconds kLookAnyway{30};       // where no event comes
constexpr milliseconds kBetweenLooks{200};
constexpr int kAttempts = 10;
constexpr seconds kLongestPause{60};

// Trouble that may pass: the log held by another command, a broker away, a full disk.
bool MayPass(const absl::Status& status) {
  return absl::IsUnavailable(status) || absl::IsFailedPrecondition(status) ||
         absl::IsAborted(status);
}

class Watcher {
 public:
  Watcher(Context& context, const std::string& folder, const SourceSetting& flags)
      : context_(context),
        flags_(flags),
        landing_(folder, context.config.engine.data_dir),
        stop_(StopRequested()) {}

  absl::StatusOr<ExitCode> Run() {
    while (!stop_) {
      const absl::Status status = Pass();
      if (status.ok()) {
        failures_ = 0;
        WaitForMore();
      } else if (!MayPass(status) || ++failures_ == kAttempts) {
        return status;
      } else {
        Pause(status);
      }
    }
    if (context_.format == Format::kTable) {
      context_.out
          << fmt::format(
                 "stopped: {} taken with {} events, {} known, {} refused, {} rows set aside\n",
                 Grouped(taken_), Grouped(events_), Grouped(known_), Grouped(refused_),
                 Grouped(set_aside_))
          << std::flush;
    }
    return ExitCode::kOk;
  }

 private:
  // What has come to rest, into the log.
  absl::Status Pass() {
    last_look_ = Clock::now();
    TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> files, landing_.Look(last_look_));
    std::unique_ptr<runtime::Engine> engine;
    for (const std::string& file : files) {
      if (stop_) return absl::OkStatus();
      if (!landing_.IsStill(file)) continue;
      if (engine == nullptr) {
        TIEOUT_ASSIGN_OR_RETURN(engine, OpenEngine(context_));
        TIEOUT_RETURN_IF_ERROR(DeclareAccounts(context_, *engine));
      }
      absl::StatusOr<runtime::IngestReport> report = IngestFiles(context_, *engine, {file}, flags_);
      TIEOUT_RETURN_IF_ERROR(report.status());
      landing_.Done(file);
      Count(*report);
      Tell(*report);
    }
    return absl::OkStatus();
  }

  void Count(const runtime::IngestReport& report) {
    for (const runtime::FileReport& file : report.files) {
      ++(!file.refusal.ok() ? refused_ : file.skipped ? known_ : taken_);
      events_ += file.events;
      set_aside_ += file.quarantined;
    }
  }

  void Tell(const runtime::IngestReport& report) {
    PrintRefusals(context_, report);
    if (context_.format != Format::kTable) {
      IngestTable(report, true)
          .Print(context_.format, context_.out_terminal, context_.out, 0, told_++ == 0);
    } else {
      for (const runtime::FileReport& file : report.files) {
        if (file.refusal.ok() && !file.skipped) {
          context_.out << fmt::format("{}: taken, read by {}: {} rows, {} events\n", file.file,
                                      file.connector, Grouped(file.rows), Grouped(file.events));
        }
        PrintIngestNotes(context_, file);
      }
    }
    context_.out << std::flush;
  }

  // Many files that land at once are one look.
  void WaitForMore() {
    do {
      if (stop_) return;
    } while (!landing_.Wait(kLookAgain) && !landing_.waiting() &&
             Clock::now() - last_look_ < kLookAnyway);
    std::this_thread::sleep_until(last_look_ + kBetweenLooks);
  }

  void Pause(const absl::Status& status) {
    const seconds pause = std::min(kLongestPause, seconds(1 << (failures_ - 1)));
    context_.err << fmt::format("{}; trying again in {} s\n", base::Message(status), pause.count())
                 << std::flush;
    const Clock::time_point until = Clock::now() + pause;
    while (!stop_ && Clock::now() < until) std::this_thread::sleep_for(kLookAgain);
  }

  Context& context_;
  const SourceSetting& flags_;
  LandingFolder landing_;
  const std::atomic<bool>& stop_;
  Clock::time_point last_look_;
  int failures_ = 0;
  uint64_t told_ = 0, taken_ = 0, known_ = 0, refused_ = 0, events_ = 0, set_aside_ = 0;
};

}  // namespace

absl::StatusOr<ExitCode> WatchFolder(Context& context, const std::string& folder,
                                     const SourceSetting& flags) {
  std::error_code error;
  if (!std::filesystem::is_directory(folder, error)) {
    return base::NotFound(fmt::format("{}: no such folder to watch", base::Quoted(folder)));
  }
  if (context.format == Format::kTable) {
    context.out << fmt::format("watching {}; SIGTERM or Ctrl-C ends it\n", folder) << std::flush;
  }
  return Watcher(context, folder, flags).Run();
}

}  // namespace tieout::cli
