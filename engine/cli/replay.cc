// tieout replay: the whole log folded again from nothing.
#include "engine/audit/replay.h"

#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> RunReplay(Context& context, int workers) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  Progress progress("folding", "events", context.err_terminal, context.err);
  audit::ReplayOptions options;
  options.workers = workers;
  options.progress = [&](uint64_t done, uint64_t total) { progress.Update(done, total); };
  TIEOUT_ASSIGN_OR_RETURN(const audit::ReplayReport report, audit::Replay(*log, options));
  Table table({{"partition", "Partition", Align::kRight},
               {"events", "Events", Align::kRight},
               {"records", "Records", Align::kRight},
               {"dead_letters", "Dead letters", Align::kRight},
               {"state_digest", "State digest"},
               {"records_digest", ""}});
  for (const audit::PartitionReplay& p : report.partitions) {
    table.Add({std::to_string(p.partition), std::to_string(p.events), std::to_string(p.records),
               std::to_string(p.dead_letters), p.state.hex(), p.output.hex()});
  }
  context.Print(table);
  if (context.format != Format::kTable) return ExitCode::kOk;
  context.out << fmt::format("\n{} events, {} records, {} dead letters\nstate    {}\nrecords  {}\n",
                             Grouped(report.events), Grouped(report.records),
                             Grouped(report.dead_letters), report.state.hex(), report.output.hex());
  return ExitCode::kOk;
}

}  // namespace

void AddReplay(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("replay", "fold the log again from nothing, and print the digests");
  auto workers = std::make_shared<int>(1);
  AddWorkers(command, workers.get());
  AddFormat(command, invocation);
  command.Footer(
      "The log alone decides: the same log gives the same digests, whatever batches, crashes,\n"
      "workers and machines. Nothing is written.\n"
      "Example:\n  tieout replay --workers 2");
  command.OnUse([workers, &invocation] {
    invocation.run = [workers](Context& context) { return RunReplay(context, *workers); };
  });
}

}  // namespace tieout::cli
