// tieout verify: is what stands in the outputs and the store what the events say?
#include "engine/audit/verify.h"

#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/runtime/open_log.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> RunVerify(Context& context, int workers) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  TIEOUT_ASSIGN_OR_RETURN(auto states, runtime::OpenStates(context.config.engine, true));
  Progress progress("verifying", "events", context.err_terminal, context.err);
  audit::VerifyOptions options;
  options.workers = workers;
  options.store = states.get();
  options.progress = [&](uint64_t done, uint64_t total) { progress.Update(done, total); };
  TIEOUT_ASSIGN_OR_RETURN(const audit::VerifyReport report, audit::Verify(*log, options));
  if (context.format != Format::kTable) {
    Table table(std::vector<Column>{{"finding", ""}});
    for (const std::string& finding : report.findings) table.Add({finding});
    context.Print(table);
    return report.findings.empty() ? ExitCode::kOk : ExitCode::kFound;
  }
  context.out << fmt::format(
      "{} events folded again: {} records and {} dead letters compared byte for byte,\n"
      "the store of {} partitions page by page, the books of {} sellers by an independent\n"
      "decoder (allocated + residual = observed, signed and absolute; no member allocated\n"
      "beyond its amount; each member and item as the log shows it; refunds and chargebacks\n"
      "tied to their sales; each day opens where the last closed; double entry even).\n",
      Grouped(report.events), Grouped(report.records), Grouped(report.dead_letters), report.stores,
      Grouped(report.homes));
  for (const std::string& finding : report.findings) {
    context.out << context.out_terminal.Paint(Style::kBad, "differs: ") << finding << '\n';
  }
  context.out << (report.findings.empty()
                      ? context.out_terminal.Paint(Style::kGood, "Everything agrees.")
                      : fmt::format("{} findings.", report.findings.size()))
              << '\n';
  return report.findings.empty() ? ExitCode::kOk : ExitCode::kFound;
}

}  // namespace

void AddVerify(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("verify", "compare records, store and books with what the events say");
  auto workers = std::make_shared<int>(1);
  AddWorkers(command, workers.get());
  AddFormat(command, invocation);
  command.Footer(
      "Nothing is written. Exit code 1: something differs.\n"
      "Example:\n  tieout verify --workers 2");
  command.OnUse([workers, &invocation] {
    invocation.run = [workers](Context& context) { return RunVerify(context, *workers); };
  });
}

}  // namespace tieout::cli
