// tieout records: the output stream, filtered.
#include "absl/strings/ascii.h"
#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/open.h"
#include "engine/cli/show.h"
#include "engine/cli/suggest.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

struct RecordsOptions {
  std::string seller, level, status, reason, since;
  uint64_t limit = 0;
};

bool Holds(const RecordsOptions& options, base::Day since, const ledger::Record& record) {
  return (options.seller.empty() || options.seller == record.seller_id) &&
         (options.level.empty() || options.level == ledger::LevelName(record.level)) &&
         (options.status.empty() || options.status == ledger::StatusName(record.status)) &&
         (options.reason.empty() || options.reason == record.reason) &&
         (!since.is_set() || DayOfTick(record.tick) >= since);
}

Table RecordTable() {
  return Table({{"position", "At"},
                {"record_id", "Record"},
                {"seller_id", "Seller", Align::kLeft, 20},
                {"level", "Level"},
                {"status", "Status"},
                {"reason", "Reason"},
                {"expected", "Expected", Align::kRight},
                {"actual", "Actual", Align::kRight},
                {"difference", "Difference", Align::kRight},
                {"currency", ""},
                {"rule", "Rule"},
                {"category", "Expense"},
                {"members", "Of", Align::kLeft, 34}});
}

void AddRow(Table& table, const ledger::Record& record) {
  std::string members;
  std::string event_ids;
  for (const ledger::Member& member : record.members) {
    members += (members.empty() ? "" : " ") + EntryId(member.event_id);
    event_ids += (event_ids.empty() ? "" : " ") + member.event_id;
  }
  table.Add(
      {fmt::format("{}:{}", record.position.partition, record.position.ordinal),
       Cell(ShortId(record.record_id), record.record_id), record.seller_id,
       std::string(ledger::LevelName(record.level)),
       Cell(std::string(ledger::StatusName(record.status)), StyleOf(record.status)), record.reason,
       MoneyCell(record.expected, record.currency), MoneyCell(record.actual, record.currency),
       MoneyCell(record.difference, record.currency), record.currency,
       record.rule_id.empty() ? "" : fmt::format("{} v{}", record.rule_id, record.rule_version),
       record.category, Cell(members, event_ids)});
}

// JSON and CSV as they come, in flat memory; a table needs all its rows to be aligned, so it shows
// a bounded number of them.
class Shower {
 public:
  Shower(Context& context, uint64_t limit)
      : context_(context), limit_(limit), table_(RecordTable()) {
    if (limit_ == 0 && context.format == Format::kTable) limit_ = kTableRows;
  }
  // One more than the limit is asked for, to know whether there are more.
  bool full() const { return limit_ > 0 && seen_ > limit_; }

  void Show(const ledger::Record& record) {
    if (++seen_ > limit_ && limit_ > 0) return;
    if (context_.format == Format::kJsonLines) {
      context_.out << codec::RecordToJson(record) << '\n';
      return;
    }
    AddRow(table_, record);
    if (context_.format == Format::kCsv && table_.size() == kCsvRows) PrintTable();
  }

  void Finish() {
    if (context_.format == Format::kJsonLines) return;
    if (context_.format == Format::kTable && seen_ == 0) {
      context_.out << fmt::format("No such records. {} shows whether all of the log is folded.\n",
                                  context_.Next("status"));
      return;
    }
    PrintTable();
    if (context_.format == Format::kTable && full()) {
      context_.out << fmt::format("The first {}; there are more: --limit N, or --format csv.\n",
                                  limit_);
    }
  }

 private:
  static constexpr uint64_t kTableRows = 1000;
  static constexpr size_t kCsvRows = 1000;

  void PrintTable() {
    table_.Print(context_.format, context_.out_terminal, context_.out, 0, header_);
    table_.Clear();
    header_ = false;
  }

  Context& context_;
  uint64_t limit_;
  Table table_;
  uint64_t seen_ = 0;
  bool header_ = true;
};

// A status that is none would silently show nothing.
absl::Status CheckNames(RecordsOptions& options) {
  std::vector<std::string> statuses, levels;
  for (uint8_t i = 1; i <= static_cast<uint8_t>(ledger::Status::kForceMatched); ++i) {
    statuses.emplace_back(ledger::StatusName(static_cast<ledger::Status>(i)));
  }
  for (uint8_t i = 1; i <= static_cast<uint8_t>(ledger::Level::kSource); ++i) {
    levels.emplace_back(ledger::LevelName(static_cast<ledger::Level>(i)));
  }
  options.status = absl::AsciiStrToUpper(options.status);
  options.reason = absl::AsciiStrToUpper(options.reason);
  const auto known = [](const std::vector<std::string>& names, const std::string& name) {
    return name.empty() || std::find(names.begin(), names.end(), name) != names.end();
  };
  if (!known(statuses, options.status)) {
    return base::InvalidArgument(fmt::format("--status {}: no such status{}", options.status,
                                             DidYouMean(options.status, statuses)));
  }
  if (!known(levels, options.level)) {
    return base::InvalidArgument(fmt::format("--level {}: it is order, payout, bank or source",
                                             base::Quoted(options.level)));
  }
  return absl::OkStatus();
}

absl::StatusOr<ExitCode> RunRecords(Context& context, RecordsOptions options) {
  TIEOUT_RETURN_IF_ERROR(CheckNames(options));
  base::Day since;
  if (!options.since.empty()) {
    const std::optional<base::Day> day = base::ParseDay(options.since);
    if (!day) {
      return base::InvalidArgument(
          fmt::format("--since {}: it is a log day like 2026-03-31", base::Quoted(options.since)));
    }
    since = *day;
  }
  TIEOUT_ASSIGN_OR_RETURN(auto log, OpenLog(context));
  Shower shower(context, options.limit);
  const auto show = [&](int, const log::Stored& entry) -> absl::Status {
    if (shower.full()) return absl::OkStatus();
    TIEOUT_ASSIGN_OR_RETURN(const ledger::Record record, codec::DecodeRecord(entry.value));
    if (Holds(options, since, record)) shower.Show(record);
    return absl::OkStatus();
  };
  TIEOUT_RETURN_IF_ERROR(ForEachEntry(context, *log, log::Stream::kRecords, "records", show));
  shower.Finish();
  return ExitCode::kOk;
}

}  // namespace

void AddRecords(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("records", "the records: matched, partly, missing, and why");
  auto options = std::make_shared<RecordsOptions>();
  command.AddOption("--seller", options->seller, "only this seller's").TypeName("ID");
  command.AddOption("--level", options->level, "order, payout, bank or source").TypeName("LEVEL");
  command.AddOption("--status", options->status, "MATCHED, UNMATCHED, PROPOSED, REVOKED, …")
      .TypeName("STATUS");
  command.AddOption("--reason", options->reason, "MISSING_DEPOSIT, FEE_VARIANCE, …")
      .TypeName("CODE");
  command.AddOption("--since", options->since, "from this log day on").TypeName("DAY");
  command
      .AddOption("--limit", options->limit, "at most so many [a table: 1000; jsonl and csv: all]")
      .TypeName("N");
  AddFormat(command, invocation);
  command.Footer(
      "Examples:\n  tieout records --level bank --status unmatched\n"
      "  tieout records --format jsonl > records.jsonl   # the schema's own JSON form");
  command.OnUse([options, &invocation] {
    invocation.run = [options](Context& context) { return RunRecords(context, *options); };
  });
}

}  // namespace tieout::cli
