// tieout status: where the log and the state stand, partition by partition.
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> RunStatus(Context& context) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  TIEOUT_ASSIGN_OR_RETURN(auto view, OpenView(context));
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<runtime::PartitionStatus> partitions, view->Status());
  Table table({{"partition", "Partition", Align::kRight},
               {"events", "Events", Align::kRight},
               {"committed", "Committed", Align::kRight},
               {"lag", "Lag", Align::kRight},
               {"stored", "In store", Align::kRight},
               {"records", "Records", Align::kRight},
               {"dead_letters", "Dead letters", Align::kRight},
               {"log_time", "Log time"}});
  uint64_t events = 0, records = 0, dead_letters = 0, lag = 0;
  for (const runtime::PartitionStatus& p : partitions) {
    const int64_t behind = std::max<int64_t>(0, p.end_position - p.committed_position);
    events += static_cast<uint64_t>(p.end_position);
    records += p.records;
    dead_letters += p.dead_letters;
    lag += static_cast<uint64_t>(behind);
    table.Add(
        {std::to_string(p.partition), std::to_string(p.end_position),
         std::to_string(p.committed_position),
         Cell(std::to_string(behind), behind > 0 ? Style::kWarn : Style::kPlain),
         std::to_string(p.stored_position), std::to_string(p.records),
         Cell(std::to_string(p.dead_letters), p.dead_letters > 0 ? Style::kBad : Style::kPlain),
         base::FormatInstant(static_cast<int64_t>(p.tick) * ledger::kTickMicros)});
  }
  if (context.format == Format::kTable) {
    context.out << fmt::format(
        "log {}, {} partitions: {} entries, {} records, {} dead letters, lag {}\n\n",
        log->identity().log_id, log->identity().partitions, Grouped(events), Grouped(records),
        Grouped(dead_letters), Grouped(lag));
  }
  context.Print(table);
  if (context.format != Format::kTable) return ExitCode::kOk;
  if (lag > 0) {
    context.out << fmt::format("\nNot all of the log is folded: {} folds to its end.\n",
                               context.Next("run"));
  }
  if (dead_letters > 0) {
    context.out << fmt::format("\nDead letters wait for a person: {}\n", context.Next("dlq list"));
  }
  return ExitCode::kOk;
}

}  // namespace

void AddStatus(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("status", "where the log and the state stand");
  AddFormat(command, invocation);
  command.Footer("Example:\n  tieout status --data ./tieout-data");
  command.OnUse([&invocation] { invocation.run = RunStatus; });
}

}  // namespace tieout::cli
