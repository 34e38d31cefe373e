#include "connectors/shipments/shipments.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "connectors/lex/encoding.h"
#include "connectors/lex/rows.h"
#include "connectors/movement.h"
#include "connectors/shipments/profile.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

using shipments::Profile;
using Status = ledger::Shipment::Status;

// Where each field stands in this file; -1: nowhere.
struct Places {
  int tracking, id, order, payment, carrier, service, ship_date, status, status_date, cost,
      currency, country, region, claim, refund, replaced_by;
};

Places PlacesIn(const Profile& profile, const Columns& columns) {
  const auto find = [&](std::string_view field) { return FindColumn(profile, columns, field); };
  return {find("tracking"),    find("id"),      find("order"),     find("payment"),
          find("carrier"),     find("service"), find("ship_date"), find("status"),
          find("status_date"), find("cost"),    find("currency"),  find("country"),
          find("region"),      find("claim"),   find("refund"),    find("replaced_by")};
}

// The delimiter that makes the most columns of the first row.
char DelimiterOf(std::string_view head) {
  char best = ',';
  size_t most = 0;
  for (const char delimiter : {',', ';', '\t'}) {
    const auto columns = ReadHeader(head, delimiter);
    if (!columns || columns->size() <= most) continue;
    best = delimiter;
    most = columns->size();
  }
  return best;
}

// A row, understood.
struct Parcel {
  std::string currency;
  std::string_view entry;
  int64_t shipped_us = 0, status_us = 0;
  ledger::References refs;
  std::string_view refund;
  ledger::Shipment label;  // what its events share, and the cost
  Status status = Status::kLabelled;
  std::string_view claim, replaced_by;
};

class Parser {
 public:
  Parser(std::string_view connector, const Context& context, Sink& sink, Profile profile, Zone zone)
      : emitter_(connector, context, sink), profile_(std::move(profile)), zone_(zone) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  absl::Status Bind(const CsvRow& header);
  absl::Status ReadRow(Cells& cells);
  Parcel ReadParcel(Cells& cells) const;
  void ReadCost(Cells& cells, Parcel* parcel) const;
  int64_t ReadDate(Cells& cells, int column) const;
  absl::Status Emit(const Parcel& parcel);
  absl::Status NeedsSaying(std::string_view what, std::string_view way_out) const {
    return base::FailedPrecondition(
        fmt::format("{}: no column tells the {}: {}", emitter_.context().file_name, what, way_out));
  }

  Emitter emitter_;
  const Profile profile_;
  const Zone zone_;
  Columns columns_;
  Places at_{};
  std::string account_, currency_;  // where no column tells the currency
};

absl::StatusOr<Summary> Parser::Parse(InputStream& in) {
  PeekInput peek(in);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kDetectBytes));
  const char delimiter = profile_.delimiter != '\0' ? profile_.delimiter : DelimiterOf(head);
  CsvReader reader(peek, {.delimiter = delimiter, .encoding = Encoding::kUtf8OrLatin});
  CsvRow header;
  TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&header));
  if (!more) return base::InvalidArgument(emitter_.context().file_name + " is empty");
  TIEOUT_RETURN_IF_ERROR(Bind(header));
  TIEOUT_RETURN_IF_ERROR(ForEachRow(
      reader, columns_, emitter_, [this](Cells& cells, const CsvRow&) { return ReadRow(cells); }));
  return emitter_.Finish();
}

