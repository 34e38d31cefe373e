// tieout log: backup and restore of an embedded log; copy is log_copy.cc's.
#include "engine/cli/command.h"
#include "engine/cli/copy_sources.h"
#include "engine/cli/progress.h"
#include "engine/log/backup.h"
#include "engine/log/embedded.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

namespace fs = std::filesystem;

// A backup has the shape of a data directory: log/, and sources/ that explain it.
std::string LogFolder(const std::string& directory) { return directory + "/log"; }

absl::Status RefuseKafka(const Context& context) {
  if (context.config.engine.brokers.empty()) return absl::OkStatus();
  return base::FailedPrecondition(
      "backup and restore are for embedded logs; Kafka's topics are replicated by Kafka: leave out "
      "--brokers, or bring it into a directory with `tieout log copy`");
}

void Report(Context& context, const log::BackupReport& report, const std::string& what) {
  context.out << fmt::format("{}: {} entries, {} bytes, every append's checksum checked\n", what,
                             Grouped(static_cast<uint64_t>(report.entries)),
                             Grouped(static_cast<uint64_t>(report.bytes)));
}

log::BackupProgress Shown(Progress& progress) {
  return [&progress](int64_t done, int64_t total) {
    progress.Update(static_cast<uint64_t>(done), static_cast<uint64_t>(total));
  };
}

absl::StatusOr<ExitCode> RunBackup(Context& context, const std::string& destination) {
  TIEOUT_RETURN_IF_ERROR(RefuseKafka(context));
  const std::string& data = context.config.engine.data_dir;
  Progress progress("backing up", "bytes", context.err_terminal, context.err);
  TIEOUT_ASSIGN_OR_RETURN(
      const log::BackupReport report,
      log::BackupEmbedded(LogFolder(data), LogFolder(destination), {}, Shown(progress)));
  TIEOUT_RETURN_IF_ERROR(CopySources(data, destination));
  Report(context, report, "backed up to " + destination);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunRestore(Context& context, const std::string& backup) {
  TIEOUT_RETURN_IF_ERROR(RefuseKafka(context));
  const std::string& data = context.config.engine.data_dir;
  Progress progress("restoring", "bytes", context.err_terminal, context.err);
  TIEOUT_ASSIGN_OR_RETURN(
      const log::BackupReport report,
      log::RestoreEmbedded(LogFolder(backup), LogFolder(data), {}, Shown(progress)));
  TIEOUT_RETURN_IF_ERROR(CopySources(backup, data));
  Report(context, report, "restored to " + data);
  context.out << fmt::format("{} rebuilds the state from it, {} checks all of it.\n",
                             context.Next("run"), context.Next("verify"));
  return ExitCode::kOk;
}

}  // namespace

void AddLog(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("log", "backup, restore and copy of the log");
  command.RequireCommand();
  command.Footer(
      "Examples:\n  tieout log backup /mnt/backup/2026-04-01\n"
      "  tieout log restore /mnt/backup/2026-04-01 --data ./restored\n"
      "  tieout log copy ./tieout-data kafka://localhost:9092");
  auto place = std::make_shared<std::string>();
  const Command backup = command.AddCommand("backup", "copy the log and its sources");
  backup.AddOption("DIR", *place, "a new directory").Required();
  backup.Footer(
      "Works beside a running writer. Example:\n  tieout log backup /mnt/backup/2026-04-01");
  backup.OnUse([place, &invocation] {
    invocation.run = [place](Context& context) { return RunBackup(context, *place); };
  });
  const Command restore = command.AddCommand("restore", "a backup into an empty --data");
  restore.AddOption("DIR", *place, "the backup").Required();
  restore.Footer("Example:\n  tieout log restore /mnt/backup/2026-04-01 --data ./restored");
  restore.OnUse([place, &invocation] {
    invocation.run = [place](Context& context) { return RunRestore(context, *place); };
  });
  AddLogCopy(command, invocation);
}

}  // namespace tieout::cli
