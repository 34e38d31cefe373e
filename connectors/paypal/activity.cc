// The activity download, in the language of whoever exported it.
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "connectors/lex/clock.h"
#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/zone_names.h"
#include "connectors/paypal/entry.h"
#include "engine/base/text.h"

namespace tieout::connectors::paypal {
namespace {

// Where each field stands; -1: nowhere. Names: English, German, Dutch.
struct Layout {
  int date, time, zone, type, status, currency, gross, fee, net, id, reference, invoice, impact,
      code, bank_reference;
  explicit Layout(const Columns& c)
      : date(c.FindAny({"Date", "Datum"})),
        time(c.FindAny({"Time", "Uhrzeit", "Tijd"})),
        zone(c.FindAny({"TimeZone", "Time Zone", "Zeitzone", "Tijdzone"})),
        type(c.FindAny({"Type", "Description", "Typ", "Beschreibung", "Omschrijving"})),
        status(c.Find("Status")),
        currency(c.FindAny({"Currency", "Währung", "Valuta"})),
        gross(c.FindAny({"Gross", "Brutto", "Bruto"})),
        fee(c.FindAny({"Fee", "Fees", "Gebühr", "Entgelt", "Kosten"})),
        net(c.FindAny({"Net", "Netto"})),
        id(c.FindAny({"Transaction ID", "Transaktionscode", "Transactiereferentie"})),
        reference(c.FindAny({"Reference Txn ID", "Zugehöriger Transaktionscode"})),
        invoice(
            c.FindAny({"Invoice Number", "Invoice ID", "Rechnungsnummer", "Factuurreferentie"})),
        impact(c.FindAny({"Balance Impact", "Auswirkung auf Guthaben"})),
        code(c.FindAny({"Transaction Event Code", "Transaktionsereigniscode"})),
        bank_reference(c.FindAny({"Bank Reference ID", "Bankreferenz"})) {}
  bool is_activity() const {
    return date >= 0 && currency >= 0 && gross >= 0 && net >= 0 && id >= 0;
  }
};

// The separator that the currency's decimals stand behind is the decimal one: PayPal always writes
// all of them.
ledger::NumberFormat FormatOf(std::string_view text, int exponent) {
  const size_t last = text.find_last_of(".,");
  if (last == std::string_view::npos) return {};
  const char other = text[last] == ',' ? '.' : ',';
  const bool decimal = exponent > 0 && text.size() - last - 1 == static_cast<size_t>(exponent);
  return decimal ? ledger::NumberFormat{.decimal = text[last], .group = other}
                 : ledger::NumberFormat{.decimal = other, .group = text[last]};
}

template <size_t N>
bool IsOneOf(std::string_view word, const std::array<std::string_view, N>& words) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

constexpr std::array<std::string_view, 8> kCompleted = {
    "completed",          "abgeschlossen",           "voltooid",      "refunded",
    "partially refunded", "teilweise zurückgezahlt", "zurückgezahlt", "terugbetaald"};
constexpr std::array<std::string_view, 12> kOpen = {
    "pending", "ausstehend", "denied",      "abgelehnt",      "expired",  "abgelaufen",
    "voided",  "storniert",  "in progress", "in bearbeitung", "canceled", "cancelled"};

class ActivityParser {
 public:
  ActivityParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status ReadHeader(std::string_view head);
  absl::Status FindDateOrder(std::string_view head);
  absl::Status ReadRow(const CsvRow& row);
  Entry ReadEntry(Cells& cells);
  ledger::Minor ReadMoney(Cells& cells, int column, std::string_view currency);
  int64_t ReadInstant(Cells& cells);