absl::Status Parser::Bind(const CsvRow& header) {
  const Context& context = emitter_.context();
  columns_ = Columns(header.fields);
  for (const auto& [field, heading] : profile_.columns) {
    if (columns_.Has(heading)) continue;
    return base::InvalidArgument(fmt::format(
        "{}:{}: no column {}, which {} names as {}; the headings are {}", context.file_name,
        header.line, base::Quoted(heading), profile_.name, field, base::Quoted(header.raw, 400)));
  }
  at_ = PlacesIn(profile_, columns_);
  constexpr std::string_view kName =
      "name it in the [columns] of a profile, with `tieout ingest shipments FILE --profile "
      "PROFILE`";
  if (at_.tracking < 0 && at_.id < 0) {
    return NeedsSaying("tracking number", kName);
  }
  if (at_.ship_date < 0) return NeedsSaying("ship date", kName);
  account_ = context.merchant_account.empty() ? profile_.account : context.merchant_account;
  if (account_.empty()) return NeedsAccount(context, "lists of parcels", "pirate-ship");
  currency_ = context.currency.empty() ? profile_.currency : context.currency;
  if (at_.currency < 0 && currency_.empty()) {
    return NeedsSaying("currency of the labels", "say it with --currency EUR");
  }
  return absl::OkStatus();
}

// ISO; else in the order that was said; else only a date that is one in every order.
int64_t Parser::ReadDate(Cells& cells, int column) const {
  const std::string_view text = cells.Text(column);
  if (const auto time = ParseIsoTime(text); time.ok()) return ToInstant(*time, zone_);
  const std::string_view date = text.substr(0, text.find(' '));
  if (!profile_.date_order.empty()) {
    if (const auto day = ParseOrderedDate(date, profile_.date_order)) return day->start_us();
    cells.Fail(column, fmt::format("is no date in the order {}", profile_.date_order));
    return 0;
  }
  const DateGuess guess = GuessDate(date);
  if (guess.day && !guess.other) return guess.day->start_us();
  cells.Fail(column, !guess.day
                         ? "is no date (expected like 2026-03-05)"
                         : fmt::format("could be {} or {}: say which with --profile dmy or mdy, or "
                                       "date_order in a profile",
                                       base::FormatDay(*guess.day), base::FormatDay(*guess.other)));
  return 0;
}

void Parser::ReadCost(Cells& cells, Parcel* parcel) const {
  const std::string_view own = cells.Text(at_.currency);
  const std::string currency = own.empty() ? currency_ : std::string(own);
  RowError error;
  if (!ReadCurrency("currency", currency, &parcel->currency, &error)) {
    return cells.Fail(at_.currency,
                      currency.empty() ? "is empty: say it with --currency EUR" : error.reason);
  }
  const std::string_view cost = cells.Text(at_.cost);
  if (cost.empty()) return;
  if (!ReadAmount(columns_.name(at_.cost), BareNumber(cost, parcel->currency), parcel->currency,
                  profile_.number, &parcel->label.label_cost, &error)) {
    return cells.Fail(at_.cost, error.reason);
  }
  if (parcel->label.label_cost < 0) {
    cells.Fail(at_.cost,
               "is below zero: what comes back for a label stands in its biller's own file");
  }
}

Parcel Parser::ReadParcel(Cells& cells) const {
  Parcel parcel;
  parcel.label = {.status = Status::kLabelled,
                  .tracking_number = cells.Text(at_.tracking),
                  .carrier = cells.Text(at_.carrier),
                  .service = cells.Text(at_.service),
                  .country = cells.Text(at_.country),
                  .region = cells.Text(at_.region)};
  parcel.entry =
      parcel.label.tracking_number.empty() ? cells.Text(at_.id) : parcel.label.tracking_number;
  if (parcel.entry.empty()) {
    cells.Fail(at_.tracking >= 0 ? at_.tracking : at_.id, "is empty: nothing tells which parcel");
  }
  parcel.shipped_us = ReadDate(cells, at_.ship_date);
  parcel.status_us =
      cells.Text(at_.status_date).empty() ? parcel.shipped_us : ReadDate(cells, at_.status_date);
  ReadCost(cells, &parcel);
  if (const std::string_view word = cells.Text(at_.status); !word.empty()) {
    parcel.status = FindStatus(profile_, word);
    if (parcel.status == Status::kUnspecified) {
      cells.Fail(at_.status,
                 "is no status known: say in the [statuses] of a profile what it means");
    }
  }
  parcel.refs.order_id = cells.Text(at_.order);
  parcel.refs.payment_id = cells.Text(at_.payment);
  parcel.refund = cells.Text(at_.refund);
  parcel.claim = cells.Text(at_.claim);
  parcel.replaced_by = cells.Text(at_.replaced_by);
  return parcel;
}

