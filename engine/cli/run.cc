// tieout run: folds to the end of the log, commits, checkpoints, stops.
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> RunRun(Context& context, bool settle) {
  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  if (settle) TIEOUT_RETURN_IF_ERROR(engine->Settle());
  TIEOUT_ASSIGN_OR_RETURN(const runtime::RunReport report, RunToEnd(context, *engine));
  const uint64_t rate = report.elapsed_us > 0 ? report.events * 1'000'000 / report.elapsed_us : 0;
  context.out << fmt::format(
      "{} events folded ({}/s), {} records, {} duplicates without effect, {} dead letters\n",
      Grouped(report.events), Grouped(rate), Grouped(report.records), Grouped(report.duplicates),
      Grouped(report.dead_letters));
  if (report.muted > 0) {
    context.out << fmt::format("{} of them were folded before and only rebuilt the state\n",
                               Grouped(report.muted));
  }
  if (report.dead_letters > 0) {
    context.out << fmt::format("Dead letters wait for a person: {}\n", context.Next("dlq list"));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddRun(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("run", "fold to the end of the log, and stop");
  auto settle = std::make_shared<bool>(true);
  command.AddFlag("!--no-settle", *settle,
                  "don't tell the log that nothing more is on its way (absences are then judged "
                  "ten minutes of log time later)");
  command.Footer("Example:\n  tieout run --data ./tieout-data");
  command.OnUse([settle, &invocation] {
    invocation.run = [settle](Context& context) { return RunRun(context, *settle); };
  });
}

}  // namespace tieout::cli
