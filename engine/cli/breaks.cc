// tieout breaks: what doesn't add up, most pressing first; one of them in full.
#include <algorithm>
#include <charconv>

#include "absl/strings/ascii.h"
#include "engine/base/text.h"
#include "engine/cli/break_text.h"
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

struct BreaksOptions {
  std::string id, seller, reason, older;
};

// "7d" -> 7 banking days.
absl::StatusOr<uint32_t> ParseAge(const std::string& text) {
  uint32_t days = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, days);
  const std::string_view unit(rest, end - rest);
  if (error != std::errc() || (unit != "d" && !unit.empty())) {
    return base::InvalidArgument(
        fmt::format("--older {}: it is a number of banking days, like 7d", base::Quoted(text)));
  }
  return days;
}

bool Holds(const BreaksOptions& options, uint32_t older, const Break& b) {
  return (options.id.empty() || IsAbbreviation(options.id, b.record.break_id) ||
          IsAbbreviation(options.id, b.record.record_id)) &&
         (options.reason.empty() || options.reason == b.record.reason) &&
         b.record.age_banking_days >= older;
}

// Counts and gross per reason and currency: what offsets must not hide.
void PrintTotals(Context& context, const std::vector<Break>& breaks) {
  std::map<std::pair<std::string, std::string>, std::pair<int, ledger::WideMinor>> totals;
  for (const Break& b : breaks) {
    auto& [count, gross] = totals[{b.record.reason, b.record.currency}];
    ++count;
    const ledger::Minor stake = AtStake(b.record);
    gross += stake < 0 ? -ledger::WideMinor{stake} : ledger::WideMinor{stake};
  }
  Table table(
      {{"reason", "Reason"}, {"count", "Count", Align::kRight}, {"gross", "Gross", Align::kRight}});
  for (const auto& [key, total] : totals) {
    const std::optional<ledger::Minor> gross = ledger::Narrow(total.second);
    table.Add({key.first, std::to_string(total.first),
               gross ? MoneyCell(*gross, key.second) : Cell("beyond 64 bits")});
  }
  context.out << '\n';
  table.Print(Format::kTable, context.out_terminal, context.out);
}

absl::StatusOr<ExitCode> RunBreaks(Context& context, BreaksOptions options) {
  options.reason = absl::AsciiStrToUpper(options.reason);
  uint32_t older = 0;
  if (!options.older.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(older, ParseAge(options.older));
  }
  TIEOUT_ASSIGN_OR_RETURN(auto view, OpenView(context));
  std::vector<ledger::SellerProjection> sellers;
  if (options.seller.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(sellers, ProjectAll(*view));
  } else {
    TIEOUT_ASSIGN_OR_RETURN(ledger::SellerProjection one,
                            ProjectOne(context, *view, options.seller));
    sellers.push_back(std::move(one));
  }
  std::vector<Break> breaks = BreaksOf(sellers);
  std::erase_if(breaks, [&](const Break& b) { return !Holds(options, older, b); });
  if (context.format == Format::kJsonLines) {
    for (const Break& b : breaks) context.out << codec::RecordToJson(b.record) << '\n';
  } else if (context.format == Format::kCsv) {
    context.Print(BreakTable(breaks));
  } else if (breaks.empty() && !options.id.empty()) {
    return base::NotFound(fmt::format(
        "no open break begins with {}; {} lists them (a healed one: {})", base::Quoted(options.id),
        context.Next("breaks"), context.Next("explain " + options.id)));
  } else if (breaks.empty()) {
    context.out << "No open breaks.\n";
  } else if (!options.id.empty()) {
    for (const Break& b : breaks) context.out << BreakInFull(b, context);
  } else {
    context.Print(BreakTable(breaks));
    PrintTotals(context, breaks);
    context.out << fmt::format("\n{} says what to do about the first.\n",
                               context.Next("breaks " + ShortId(breaks.front().record.break_id)));
  }
  return breaks.empty() ? ExitCode::kOk : ExitCode::kFound;
}

}  // namespace

void AddBreaks(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("breaks", "what doesn't add up, and what to do about it");
  auto options = std::make_shared<BreaksOptions>();
  command.AddOption("ID", options->id, "one break in full (its first 6 digits or more)");
  command.AddOption("--seller", options->seller, "only this seller's").TypeName("ID");
  command.AddOption("--reason", options->reason, "MISSING_DEPOSIT, FEE_VARIANCE, …")
      .TypeName("CODE");
  command.AddOption("--older", options->older, "due so many banking days ago or more")
      .TypeName("7d");
  AddFormat(command, invocation);
  command.Footer(
      "Examples:\n  tieout breaks --older 7d\n  tieout breaks 3f9a2c71d0\n"
      "Exit code 1: there are some.");
  command.OnUse([options, &invocation] {
    invocation.run = [options](Context& context) { return RunBreaks(context, *options); };
  });
}

}  // namespace tieout::cli
