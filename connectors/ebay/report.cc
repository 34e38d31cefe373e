// The transaction report.
#include <fmt/format.h>

#include <map>
#include <optional>
#include <utility>

#include "connectors/ebay/parts.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/localized.h"
#include "connectors/lex/rows.h"

namespace tieout::connectors::ebay {
namespace {

using Field = ledger::Amendment::Field;

constexpr size_t kPreambleLines = 40;

constexpr Meaning kTypes[] = {
    {"order", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"claim", Becomes::kChargebackOpened, ""},
    {"payment dispute", Becomes::kChargebackOpened, ""},
    {"dispute", Becomes::kChargebackOpened, ""},
    {"hold", Becomes::kReserve, ""},
    {"reserve*", Becomes::kReserve, ""},
    {"other fee", Becomes::kFee, "platform"},
    {"shipping label", Becomes::kFee, "shipping_label"},
    {"postage label", Becomes::kFee, "shipping_label"},
    {"payout", Becomes::kPayout, "transfer"},
    {"transfer", Becomes::kAdjustment, "transfer"},
    {"charge", Becomes::kAdjustment, "topup"},
    {"adjustment", Becomes::kAdjustment, "other"},
    {"loan repayment", Becomes::kAdjustment, "loan"},
    {"withdrawal", Becomes::kAdjustment, "transfer"},
    {"purchase", Becomes::kAdjustment, "purchase"},
};

// The report's fee columns by their beginning, as components of the entry.
struct FeeColumn {
  std::string_view begin, component, type;
};
constexpr FeeColumn kFees[] = {
    {"final value fee - fixed", "fvf_fixed", "platform"},
    {"final value fee - variable", "fvf_variable", "platform"},
    {"regulatory operating fee", "regulatory", "platform"},
    {"very high", "not_as_described", "platform"},
    {"below standard performance fee", "performance", "platform"},
    {"international fee", "international", "platform"},
    {"charity donation", "charity", "donation"},
    {"deposit processing fee", "deposit", "payout"},
    {"payments dispute fee", "dispute", "dispute"},
    {"promoted listing", "advertising", "advertising"},
};

bool IsEmpty(std::string_view cell) { return cell.empty() || cell == "--"; }

bool IsHeader(const Columns& c) {
  return c.Has("Transaction creation date") && c.Has("Type") && c.Has("Net amount");
}

struct Place {
  uint64_t rows_before = 0;
  Columns columns;
  char delimiter = ',';
  std::string seller;
};

std::optional<Place> FindHeader(std::string_view text) {
  for (const char delimiter : {',', ';', '\t'}) {
    MemoryInput in(text);
    CsvReader reader(in, {.delimiter = delimiter, .encoding = Encoding::kUtf8OrLatin});
    CsvRow row;
    Place place;
    place.delimiter = delimiter;
    for (; place.rows_before < kPreambleLines; ++place.rows_before) {
      const auto more = reader.Next(&row);
      if (!more.ok() || !*more) break;
      if (row.fields.size() >= 2 && NormalName(row.fields[0]) == "seller") {
        place.seller = row.fields[1];
      }
      place.columns = Columns(row.fields);
      if (IsHeader(place.columns)) return place;
    }
  }
  return std::nullopt;
}

class Report {
 public:
  Report(std::string_view connector, const Context& context, Sink& sink, Place place)
      : place_(std::move(place)),
        emitter_(connector, context, sink),
        account_(place_.seller.empty() ? context.merchant_account : place_.seller) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  int Find(std::string_view name) const { return place_.columns.Find(name); }
  std::string_view Text(const Cells& cells, std::string_view name) const {
    const std::string_view text = cells.Text(Find(name));
    return IsEmpty(text) ? std::string_view() : text;
  }
  ledger::Minor Money(Cells& cells, int column, const std::string& currency) {
    return IsEmpty(cells.Text(column)) ? 0 : ReadPrinted(cells, place_.columns, column, currency);
  }
  absl::Status ReadRow(Cells& cells);
  absl::StatusOr<ledger::Event> EventOf(Cells& cells, const Meaning& meaning, base::Day day,
                                        const std::string& currency, ledger::Minor net);
  absl::Status EmitReportPayout(Cells& cells, base::Day day, const std::string& currency,
                                ledger::Minor amount);
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, account_, currency};
  }