  Emitter emitter_;
  Columns columns_;
  std::optional<Layout> layout_;
  char delimiter_ = ',';
  std::string order_;
};

ledger::Minor ActivityParser::ReadMoney(Cells& cells, int column, std::string_view currency) {
  if (cells.failed()) return 0;
  const std::string bare = BareNumber(cells.Text(column), currency);
  ledger::Minor amount = 0;
  RowError error;
  const int exponent = ledger::CurrencyExponent(currency).value_or(2);
  if (!ReadAmount(columns_.name(column), bare, currency, FormatOf(bare, exponent), &amount,
                  &error)) {
    cells.Fail(column, error.reason);
  }
  return amount;
}

int64_t ActivityParser::ReadInstant(Cells& cells) {
  const auto day = ParseOrderedDate(cells.Text(layout_->date), order_);
  if (!day.has_value()) {
    cells.Fail(layout_->date, fmt::format("is no date in the order {}", order_));
    return 0;
  }
  if (cells.Text(layout_->time).empty()) return day->start_us();
  const auto clock =
      ParseIsoTime(fmt::format("{} {}", base::FormatDay(*day), cells.Text(layout_->time)));
  if (!clock.ok()) {
    cells.Fail(layout_->time, "is no time of day");
    return 0;
  }
  std::string zone(cells.Text(layout_->zone));
  if (zone.empty()) zone = emitter_.context().time_zone;
  const auto instant = ToInstantIn(*clock, zone);
  if (!instant.ok()) {
    cells.Fail(layout_->zone, base::Message(instant.status()));
    return 0;
  }
  return *instant;
}

Entry ActivityParser::ReadEntry(Cells& cells) {
  const Layout& l = *layout_;
  Entry entry;
  entry.id = cells.Text(l.id);
  if (entry.id.empty()) cells.Fail(l.id, "is empty: a row without its id can't be told apart");
  entry.currency = cells.Currency(l.currency);
  entry.fee_currency = entry.currency;
  entry.word = cells.Text(l.type);
  entry.code = cells.Text(l.code);
  if (entry.code.empty()) entry.code = CodeOfWord(entry.word);
  entry.gross = ReadMoney(cells, l.gross, entry.currency);
  if (!cells.Text(l.fee).empty()) entry.fee = ReadMoney(cells, l.fee, entry.currency);
  const ledger::Minor net = ReadMoney(cells, l.net, entry.currency);
  if (!cells.failed() && ledger::WideMinor{entry.gross} + entry.fee != net) {
    cells.Fail(l.net, "isn't gross and fee: the row was changed, or columns are mixed up");
  }
  entry.at_us = ReadInstant(cells);
  entry.reference = cells.Text(l.reference);
  entry.invoice_id = cells.Text(l.invoice);
  entry.bank_reference = cells.Text(l.bank_reference);
  return entry;
}

absl::Status ActivityParser::ReadRow(const CsvRow& row) {
  emitter_.BeginRow(row.line, row.raw);
  if (!row.problem.empty()) return emitter_.Quarantine({"", "", std::string(row.problem)});
  if (row.fields.size() != columns_.size()) {
    return emitter_.Quarantine({"", "", WrongCellCount(row.fields.size(), columns_.size())});
  }
  Cells cells(columns_, row.fields);
  const std::string impact = NormalName(cells.Text(layout_->impact));
  if (impact == "memo") return emitter_.NoOp("a memo moves no balance");
  const std::string status = NormalName(cells.Text(layout_->status));
  if (IsOneOf(status, kOpen)) return emitter_.NoOp("the transaction isn't completed");
  const Entry entry = ReadEntry(cells);
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (!MovesBalance(entry.code)) {
    return emitter_.NoOp("an authorisation or a cart item moves no balance");
  }
  if (layout_->status >= 0 && !IsOneOf(status, kCompleted) && impact.empty()) {
    return emitter_.Quarantine({std::string(columns_.name(layout_->status)), status,
                                "may be open or completed: export the activity with its Balance "
                                "Impact column, or in English"});
  }
  return EmitEntry(emitter_, emitter_.context().merchant_account, entry);
}

// Points are German, a year first is ISO; with slashes the rows must tell, or the person.
absl::Status ActivityParser::FindDateOrder(std::string_view head) {
  const std::string& said = emitter_.context().profile;
  if (IsDateOrder(said)) {
    order_ = said;
    return absl::OkStatus();
  }
  MemoryInput in(head);
  CsvReader reader(in, {.delimiter = delimiter_, .encoding = Encoding::kUtf8OrLatin});
  CsvRow row;
  std::string first;
  bool is_header = true;
  while (order_.empty()) {
    const auto more = reader.Next(&row);
    if (!more.ok() || !*more) break;
    if (std::exchange(is_header, false) || row.fields.size() != columns_.size()) continue;
    const std::string text(row.fields[static_cast<size_t>(layout_->date)]);
    if (first.empty()) first = text;
    if (text.find('.') != std::string::npos) order_ = "dmy";
    if (base::ParseDay(text).has_value()) order_ = "ymd";
    const bool day_first = ParseOrderedDate(text, "dmy").has_value();
    const bool month_first = ParseOrderedDate(text, "mdy").has_value();
    if (order_.empty() && day_first != month_first) order_ = day_first ? "dmy" : "mdy";
  }
  if (!order_.empty() || first.empty()) {
    if (order_.empty()) order_ = "ymd";
    return absl::OkStatus();
  }
  return base::FailedPrecondition(
      fmt::format("{}: {} {} may be day first or month first, and no row of the file tells: say "
                  "--profile dmy or --profile mdy",
                  emitter_.context().file_name, columns_.name(layout_->date), base::Quoted(first)));
}

absl::Status ActivityParser::ReadHeader(std::string_view head) {
  for (const char delimiter : {',', ';', '\t'}) {
    const auto columns = connectors::ReadHeader(head, delimiter);
    if (!columns.has_value() || !Layout(*columns).is_activity()) continue;
    delimiter_ = delimiter;
    columns_ = *columns;
    layout_.emplace(columns_);
    if (layout_->type < 0) {
      return base::InvalidArgument(
          fmt::format("{}:1: no column Type or Description: export the activity with it",
                      emitter_.context().file_name));
    }
    return FindDateOrder(head);
  }
  return base::InvalidArgument(fmt::format(
      "{}:1: no header of PayPal's activity download (Date, Currency, Gross, Net, Transaction ID, "
      "in English, German or Dutch)",
      emitter_.context().file_name));
}

absl::StatusOr<Summary> ActivityParser::Parse(InputStream& in) {
  TIEOUT_RETURN_IF_ERROR(NeedsAccount(emitter_.context(), "PayPal's downloads", "ID"));
  PeekInput peek(in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
  if (head.empty()) {
    return base::InvalidArgument(fmt::format("{} is empty", emitter_.context().file_name));
  }
  TIEOUT_RETURN_IF_ERROR(ReadHeader(head));
  CsvReader reader(peek, {.delimiter = delimiter_, .encoding = Encoding::kUtf8OrLatin});
  CsvRow row;
  TIEOUT_ASSIGN_OR_RETURN(bool more, reader.Next(&row));
  while (more) {
    TIEOUT_ASSIGN_OR_RETURN(more, reader.Next(&row));
    if (more) TIEOUT_RETURN_IF_ERROR(ReadRow(row));
  }
  return emitter_.Finish();
}

}  // namespace

bool IsActivity(std::string_view text) {
  for (const char delimiter : {',', ';', '\t'}) {
    const auto columns = ReadHeader(text, delimiter);
    if (columns.has_value() && Layout(*columns).is_activity()) return true;
  }
  return false;
}

absl::StatusOr<Summary> ParseActivity(std::string_view connector, InputStream& in,
                                      const Context& context, Sink& sink) {
  return ActivityParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::paypal
