#include "connectors/stripe/report.h"

#include <fmt/format.h>

#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"
#include "connectors/stripe/mapper.h"
#include "engine/base/text.h"

namespace tieout::connectors::stripe {
namespace {

// Where each field stands; -1: this report doesn't have it.
struct Layout {
  Columns columns;
  int account, id, created, currency, gross, fee, net, category, type, source, charge, description;
  int customer_amount, customer_currency, available_on, status, order_id;
  int payout_id, payout_effective, payout_arrival, trace_id;
  bool created_is_utc = false, effective_is_utc = false;
  // Made of whole payouts, not of a period: only payout reconciliation tells payouts' traces or
  // has the payout id first unless asked otherwise.
  bool whole_payouts = false;
};

Layout Bind(std::span<const std::string_view> header) {
  Layout l{};
  l.columns = Columns(header);
  const Columns& c = l.columns;
  l.account = c.Find("connected_account");
  l.id = c.FindAny({"balance_transaction_id", "id"});
  l.created = c.FindAny({"created_utc", "Created (UTC)", "effective_at_utc"});
  l.created_is_utc = l.created >= 0;
  if (l.created < 0) l.created = c.FindAny({"created", "effective_at"});
  l.currency = c.Find("currency");
  l.gross = c.FindAny({"gross", "Amount"});
  l.fee = c.Find("fee");
  l.net = c.Find("net");
  l.category = c.Find("reporting_category");
  l.type = c.Find("type");
  l.source = c.FindAny({"source_id", "Source", "payout_id"});
  l.charge = c.Find("charge_id");
  l.description = c.Find("description");
  l.customer_amount = c.FindAny({"customer_facing_amount", "Customer Facing Amount"});
  l.customer_currency = c.FindAny({"customer_facing_currency", "Customer Facing Currency"});
  l.available_on = c.FindAny({"available_on_utc", "Available On (UTC)", "available_on"});
  l.status = c.Find("status");
  l.order_id = c.Find("payment_metadata[order_id]");
  if (l.order_id < 0) l.order_id = c.FindAny({"order_id (metadata)", "order_id"});
  l.payout_id = c.FindAny({"automatic_payout_id", "Transfer"});
  l.payout_effective = c.FindAny({"automatic_payout_effective_at_utc", "Transfer Date (UTC)"});
  l.effective_is_utc = l.payout_effective >= 0;
  if (l.payout_effective < 0) l.payout_effective = c.Find("automatic_payout_effective_at");
  l.payout_arrival = c.Find("payout_expected_arrival_date");
  l.trace_id = c.Find("trace_id");
  l.whole_payouts = c.Find("automatic_payout_id") == (l.account == 0 ? 1 : 0) ||
                    c.Has("trace_id") || c.Has("trace_id_status");
  return l;
}

// The column a report can't do without and this one doesn't have; empty: all there.
std::string_view MissingColumn(const Layout& l) {
  if (l.id < 0) return "balance_transaction_id";
  if (l.created < 0) return "created_utc";
  if (l.currency < 0) return "currency";
  if (l.gross < 0) return "gross";
  if (l.fee < 0) return "fee";
  if (l.net < 0) return "net";
  if (l.category < 0 && l.type < 0) return "reporting_category";
  if (l.source < 0) return "source_id";
  return "";
}

// Reports never group thousands; the Dashboard does, with the other character than the decimal.
ledger::NumberFormat FormatOf(std::string_view text) {
  const size_t comma = text.rfind(',');
  const size_t point = text.rfind('.');
  if (comma == std::string_view::npos) return {};
  if (point == std::string_view::npos) return {.decimal = ','};
  return comma > point ? ledger::NumberFormat{',', '.'} : ledger::NumberFormat{'.', ','};
}

class ReportParser {
 public:
  ReportParser(std::string_view connector, const Context& context, Sink& sink, Zone zone)
      : emitter_(connector, context, sink), mapper_(emitter_), zone_(zone) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status ReadHeader(const CsvRow& row);
  absl::Status ReadRow(const CsvRow& row);
  Entry ReadEntry(Cells& cells);
  void ReadPayout(Cells& cells, Entry* entry);