  const Place place_;
  Emitter emitter_;
  const std::string account_;
};

absl::Status Report::EmitReportPayout(Cells& cells, base::Day day, const std::string& currency,
                                      ledger::Minor amount) {
  std::string id(Text(cells, "Payout ID"));
  if (id.empty()) id = Text(cells, "Reference ID");
  if (id.empty()) {
    cells.Fail(Find("Payout ID"), "is empty: a payout without its id can't be told from another");
    return emitter_.Quarantine(cells.error());
  }
  const std::string status = NormalName(Text(cells, "Payout status"));
  const bool paid = status == "succeeded" || status == "paid" || status == "funds sent";
  return EmitPayout(
      emitter_, {.account = AccountOf(currency),
                 .id = id,
                 .state = paid ? ledger::Payout::State::kPaid : ledger::Payout::State::kInitiated,
                 .method = ledger::Payout::Method::kAutomatic,
                 .amount = amount,
                 .at_us = day.start_us()});
}

absl::StatusOr<ledger::Event> Report::EventOf(Cells& cells, const Meaning& meaning, base::Day day,
                                              const std::string& currency, ledger::Minor net) {
  const std::string order(Text(cells, "Order number"));
  const std::string reference(Text(cells, "Reference ID"));
  const ledger::AccountRef account = AccountOf(currency);
  if (meaning.becomes == Becomes::kSale && !order.empty()) {
    return emitter_.NewEvent(account, "order-" + order, "gross", day.start_us());
  }
  if (!reference.empty()) {
    return emitter_.NewEvent(account, reference, "gross", day.start_us());
  }
  std::string fixed = fmt::format("{}|{}|", net, currency);
  for (const std::string_view name :
       {"Type", "Order number", "Item ID", "Transaction ID", "Description"}) {
    const std::string_view text = Text(cells, name);
    fixed += fmt::format("{}:{}|", text.size(), text);
  }
  return emitter_.NewRowEvent(account, day, base::HashBytes128(fixed), "gross", day.start_us());
}

