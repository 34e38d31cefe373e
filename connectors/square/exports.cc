// The Dashboard's CSV files: transactions and transfers.
#include <fmt/format.h>

#include <array>
#include <map>
#include <utility>

#include "connectors/lex/rows.h"
#include "connectors/square/parts.h"

namespace tieout::connectors::square {
namespace {

using Field = ledger::Amendment::Field;

// The Dashboard writes Rails' names of time zones.
constexpr std::pair<std::string_view, const char*> kZones[] = {
    {"eastern time (us & canada)", "America/New_York"},
    {"central time (us & canada)", "America/Chicago"},
    {"mountain time (us & canada)", "America/Denver"},
    {"pacific time (us & canada)", "America/Los_Angeles"},
    {"arizona", "America/Phoenix"},
    {"alaska", "America/Juneau"},
    {"hawaii", "Pacific/Honolulu"},
    {"indiana (east)", "America/Indiana/Indianapolis"},
    {"atlantic time (canada)", "America/Halifax"},
    {"newfoundland", "America/St_Johns"},
    {"london", "Europe/London"},
    {"dublin", "Europe/Dublin"},
    {"paris", "Europe/Paris"},
    {"madrid", "Europe/Madrid"},
    {"tokyo", "Asia/Tokyo"},
    {"sydney", "Australia/Sydney"},
    {"melbourne", "Australia/Melbourne"},
    {"brisbane", "Australia/Brisbane"},
    {"adelaide", "Australia/Adelaide"},
    {"darwin", "Australia/Darwin"},
    {"perth", "Australia/Perth"},
    {"hobart", "Australia/Hobart"}};

constexpr Meaning kEvents[] = {{"payment", Becomes::kSale, ""}, {"refund", Becomes::kRefund, ""}};

// "2:30:00 PM" or "14:30:00" -> "14:30:00"; what is neither stays and fails as a time.
std::string Clock24(std::string_view text) {
  const std::string word = NormalName(text);
  const bool afternoon = word.ends_with(" pm");
  if (!afternoon && !word.ends_with(" am")) return word;
  std::string clock = word.substr(0, word.size() - 3);
  if (clock.find(':') == 1) clock.insert(0, "0");
  const int hour = clock.size() > 2 ? (clock[0] - '0') * 10 + (clock[1] - '0') : 99;
  if (hour < 1 || hour > 12) return word;
  return fmt::format("{:02}{}", hour % 12 + (afternoon ? 12 : 0), clock.substr(2));
}

class ExportParser {
 public:
  ExportParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status ReadHeader(const CsvRow& row);
  absl::Status ReadTransaction(Cells& cells);
  absl::Status ReadTransfer(Cells& cells);
  base::Day ReadDay(Cells& cells, int column);
  int64_t ReadInstant(Cells& cells);
  ledger::Minor ReadMoney(Cells& cells, int column);
  ledger::AccountRef account() const {
    return {kProvider, emitter_.context().merchant_account, currency_};
  }
  absl::StatusOr<Zone> ZoneOf(std::string_view name);

