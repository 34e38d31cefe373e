#include "connectors/amazon/amazon.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "connectors/amazon/meaning.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/localized.h"
#include "connectors/lex/rows.h"
#include "connectors/lex/zone_names.h"

namespace tieout::connectors {
namespace {

constexpr std::string_view kProvider = "amazon";

// "31.03.2026 12:00:00 UTC", "2026/03/31 12:00:00 JST", ISO 8601; without a time, its midnight.
std::optional<int64_t> ParsePosted(std::string_view text) {
  std::string iso(text);
  const size_t end = text.find_first_of(" T");
  const std::string_view date = text.substr(0, end);
  if (!base::ParseDay(date).has_value()) {
    const bool year_first = date.size() > 4 && date[4] == '/';
    const bool points = date.find('.') != std::string_view::npos;
    if (!year_first && !points) return std::nullopt;
    const auto day = ParseOrderedDate(date, year_first ? "ymd" : "dmy");
    if (!day.has_value()) return std::nullopt;
    iso = base::FormatDay(*day);
    if (end != std::string_view::npos) iso += text.substr(end);
  }
  // A zone's abbreviation at the end: "12:00:00 JST".
  const size_t blank = iso.rfind(' ');
  if (blank != std::string::npos && blank > 10) {
    const std::string_view zone = std::string_view(iso).substr(blank + 1);
    if (const auto offset = OffsetOfAbbreviation(zone); offset.has_value()) {
      const auto time = ParseIsoTime(std::string_view(iso).substr(0, blank));
      if (!time.ok()) return std::nullopt;
      CivilTime moved = *time;
      moved.offset_s = offset;
      return ToInstant(moved, *Zone::Find(""));
    }
  }
  const auto time = ParseIsoTime(iso);
  if (!time.ok()) return std::nullopt;
  return ToInstant(*time, *Zone::Find(""));
}

bool IsV2(const Columns& c) {
  return c.Has("settlement-id") && c.Has("amount-type") && c.Has("amount-description");
}
bool IsV1(const Columns& c) { return c.Has("settlement-id") && c.Has("price-amount"); }

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, const Columns& c)
      : columns_(c),
        emitter_(connector, context, sink),
        settlement_(c.Find("settlement-id")),
        start_(c.Find("settlement-start-date")),
        end_(c.Find("settlement-end-date")),
        deposit_(c.Find("deposit-date")),
        total_(c.Find("total-amount")),
        currency_(c.Find("currency")),
        type_(c.Find("transaction-type")),
        order_(c.Find("order-id")),
        adjustment_(c.Find("adjustment-id")),
        amount_type_(c.Find("amount-type")),
        description_(c.Find("amount-description")),
        amount_(c.Find("amount")),
        posted_(c.Find("posted-date")),
        posted_time_(c.Find("posted-date-time")) {}

  absl::StatusOr<Summary> Parse(CsvReader& reader) {
    TIEOUT_RETURN_IF_ERROR(
        ForEachRow(reader, columns_, emitter_, [&](Cells& cells, const CsvRow& row) {
          return cells.Text(type_).empty() && !cells.Text(total_).empty()
                     ? ReadSummary(cells, row.line)
                     : ReadEntry(cells);
        }));
    TIEOUT_RETURN_IF_ERROR(Finish());
    return emitter_.Finish();
  }

 private:
  struct Settlement {
    uint64_t line = 0;
    std::string currency;
    ledger::Minor total = 0;
    int64_t start_us = 0, end_us = 0;
    base::Day deposit;
    ledger::WideMinor items = 0;
    bool unreadable = false;
  };

  absl::Status ReadSummary(Cells& cells, uint64_t line);
  absl::Status ReadEntry(Cells& cells);
  absl::Status Finish();
  int64_t ReadTime(Cells& cells, int column);
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, emitter_.context().merchant_account, currency};
  }

  const Columns& columns_;
  Emitter emitter_;
  const int settlement_, start_, end_, deposit_, total_, currency_, type_, order_, adjustment_,
      amount_type_, description_, amount_, posted_, posted_time_;
  std::map<std::string, Settlement, std::less<>> settlements_;  // one a file, as a rule
};