absl::Status Report::ReadRow(Cells& cells) {
  const int net_column = Find("Net amount");
  if (IsEmpty(cells.Text(net_column))) {
    return emitter_.NoOp("an item of an order: its money stands in the order's row");
  }
  const std::string type(cells.Text(Find("Type")));
  if (type.empty()) cells.Fail(Find("Type"), "is empty");
  const auto day = ParseWrittenDate(cells.Text(Find("Transaction creation date")));
  if (!day.has_value()) {
    cells.Fail(Find("Transaction creation date"), "is no date (expected like Jan 5, 2026)");
  }
  std::string currency(Text(cells, "Payout currency"));
  const std::string paid_in(Text(cells, "Transaction currency"));
  if (currency.empty()) currency = paid_in.empty() ? emitter_.context().currency : paid_in;
  RowError error;
  if (!cells.failed() && !ReadCurrency("Payout currency", currency, &currency, &error)) {
    cells.Fail(Find("Payout currency"), error.reason);
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  const ledger::Minor net = Money(cells, net_column, currency);
  Movement movement{.meaning = FindMeaning(kTypes, type), .raw_type = type};
  ledger::WideMinor fees = 0;
  const bool one_currency = paid_in.empty() || paid_in == currency;
  if (one_currency) {
    for (const FeeColumn& fee : kFees) {
      const int column = place_.columns.FindBetween(fee.begin, "");
      if (column < 0) continue;
      const ledger::Minor amount = Money(cells, column, currency);
      movement.fees.push_back({fee.component, fee.type, amount});
      fees += amount;
    }
  }
  const int gross_column = Find("Gross transaction amount");
  const bool has_gross = one_currency && !IsEmpty(cells.Text(gross_column));
  if (has_gross) {
    movement.amount = Money(cells, gross_column, currency);
  } else {
    const auto gross = ledger::Narrow(ledger::WideMinor{net} - fees);
    if (!gross.has_value()) cells.Fail(net_column, "is beyond 64 bits with its fees");
    movement.amount = gross.value_or(0);
  }
  // What stands between gross, the fees known here and net is a fee under another name.
  const auto rest = ledger::Narrow(ledger::WideMinor{net} - movement.amount - fees);
  if (!cells.failed() && !rest.has_value()) cells.Fail(net_column, "is beyond 64 bits");
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  emitter_.NoteAsOf(day->plus(1).start_us());
  Emitter::Cover(&emitter_.account(AccountOf(currency)), day->start_us(), day->plus(1).start_us());
  if (movement.meaning.becomes == Becomes::kPayout && net <= 0) {
    return EmitReportPayout(cells, *day, currency, -net);
  }
  if (movement.meaning.becomes == Becomes::kPayout) movement.meaning = {};
  if (one_currency) {
    movement.fees.push_back({"other", "other", *rest});
  } else {
    emitter_.AddNote(0, "FX_VARIANCE",
                     fmt::format("order {}: gross and fees are in {}, the net in {}: the entry is "
                                 "the net, its fees can't be told",
                                 Text(cells, "Order number"), paid_in, currency));
  }
  if (movement.meaning.becomes == Becomes::kChargebackOpened && movement.amount > 0) {
    movement.meaning.becomes = Becomes::kChargebackWon;
  }
  AddStated(emitter_, AccountOf(currency), net);
  TIEOUT_ASSIGN_OR_RETURN(ledger::Event event,
                          EventOf(cells, movement.meaning, *day, currency, net));
  event.refs.order_id = Text(cells, "Order number");
  event.refs.payment_id = event.refs.order_id;
  if (movement.meaning.becomes == Becomes::kRefund) {
    event.refs.refund_id = Text(cells, "Reference ID");
  }
  if (movement.meaning.becomes == Becomes::kChargebackOpened ||
      movement.meaning.becomes == Becomes::kChargebackWon) {
    event.refs.dispute_id = Text(cells, "Reference ID");
  }
  TIEOUT_RETURN_IF_ERROR(EmitMovement(emitter_, event, movement));
  const auto payout_day = ParseWrittenDate(Text(cells, "Payout date"));
  return emitter_.Amend(event, Field::kPayoutId, Text(cells, "Payout ID"),
                        payout_day.has_value() ? payout_day->start_us() : emitter_.as_of_us());
}

absl::StatusOr<Summary> Report::Parse(InputStream& in) {
  if (account_.empty()) return NeedsAccount(emitter_.context(), "the report's lines", "SELLER");
  CsvReader reader(in, {.delimiter = place_.delimiter, .encoding = Encoding::kUtf8OrLatin});
  CsvRow row;
  for (uint64_t n = 0; n <= place_.rows_before; ++n) {
    TIEOUT_RETURN_IF_ERROR(reader.Next(&row).status());
  }
  TIEOUT_RETURN_IF_ERROR(ForEachRow(reader, place_.columns, emitter_,
                                    [&](Cells& cells, const CsvRow&) { return ReadRow(cells); }));
  return emitter_.Finish();
}

}  // namespace

bool IsReport(std::string_view text) { return FindHeader(text).has_value(); }

absl::StatusOr<Summary> ParseReport(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink) {
  PeekInput peek(in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
  if (head.empty()) return base::InvalidArgument(fmt::format("{} is empty", context.file_name));
  auto place = FindHeader(DecodeHead(head));
  if (!place.has_value()) {
    return base::InvalidArgument(
        fmt::format("{}: no header of eBay's transaction report (Transaction creation date, Type, "
                    "Net amount) in its first {} lines: download it in English from Seller Hub",
                    context.file_name, kPreambleLines));
  }
  return Report(connector, context, sink, std::move(*place)).Parse(peek);
}

}  // namespace tieout::connectors::ebay