  Emitter emitter_;
  Mapper mapper_;
  const Zone zone_;
  Layout layout_{};
  bool saw_payout_row_ = false;
};

absl::Status ReportParser::ReadHeader(const CsvRow& row) {
  const std::string& file = emitter_.context().file_name;
  if (!row.problem.empty()) {
    return base::InvalidArgument(fmt::format("{}:{}: {}", file, row.line, row.problem));
  }
  for (const char delimiter : {';', '\t'}) {
    if (row.fields.size() == 1 && IsReportHeader(row.raw, delimiter)) {
      return base::InvalidArgument(fmt::format(
          "{}:{}: columns are separated by {}, Stripe writes commas: a spreadsheet saved this file "
          "again. Export it from Stripe afresh",
          file, row.line, delimiter == ';' ? "semicolons" : "tabs"));
    }
  }
  layout_ = Bind(row.fields);
  if (const std::string_view missing = MissingColumn(layout_); !missing.empty()) {
    return base::InvalidArgument(
        fmt::format("{}:{}: no column {}: export the report with it", file, row.line, missing));
  }
  if (emitter_.context().merchant_account.empty() && layout_.account < 0) {
    return base::FailedPrecondition(fmt::format(
        "{}: Stripe's reports don't name their account: say which with --account acct_...", file));
  }
  return absl::OkStatus();
}

Entry ReportParser::ReadEntry(Cells& cells) {
  const Layout& l = layout_;
  const Zone utc = *Zone::Find("");
  Entry entry;
  entry.account = cells.Text(l.account);
  if (l.account >= 0 && entry.account.empty()) cells.Fail(l.account, "is empty");
  entry.id = cells.Text(l.id);
  if (entry.id.empty())
    cells.Fail(l.id, "is empty: a row without its id can't be told from another");
  entry.currency = cells.Currency(l.currency);
  if (cells.failed()) return entry;
  entry.gross = cells.Amount(l.gross, entry.currency, FormatOf(cells.Text(l.gross)));
  entry.fee = cells.Amount(l.fee, entry.currency, FormatOf(cells.Text(l.fee)));
  entry.net = cells.Amount(l.net, entry.currency, FormatOf(cells.Text(l.net)));
  entry.created_us = cells.Instant(l.created, l.created_is_utc ? utc : zone_);
  entry.source_id = cells.Text(l.source);
  entry.charge_id = cells.Text(l.charge);
  entry.description = cells.Text(l.description);
  entry.raw_type = cells.Text(l.category >= 0 ? l.category : l.type);
  if (entry.raw_type.empty()) cells.Fail(l.category >= 0 ? l.category : l.type, "is empty");
  entry.category =
      l.category >= 0 ? entry.raw_type : CategoryOf(entry.raw_type, entry.source_id, entry.gross);
  if (!cells.Text(l.customer_amount).empty() && !cells.Text(l.customer_currency).empty()) {
    entry.customer_currency = cells.Currency(l.customer_currency);
    if (cells.failed()) return entry;
    entry.customer_amount = cells.Amount(l.customer_amount, entry.customer_currency,
                                         FormatOf(cells.Text(l.customer_amount)));
  }
  if (!cells.Text(l.available_on).empty()) {
    entry.available_on = base::FormatDay(cells.Day(l.available_on));
  }
  entry.status = cells.Text(l.status);
  entry.order_id = cells.Text(l.order_id);
  ReadPayout(cells, &entry);
  return entry;
}

void ReportParser::ReadPayout(Cells& cells, Entry* entry) {
  const Layout& l = layout_;
  entry->payout_id = cells.Text(l.payout_id);
  entry->payout_trace_id = cells.Text(l.trace_id);
  if (!cells.Text(l.payout_effective).empty()) {
    const Zone utc = *Zone::Find("");
    entry->payout_effective_us =
        cells.Instant(l.payout_effective, l.effective_is_utc ? utc : zone_);
    entry->payout_arrival = base::FormatDay(cells.Day(l.payout_effective));
  }
  if (!cells.Text(l.payout_arrival).empty()) {
    entry->payout_arrival = base::FormatDay(cells.Day(l.payout_arrival));
  }
  if (entry->category == "payout") {
    entry->payout_method = entry->payout_id.empty() ? ledger::Payout::Method::kUnspecified
                                                    : ledger::Payout::Method::kAutomatic;
  }
}

absl::Status ReportParser::ReadRow(const CsvRow& row) {
  emitter_.BeginRow(row.line, row.raw);
  RowError error;
  if (!row.problem.empty()) {
    mapper_.NoteUnreadable();
    return emitter_.Quarantine({"", "", std::string(row.problem)});
  }
  if (row.fields.size() != layout_.columns.size()) {
    mapper_.NoteUnreadable();
    return emitter_.Quarantine({"", "", WrongCellCount(row.fields.size(), layout_.columns.size())});
  }
  Cells cells(layout_.columns, row.fields);
  const Entry entry = ReadEntry(cells);
  if (cells.failed()) {
    mapper_.NoteUnreadable();
    return emitter_.Quarantine(cells.error());
  }
  saw_payout_row_ = saw_payout_row_ || entry.category == "payout";
  emitter_.NoteAsOf(entry.created_us);
  return mapper_.Map(row.line, entry);
}

absl::StatusOr<Summary> ReportParser::Parse(InputStream& in) {
  CsvReader reader(in, {});
  CsvRow row;
  TIEOUT_ASSIGN_OR_RETURN(bool more, reader.Next(&row));
  if (!more) {
    return base::InvalidArgument(fmt::format("{} is empty", emitter_.context().file_name));
  }
  TIEOUT_RETURN_IF_ERROR(ReadHeader(row));
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(more, reader.Next(&row));
    if (!more) break;
    TIEOUT_RETURN_IF_ERROR(ReadRow(row));
  }
  const bool asked = emitter_.context().profile == "payout_reconciliation";
  TIEOUT_RETURN_IF_ERROR(
      mapper_.FinishLists(layout_.whole_payouts || asked ||
                          (saw_payout_row_ && layout_.columns.Has("automatic_payout_id"))));
  return emitter_.Finish();
}

}  // namespace

bool IsReportHeader(std::string_view line, char delimiter) {
  std::vector<std::string_view> names;
  for (size_t begin = 0; begin <= line.size();) {
    const size_t end = std::min(line.find(delimiter, begin), line.size());
    std::string_view name = line.substr(begin, end - begin);
    if (name.size() >= 2 && name.front() == '"' && name.back() == '"') {
      name = name.substr(1, name.size() - 2);
    }
    names.push_back(name);
    begin = end + 1;
  }
  const Columns columns{std::span<const std::string_view>(names)};
  const bool is_report = columns.Has("balance_transaction_id") &&
                         (columns.Has("reporting_category") || columns.Has("gross"));
  const bool is_history = columns.Has("id") && columns.Has("source") &&
                          columns.Has("created (utc)") && columns.Has("net");
  return is_report || is_history;
}

absl::StatusOr<Summary> ParseReport(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink) {
  TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(context.time_zone));
  return ReportParser(connector, context, sink, zone).Parse(in);
}

}  // namespace tieout::connectors::stripe