int64_t Parser::ReadTime(Cells& cells, int column) {
  const auto instant = ParsePosted(cells.Text(column));
  if (!instant.has_value()) {
    cells.Fail(column, "is no date (expected like 2026-03-31 12:00:00 UTC or 31.03.2026)");
  }
  return instant.value_or(0);
}

absl::Status Parser::ReadSummary(Cells& cells, uint64_t line) {
  const std::string id(cells.Text(settlement_));
  if (id.empty()) cells.Fail(settlement_, "is empty");
  Settlement settlement;
  settlement.line = line;
  settlement.currency = cells.Currency(currency_);
  settlement.total = ReadPrinted(cells, columns_, total_, settlement.currency);
  settlement.start_us = ReadTime(cells, start_);
  settlement.end_us = ReadTime(cells, end_);
  settlement.deposit = base::DayOf(ReadTime(cells, deposit_));
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  emitter_.NoteAsOf(settlement.end_us);
  const ledger::AccountRef account = AccountOf(settlement.currency);
  Emitter::Cover(&emitter_.account(account), settlement.start_us, settlement.end_us);
  emitter_.account(account).sequence = id;
  settlements_[id] = settlement;
  AddStated(emitter_, account, settlement.total);
  return emitter_.NoOp("the settlement's summary: told at its end");
}

absl::Status Parser::ReadEntry(Cells& cells) {
  const auto found = settlements_.find(cells.Text(settlement_));
  if (found == settlements_.end()) {
    cells.Fail(settlement_,
               "has no summary row before it, which names the currency: fetch the "
               "report again");
    return emitter_.Quarantine(cells.error());
  }
  Settlement& settlement = found->second;
  const ledger::Minor amount = ReadPrinted(cells, columns_, amount_, settlement.currency);
  const bool has_time = !cells.Text(posted_time_).empty();
  const int64_t at = ReadTime(cells, has_time ? posted_time_ : posted_);
  const std::string type(cells.Text(type_));
  if (type.empty()) cells.Fail(type_, "is empty");
  if (cells.failed()) {
    settlement.unreadable = true;
    return emitter_.Quarantine(cells.error());
  }
  const std::string amount_type(cells.Text(amount_type_));
  const std::string description(cells.Text(description_));
  if (NormalWord(type) == "transfer" && amount == -settlement.total) {
    return emitter_.NoOp("the settlement's transfer: told by its summary");
  }
  settlement.items += amount;
  std::string fixed = fmt::format("{}|{}|", amount, at);
  for (const std::string_view name :
       {"settlement-id", "transaction-type", "order-id", "adjustment-id", "shipment-id",
        "order-item-code", "sku", "promotion-id", "amount-type", "amount-description"}) {
    const std::string_view text = cells.Text(columns_.Find(name));
    fixed += fmt::format("{}:{}|", text.size(), text);
  }
  const ledger::AccountRef account = AccountOf(settlement.currency);
  TIEOUT_ASSIGN_OR_RETURN(
      ledger::Event event,
      emitter_.NewRowEvent(account, base::DayOf(at), base::HashBytes128(fixed), "gross", at));
  const Meaning meaning = amazon::MeaningOf(type, amount_type, description, amount);
  event.refs.order_id = cells.Text(order_);
  event.refs.payment_id = cells.Text(order_);
  if (settlement.total > 0) event.refs.payout_id = found->first;
  if (meaning.becomes == Becomes::kRefund) event.refs.refund_id = cells.Text(adjustment_);
  if (meaning.becomes == Becomes::kChargebackOpened || meaning.becomes == Becomes::kChargebackWon) {
    event.refs.dispute_id = cells.Text(adjustment_);
  }
  if (meaning.becomes == Becomes::kReserve && amount < 0) event.refs.hold_id = found->first;
  const std::string raw = fmt::format("{} / {} / {}", type, amount_type, description);
  return EmitMovement(emitter_, event, {.meaning = meaning, .raw_type = raw, .amount = amount});
}

