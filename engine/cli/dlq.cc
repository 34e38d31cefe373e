// tieout dlq: events that the fold could not take, kept whole with their place and the reason.
#include <map>

#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "engine/codec/codec.h"
#include "engine/matching/fold.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::Status ForEachLetter(Context& context, log::EventLog& log,
                           const std::function<absl::Status(const ledger::DeadLetter&)>& visit) {
  return ForEachEntry(context, log, log::Stream::kDeadLetters, "dead letters",
                      [&](int, const log::Stored& entry) -> absl::Status {
                        TIEOUT_ASSIGN_OR_RETURN(const ledger::DeadLetter letter,
                                                codec::DecodeDeadLetter(entry.value));
                        return visit(letter);
                      });
}

std::string PlaceOf(const ledger::DeadLetter& letter) {
  return fmt::format("{}:{}", letter.position.partition, letter.position.ordinal);
}

absl::StatusOr<ExitCode> ListLetters(Context& context) {
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  Table table({{"position", "At"},
               {"reason", "Reason"},
               {"home", "Home", Align::kLeft, 24},
               {"bytes", "Bytes", Align::kRight},
               {"log_time", "Log time"},
               {"error", "Error", Align::kLeft, 70}});
  TIEOUT_RETURN_IF_ERROR(ForEachLetter(context, *log, [&](const ledger::DeadLetter& letter) {
    if (context.format == Format::kJsonLines) {
      context.out << codec::DeadLetterToJson(letter) << '\n';
    }
    table.Add({PlaceOf(letter), Cell(letter.reason, Style::kBad), letter.key,
               std::to_string(letter.value.size()),
               base::FormatInstant(static_cast<int64_t>(letter.tick) * ledger::kTickMicros),
               letter.error});
    return absl::OkStatus();
  }));
  if (context.format == Format::kJsonLines) return table.empty() ? ExitCode::kOk : ExitCode::kFound;
  if (table.empty() && context.format == Format::kTable) {
    context.out << "No dead letters.\n";
    return ExitCode::kOk;
  }
  context.Print(table);
  if (context.format == Format::kTable) {
    context.out << fmt::format(
        "\nRepair what the error names, then send it again: {}, or the\n"
        "corrected event as a line of JSON: {}\n",
        context.Next("dlq retry AT"), context.Next("ingest --connector events FILE"));
  }
  return table.empty() ? ExitCode::kOk : ExitCode::kFound;
}

// Sends letters again, each to the home that its event has now: what an `account` event has since
// made right is taken this time.
absl::StatusOr<ExitCode> RunRetry(Context& context, const std::vector<std::string>& places) {
  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  std::map<std::string, ledger::DeadLetter> letters;
  TIEOUT_RETURN_IF_ERROR(
      ForEachLetter(context, engine->log(), [&](const ledger::DeadLetter& letter) {
        letters[PlaceOf(letter)] = letter;
        return absl::OkStatus();
      }));
  std::vector<ledger::Event> events;
  for (const std::string& place : places) {
    const auto found = letters.find(place);
    if (found == letters.end()) {
      return base::NotFound(fmt::format("no dead letter at {}; {} shows where they are",
                                        base::Quoted(place), context.Next("dlq list")));
    }
    const absl::Status decoded = codec::DecodeEvent(found->second.value, &events.emplace_back());
    if (!decoded.ok()) {
      return base::InvalidArgument(fmt::format(
          "{}: these bytes are no event ({}): correct it at its source and ingest that again",
          place, base::Message(decoded)));
    }
  }
  TIEOUT_RETURN_IF_ERROR(engine->Append(events));
  TIEOUT_ASSIGN_OR_RETURN(const runtime::RunReport report, RunToEnd(context, *engine));
  context.out << fmt::format("{} sent again: {} records, {} dead letters once more\n",
                             events.size(), report.records, report.dead_letters);
  return report.dead_letters > 0 ? ExitCode::kFound : ExitCode::kOk;
}

}  // namespace

void AddDlq(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("dlq", "dead letters: events the fold could not take");
  command.RequireCommand();
  command.Footer("Examples:\n  tieout dlq list\n  tieout dlq retry 3:1204");
  const Command list = command.AddCommand("list", "all of them, with place and reason");
  AddFormat(list, invocation);
  list.Footer("Example:\n  tieout dlq list --format jsonl\nExit code 1: there are some.");
  list.OnUse([&invocation] { invocation.run = ListLetters; });
  const Command retry = command.AddCommand("retry", "send some again, and fold");
  auto places = std::make_shared<std::vector<std::string>>();
  retry.AddOption("AT", *places, "partition:ordinal, as `dlq list` shows it").Required();
  retry.Footer("Example:\n  tieout dlq retry 3:1204\nExit code 1: some came back.");
  retry.OnUse([places, &invocation] {
    invocation.run = [places](Context& context) { return RunRetry(context, *places); };
  });
}

}  // namespace tieout::cli