  Emitter emitter_;
  Columns columns_;
  std::string currency_;
  bool transfers_ = false;
  std::map<std::string, Zone, std::less<>> zones_;
  int id_ = -1, date_ = -1, amount_ = -1;  // of a transfer
};

ledger::Minor ExportParser::ReadMoney(Cells& cells, int column) {
  if (cells.Text(column).empty() || cells.failed()) return 0;
  ledger::Minor amount = 0;
  RowError error;
  if (!ReadAmount(columns_.name(column), BareNumber(cells.Text(column), currency_), currency_,
                  {.decimal = '.', .group = ','}, &amount, &error)) {
    cells.Fail(column, error.reason);
  }
  return amount;
}

// "2026-09-13"; "10/05/2026" is a US shop's, month first, where the time zone says so.
base::Day ExportParser::ReadDay(Cells& cells, int column) {
  const std::string_view text = cells.Text(column);
  if (const auto day = base::ParseDay(text); day.has_value()) return *day;
  const std::string zone = NormalName(cells.Text(columns_.Find("Time Zone")));
  const bool american = zone.find("(us & canada)") != std::string::npos || currency_ == "USD";
  const auto day = ParseOrderedDate(text, american ? "mdy" : "dmy");
  if (day.has_value()) return *day;
  cells.Fail(column, "is no date (expected like 2026-03-05)");
  return {};
}

absl::StatusOr<Zone> ExportParser::ZoneOf(std::string_view name) {
  if (const auto known = zones_.find(name); known != zones_.end()) return known->second;
  std::string iana(name);
  for (const auto& [rails, zone] : kZones) {
    if (NormalName(name) == rails) iana = zone;
  }
  if (iana.empty()) iana = emitter_.context().time_zone;
  TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(iana));
  return zones_.emplace(std::string(name), zone).first->second;
}

int64_t ExportParser::ReadInstant(Cells& cells) {
  const int date = columns_.Find("Date");
  const int time = columns_.Find("Time");
  const int zone_column = columns_.Find("Time Zone");
  const base::Day day = ReadDay(cells, date);
  if (cells.failed() || cells.Text(time).empty()) return day.start_us();
  const auto clock =
      ParseIsoTime(fmt::format("{} {}", base::FormatDay(day), Clock24(cells.Text(time))));
  if (!clock.ok()) {
    cells.Fail(time, "is no time of day");
    return 0;
  }
  const auto zone = ZoneOf(cells.Text(zone_column));
  if (!zone.ok()) {
    cells.Fail(zone_column,
               "isn't a time zone known here: say it with --time-zone and take the "
               "column out");
    return 0;
  }
  return ToInstant(*clock, *zone);
}

absl::Status ExportParser::ReadTransaction(Cells& cells) {
  const std::string id(cells.Text(columns_.Find("Payment ID")));
  if (id.empty()) cells.Fail(columns_.Find("Payment ID"), "is empty");
  const int64_t at = ReadInstant(cells);
  const ledger::Minor card = ReadMoney(cells, columns_.Find("Card"));
  const ledger::Minor app = ReadMoney(cells, columns_.Find("Cash App"));
  const ledger::Minor fee = ReadMoney(cells, columns_.Find("Fees"));
  const ledger::Minor collected = ReadMoney(cells, columns_.Find("Total Collected"));
  const ledger::Minor net = ReadMoney(cells, columns_.Find("Net Total"));
  ledger::Minor other = 0;
  ledger::WideMinor tenders = ledger::WideMinor{card} + app;
  for (const std::string_view name : {"Cash", "Square Gift Card", "Other Tender"}) {
    other = ReadMoney(cells, columns_.Find(name));
    tenders += other;
  }
  const std::string_view status = cells.Text(columns_.Find("Transaction Status"));
  const int deposit_date = columns_.Find("Deposit Date");
  const int64_t deposited =
      cells.Text(deposit_date).empty() ? 0 : ReadDay(cells, deposit_date).start_us();
  if (!cells.failed() && ledger::WideMinor{collected} + fee != net) {
    cells.Fail(columns_.Find("Net Total"),
               "isn't Total Collected and Fees: the row was changed, "
               "or columns are mixed up");
  }
  if (!cells.failed() && tenders != collected) {
    cells.Fail(columns_.Find("Total Collected"),
               "isn't what card, cash, gift card and other tender sum to");
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (!status.empty() && NormalName(status) != "complete" && NormalName(status) != "completed") {
    return emitter_.NoOp("the transaction isn't complete");
  }
  ledger::Minor through = 0;
  if (__builtin_add_overflow(card, app, &through)) {
    return emitter_.Quarantine(
        {"Card", std::string(cells.Text(columns_.Find("Card"))), "is beyond 64 bits"});
  }
  if (through == 0 && fee == 0) {
    return emitter_.NoOp(
        "cash, gift card or another tender: nothing of it passes Square's balance");
  }
  emitter_.NoteAsOf(at);
  Emitter::Cover(&emitter_.account(account()), at, at + base::kMicrosPerSecond);
  AddStated(emitter_, account(), ledger::WideMinor{through} + fee);
  const std::string type(cells.Text(columns_.Find("Event Type")));
  const Meaning meaning = FindMeaning(kEvents, type);
  ledger::Event event = emitter_.NewEvent(account(), id, "gross", at);
  event.refs.payment_id = id;
  if (meaning.becomes == Becomes::kRefund) event.refs.refund_id = id;
  TIEOUT_RETURN_IF_ERROR(EmitMovement(
      emitter_, event,
      {.meaning = meaning, .raw_type = type, .amount = through, .fees = {{"fee", "", fee}}}));
  const std::string_view deposit = cells.Text(columns_.Find("Deposit ID"));
  TIEOUT_RETURN_IF_ERROR(emitter_.Amend(event, Field::kOrderId,
                                        cells.Text(columns_.Find("Order Reference ID")),
                                        emitter_.as_of_us()));
  return emitter_.Amend(event, Field::kPayoutId, deposit,
                        deposited != 0 ? deposited : emitter_.as_of_us());
}

absl::Status ExportParser::ReadTransfer(Cells& cells) {
  const std::string id(cells.Text(id_));
  if (id.empty()) cells.Fail(id_, "is empty: a deposit without its id can't be told from another");
  const base::Day day = ReadDay(cells, date_);
  if (!cells.failed() && cells.Text(amount_).empty()) cells.Fail(amount_, "is empty");
  const ledger::Minor amount = ReadMoney(cells, amount_);
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  emitter_.NoteAsOf(day.start_us());
  Emitter::Cover(&emitter_.account(account()), day.start_us(), day.plus(1).start_us());
  return EmitPayout(emitter_, {.account = account(),
                               .id = id,
                               .amount = amount,
                               .at_us = day.start_us(),
                               .arrival_date = emitter_.Keep(base::FormatDay(day))});
}

absl::Status ExportParser::ReadHeader(const CsvRow& row) {
  const std::string& file = emitter_.context().file_name;
  columns_ = Columns(row.fields);
  transfers_ = !IsTransactionsHeader(columns_);
  std::string_view missing;
  if (transfers_) {
    id_ = columns_.FindAny({"Deposit ID", "Transfer ID"});
    date_ = columns_.FindAny({"Deposit Date", "Transfer Date", "Date"});
    amount_ = columns_.FindAny({"Deposited", "Net Total", "Transfer Amount", "Total", "Amount"});
    missing = id_ < 0 ? "Deposit ID" : date_ < 0 ? "Deposit Date" : amount_ < 0 ? "Deposited" : "";
  } else {
    for (const std::string_view name : {"Date", "Card", "Fees", "Net Total", "Event Type"}) {
      if (!columns_.Has(name)) missing = name;
    }
  }
  if (!missing.empty()) {
    return base::InvalidArgument(
        fmt::format("{}:{}: no column {}: export the file with it", file, row.line, missing));
  }
  RowError error;
  if (emitter_.context().currency.empty()) {
    return base::FailedPrecondition(
        fmt::format("{}: Square's exports print no currency: say it with --currency USD", file));
  }
  if (!ReadCurrency("--currency", emitter_.context().currency, &currency_, &error)) {
    return base::FailedPrecondition(
        fmt::format("{}: --currency {} {}", file, error.value, error.reason));
  }
  return absl::OkStatus();
}

absl::StatusOr<Summary> ExportParser::Parse(InputStream& in) {
  CsvReader reader(in, {});
  CsvRow header;
  TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&header));
  if (!more) {
    return base::InvalidArgument(fmt::format("{} is empty", emitter_.context().file_name));
  }
  TIEOUT_RETURN_IF_ERROR(ReadHeader(header));
  TIEOUT_RETURN_IF_ERROR(ForEachRow(reader, columns_, emitter_, [&](Cells& cells, const CsvRow&) {
    return transfers_ ? ReadTransfer(cells) : ReadTransaction(cells);
  }));
  return emitter_.Finish();
}

}  // namespace

bool IsTransactionsHeader(const Columns& columns) {
  return columns.Has("Payment ID") && columns.Has("Total Collected") &&
         (columns.Has("Net Total") || columns.Has("Fees"));
}

bool IsTransfersHeader(const Columns& columns) {
  return columns.Has("Deposit ID") && !columns.Has("Payment ID") &&
         (columns.Has("Deposited") || columns.Has("Deposit Date") || columns.Has("Net Total"));
}

absl::StatusOr<Summary> ParseExport(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink) {
  return ExportParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::square
