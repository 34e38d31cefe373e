// tieout rule: which rules are in force, and making tieout.toml's so.
#include "engine/cli/command.h"
#include "engine/cli/configuration.h"
#include "engine/cli/open.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::StatusOr<ExitCode> ListRules(Context& context) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<InForce> entries, ReadConfiguration(context, *log));
  Table table({{"kind", "Kind"},
               {"id", "Id"},
               {"version", "Version", Align::kRight},
               {"says", "Says", Align::kLeft, 110}});
  for (const InForce& entry : entries) {
    table.Add({entry.kind, entry.id, entry.version == 0 ? "" : std::to_string(entry.version),
               entry.summary});
  }
  context.Print(table);
  return ExitCode::kOk;
}

absl::StatusOr<ExitCode> RunApply(Context& context) {
  if (context.config.rules.empty() && context.config.calendars.empty()) {
    return base::FailedPrecondition(
        "there is nothing to apply: tieout.toml has no [[rules]] and no [[calendars]]; `tieout "
        "help "
        "config` lists their keys, --config names another file");
  }
  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<RuleChange> changes, ApplyRules(context, *engine));
  Table table({{"kind", "Kind"},
               {"id", "Id"},
               {"version", "Version", Align::kRight},
               {"result", "Result"},
               {"says", "Says", Align::kLeft, 90}});
  for (const RuleChange& change : changes) {
    table.Add({change.kind, change.id, change.version == 0 ? "" : std::to_string(change.version),
               change.version == 0 ? "in force already" : "appended", change.summary});
  }
  context.Print(table);
  return ExitCode::kOk;
}

}  // namespace

void AddRule(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("rule", "rules, fee schedules and calendars in force");
  command.RequireCommand();
  command.Footer(
      "A rule is an event: in force from its place in the log on. What was judged before stays as\n"
      "it is, on every replay.\n"
      "A rule that makes withdrawals an expense, in tieout.toml:\n"
      "  [[rules]]\n  id = \"google-ads\"\n  currency = \"EUR\"\n"
      "  expense = { text = \"google ads\", category = \"advertising\", maximum = \"500.00\" }\n"
      "Examples:\n  tieout rule list\n  tieout rule apply --config tieout.toml");
  const Command list = command.AddCommand("list", "what is in force");
  AddFormat(list, invocation);
  list.Footer("Example:\n  tieout rule list --format csv");
  list.OnUse([&invocation] { invocation.run = ListRules; });
  const Command apply = command.AddCommand(
      "apply", "append [[rules]] and [[calendars]] of tieout.toml that differ from it");
  AddFormat(apply, invocation);
  apply.Footer("Example:\n  tieout rule apply --config tieout.toml");
  apply.OnUse([&invocation] { invocation.run = RunApply; });
}

}  // namespace tieout::cli