absl::Status Parser::Finish() {
  for (const auto& [id, settlement] : settlements_) {
    const bool adds_up = settlement.items == settlement.total && !settlement.unreadable;
    if (!adds_up) {
      emitter_.AddNote(
          settlement.line, "PAYOUT_COMPOSITION",
          fmt::format(
              "settlement {}: its rows sum to {}, its total-amount is {}: rows are missing, "
              "unreadable or doubled, fetch the report again",
              id,
              ledger::FormatMoney(ledger::Narrow(settlement.items).value_or(0),
                                  settlement.currency),
              ledger::FormatMoney(settlement.total, settlement.currency)));
    }
    if (settlement.total <= 0) {
      emitter_.AddNote(settlement.line, "NEGATIVE_BALANCE",
                       fmt::format("settlement {} comes to {}: nothing is paid; Amazon carries it "
                                   "into the next one or charges your card",
                                   id, ledger::FormatMoney(settlement.total, settlement.currency)));
      continue;
    }
    emitter_.AtLine(settlement.line);
    TIEOUT_RETURN_IF_ERROR(
        EmitPayout(emitter_, {.account = AccountOf(settlement.currency),
                              .id = id,
                              .method = ledger::Payout::Method::kAutomatic,
                              .amount = settlement.total,
                              .at_us = settlement.end_us,
                              .arrival_date = emitter_.Keep(base::FormatDay(settlement.deposit)),
                              .list_complete = adds_up}));
  }
  return absl::OkStatus();
}

class AmazonConnector : public Connector {
 public:
  std::string_view name() const override { return "amazon"; }
  std::string_view reads() const override {
    return "amazon: settlement reports, flat file V2 (tabs), of all regions";
  }
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    for (const char delimiter : {'\t', ',', ';'}) {
      const auto columns = ReadHeader(text, delimiter);
      if (columns.has_value() && (IsV2(*columns) || IsV1(*columns))) return Confidence::kCertain;
    }
    return Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    CsvReader reader(in, {.delimiter = '\t', .quote = 0, .encoding = Encoding::kUtf8OrLatin});
    CsvRow row;
    TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
    if (!more) return base::InvalidArgument(fmt::format("{} is empty", context.file_name));
    const Columns columns(row.fields);
    if (IsV1(columns)) {
      return base::InvalidArgument(
          fmt::format("{}:{}: a settlement report of the first version: fetch the flat file V2 "
                      "(GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2)",
                      context.file_name, row.line));
    }
    if (!IsV2(columns)) {
      return base::InvalidArgument(
          fmt::format("{}:{}: no tab-separated header of Amazon's settlement report V2 "
                      "(settlement-id ... amount-type, amount-description, amount): if a "
                      "spreadsheet saved it again, fetch it afresh",
                      context.file_name, row.line));
    }
    for (const std::string_view name :
         {"settlement-start-date", "settlement-end-date", "deposit-date", "total-amount",
          "currency", "transaction-type", "order-id", "amount", "posted-date"}) {
      if (columns.Has(name)) continue;
      return base::InvalidArgument(fmt::format("{}:{}: no column {}: fetch the report afresh",
                                               context.file_name, row.line, name));
    }
    TIEOUT_RETURN_IF_ERROR(NeedsAccount(context, "Amazon's reports", "SELLER-ID"));
    return Parser(name(), context, sink, columns).Parse(reader);
  }
};

}  // namespace

const Connector& Amazon() {
  static const AmazonConnector connector;
  return connector;
}

}  // namespace tieout::connectors