absl::Status Parser::ReadRow(Cells& cells) {
  const Parcel parcel = ReadParcel(cells);
  return cells.failed() ? emitter_.Quarantine(cells.error()) : Emit(parcel);
}

absl::Status Parser::Emit(const Parcel& parcel) {
  const ledger::AccountRef account{ledger::kShippingProvider, account_,
                                   emitter_.Keep(parcel.currency)};
  emitter_.NoteAsOf(std::max(parcel.shipped_us, parcel.status_us));
  ledger::Event label = emitter_.NewEvent(account, parcel.entry,
                                          ledger::StatusName(Status::kLabelled), parcel.shipped_us);
  label.refs = parcel.refs;
  label.body = parcel.label;
  TIEOUT_RETURN_IF_ERROR(emitter_.Emit(label));
  const auto add = [&](Status status, std::string_view refund = {}) {
    ledger::Event state = emitter_.Sibling(label, ledger::StatusName(status));
    state.occurred_at_us = parcel.status_us;
    state.refs.refund_id = refund;
    ledger::Shipment body = parcel.label;
    body.status = status;
    body.label_cost = 0;  // told once
    if (status == Status::kClaimed) body.claim_id = parcel.claim;
    if (status == Status::kReplaced) body.replaced_by = parcel.replaced_by;
    state.body = body;
    return emitter_.Emit(state);
  };
  if (parcel.status != Status::kLabelled) TIEOUT_RETURN_IF_ERROR(add(parcel.status));
  if (!parcel.claim.empty()) TIEOUT_RETURN_IF_ERROR(add(Status::kClaimed));
  if (!parcel.refund.empty()) TIEOUT_RETURN_IF_ERROR(add(Status::kRefunded, parcel.refund));
  if (!parcel.replaced_by.empty()) TIEOUT_RETURN_IF_ERROR(add(Status::kReplaced));
  if (!emitter_.row_has_events()) return absl::OkStatus();  // set aside
  const base::Day day = base::DayOf(parcel.shipped_us);
  Emitter::Cover(&emitter_.account(account), day.start_us(), day.plus(1).start_us());
  return absl::OkStatus();
}

class ShipmentsConnector : public Connector {
 public:
  std::string_view name() const override { return "shipments"; }
  std::string_view reads() const override {
    return "shipments: lists of parcels of shipping apps and carriers (CSV), by their headings or "
           "by profile (--profile FILE)";
  }
  // Who names a carrier beside a tracking number, and when it was shipped, lists parcels.
  Confidence Detect(std::string_view head) const override {
    const std::string text = DecodeHead(head);
    const auto columns = ReadHeader(text, DelimiterOf(text));
    if (!columns) return Confidence::kNone;
    const Places at = PlacesIn({}, *columns);
    return at.tracking >= 0 && at.carrier >= 0 && at.ship_date >= 0 ? Confidence::kCertain
                                                                    : Confidence::kNone;
  }
  absl::StatusOr<Summary> Parse(InputStream& in, const Context& context,
                                Sink& sink) const override {
    TIEOUT_ASSIGN_OR_RETURN(Profile profile, shipments::LoadProfile(context.profile));
    TIEOUT_ASSIGN_OR_RETURN(const Zone zone, Zone::Find(context.time_zone));
    return Parser(name(), context, sink, std::move(profile), zone).Parse(in);
  }
};

}  // namespace

const Connector& Shipments() {
  static const ShipmentsConnector connector;
  return connector;
}

}  // namespace tieout::connectors
