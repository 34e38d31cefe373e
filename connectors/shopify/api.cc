// The Admin API's balance transactions and payouts, REST.
#include "connectors/shopify/api.h"

#include <fmt/format.h>

#include <map>

#include "connectors/lex/json_cells.h"
#include "connectors/movement.h"
#include "connectors/shopify/exports.h"

namespace tieout::connectors::shopify {
namespace {

using Field = ledger::Amendment::Field;

// type of a balance transaction, REST and GraphQL.
constexpr Meaning kTypes[] = {
    {"charge", Becomes::kSale, ""},
    {"refund failure", Becomes::kRefund, "refund failed"},
    {"refund*", Becomes::kRefund, ""},
    {"dispute reversal", Becomes::kChargebackWon, ""},
    {"dispute*", Becomes::kChargebackOpened, ""},
    {"charge adjustment", Becomes::kChargebackOpened, ""},
    {"chargeback fee*", Becomes::kFee, "dispute"},
    {"chargeback hold*", Becomes::kReserve, ""},
    {"reserve*", Becomes::kReserve, ""},
    {"risk *", Becomes::kReserve, ""},
    {"stripe fee", Becomes::kFee, "processing"},
    {"billing debit*", Becomes::kFee, "subscription"},
    {"referral fee*", Becomes::kFee, "platform"},
    {"shipping label*", Becomes::kAdjustment, "shipping_label"},
    {"advance*", Becomes::kAdjustment, "loan"},
    {"lending*", Becomes::kAdjustment, "loan"},
    {"customs duty*", Becomes::kAdjustment, "tax"},
    {"import tax*", Becomes::kAdjustment, "tax"},
    {"tax adjustment*", Becomes::kAdjustment, "tax"},
    {"vat refund*", Becomes::kAdjustment, "tax"},
    {"marketplace tax*", Becomes::kAdjustment, "tax"},
    {"payout failure", Becomes::kPayoutBack, ""},
    {"payout cancellation", Becomes::kPayoutBack, ""},
    {"payout", Becomes::kPayout, ""},
    {"transfer failure", Becomes::kPayoutBack, ""},
    {"transfer cancel", Becomes::kPayoutBack, ""},
    {"transfer refund", Becomes::kPayoutBack, ""},
    {"transfer", Becomes::kPayout, ""},
    {"adjustment", Becomes::kAdjustment, "other"},
    {"credit", Becomes::kAdjustment, "other"},
    {"debit", Becomes::kAdjustment, "other"},
};

class ApiParser {
 public:
  ApiParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in);

 private:
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, emitter_.context().merchant_account, currency};
  }
  absl::Status ReadObject(const JsonEntries::Entry& json);
  absl::Status ReadPayout(JsonCells& cells, uint64_t line);
  absl::Status ReadTransaction(JsonCells& cells, uint64_t line);
  absl::Status FinishLists();

  Emitter emitter_;
  std::map<std::string, ListedPayout> lists_;  // by payout; they are few
  bool unreadable_ = false;
};

absl::Status ApiParser::ReadPayout(JsonCells& cells, uint64_t line) {
  using State = ledger::Payout::State;
  const std::string id(cells.Required("id"));
  const std::string currency = cells.Currency("currency");
  const ledger::Minor amount = cells.Major("amount", currency);
  const int64_t at = cells.Instant("date");
  const std::string status(cells.Required("status"));
  ledger::WideMinor parts = 0;
  bool has_parts = false;
  for (const std::string_view part :
       {"charges", "refunds", "adjustments", "reserved_funds", "retried_payouts"}) {
    const std::string gross = fmt::format("summary.{}_gross_amount", part);
    const std::string fee = fmt::format("summary.{}_fee_amount", part);
    if (cells.Text(gross).empty()) continue;
    has_parts = true;
    parts += cells.Major(gross, currency);
    if (!cells.Text(fee).empty()) parts -= cells.Major(fee, currency);
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (status == "scheduled" || status == "pending") {
    return emitter_.NoOp("the payout isn't sent yet");
  }
  if (has_parts && parts != amount) {
    emitter_.AddNote(line, "PAYOUT_COMPOSITION",
                     fmt::format("payout {}: its summary comes to {}, its amount is {}", id,
                                 ledger::FormatMoney(ledger::Narrow(parts).value_or(0), currency),
                                 ledger::FormatMoney(amount, currency)));
  }
  State state = State::kInitiated;
  if (status == "paid") state = State::kPaid;
  if (status == "failed" || status == "canceled") state = State::kFailed;
  emitter_.NoteAsOf(at);
  Emitter::Cover(&emitter_.account(AccountOf(currency)), at, at + base::kMicrosPerDay);
  const PayoutFact payout{.account = AccountOf(currency),
                          .id = id,
                          .state = state,
                          .method = ledger::Payout::Method::kAutomatic,
                          .amount = amount,
                          .at_us = at,
                          .as_of_us = at,
                          .arrival_date = emitter_.Keep(base::FormatDay(base::DayOf(at))),
                          .trace_id = cells.Text("external_trace_id")};
  lists_[id].TakeObject(line, payout);
  return EmitPayout(emitter_, payout);
}

absl::Status ApiParser::ReadTransaction(JsonCells& cells, uint64_t line) {
  const std::string id(cells.Required("id"));
  const std::string type(cells.Required("type"));
  const std::string currency = cells.Currency("currency");
  const ledger::Minor amount = cells.Major("amount", currency);
  const ledger::Minor net = cells.Major("net", currency);
  const ledger::Minor fee = cells.Text("fee").empty() ? 0 : cells.Major("fee", currency);
  const int64_t at = cells.Instant("processed_at");
  // Net is believed; for adjustments the fee's sign is turned.
  const ledger::WideMinor taken = ledger::WideMinor{amount} - net;
  if (!cells.failed() && taken != fee && taken != -ledger::WideMinor{fee}) {
    cells.Fail("net",
               fmt::format("isn't amount {} less fee {}", ledger::FormatAmount(amount, currency),
                           ledger::FormatAmount(fee, currency)));
  }
  if (cells.failed()) {
    unreadable_ = true;
    return emitter_.Quarantine(cells.error());
  }
  if (cells.Text("test") == "true") return emitter_.NoOp("a test transaction");
  emitter_.NoteAsOf(at);
  const ledger::AccountRef account = AccountOf(currency);
  Emitter::Cover(&emitter_.account(account), at, at + base::kMicrosPerSecond);
  const std::string payout(cells.Text("payout_id"));
  Meaning meaning = FindMeaning(kTypes, type);
  if (meaning.becomes == Becomes::kPayout) return emitter_.NoOp("told by the payout itself");
  lists_[payout].TakeItem(line, currency, net);
  AddStated(emitter_, account, net);
  // What came back is an item of the payout that takes it along.
  if (meaning.becomes == Becomes::kPayoutBack) {
    meaning = {"", Becomes::kAdjustment, "returned_payout"};
  }
  if (meaning.becomes == Becomes::kChargebackOpened && amount > 0) {
    meaning.becomes = Becomes::kChargebackWon;
  }
  ledger::Event event = emitter_.NewEvent(account, id, "gross", at);
  const std::string_view order = cells.Text("source_order_id");
  event.refs.order_id = order;
  event.refs.payment_id = order;
  if (meaning.becomes == Becomes::kRefund) event.refs.refund_id = cells.Text("source_id");
  if (meaning.becomes == Becomes::kChargebackOpened || meaning.becomes == Becomes::kChargebackWon) {
    event.refs.dispute_id = cells.Text("source_id");
  }
  if (meaning.becomes == Becomes::kReserve) event.refs.hold_id = cells.Text("source_id");
  const std::string_view reason = cells.Text("adjustment_reason");
  const auto fee_effect = ledger::Narrow(-taken);
  if (!fee_effect.has_value()) return emitter_.Quarantine({"net", "", "is beyond 64 bits"});
  TIEOUT_RETURN_IF_ERROR(EmitMovement(
      emitter_, event,
      {.meaning = meaning,
       .raw_type = emitter_.Keep(reason.empty() ? type : fmt::format("{} / {}", type, reason)),
       .amount = amount,
       .fees = {{"fee", "", *fee_effect}}}));
  return emitter_.Amend(event, Field::kPayoutId, payout, emitter_.as_of_us());
}

absl::Status ApiParser::ReadObject(const JsonEntries::Entry& json) {
  emitter_.BeginRow(json.line, json.json);
  const auto fields = JsonFields::Parse(json.json);
  if (!fields.ok()) {
    unreadable_ = true;
    return emitter_.Quarantine({"", "", base::Message(fields.status())});
  }
  JsonCells cells(*fields);
  if (fields->Has("processed_at")) return ReadTransaction(cells, json.line);
  if (fields->Has("date") && fields->Has("amount")) return ReadPayout(cells, json.line);
  unreadable_ = true;
  return emitter_.Quarantine({"", "", "is neither a balance transaction nor a payout"});
}

absl::Status ApiParser::FinishLists() {
  for (const auto& [id, list] : lists_) {
    if (unreadable_ || !list.IsWhole()) continue;  // the next page may have the others
    TIEOUT_RETURN_IF_ERROR(CallComplete(emitter_, AccountOf(list.currency), id, list));
  }
  return absl::OkStatus();
}

absl::StatusOr<Summary> ApiParser::Parse(InputStream& in) {
  JsonEntries entries(in, emitter_.context().file_name, {"transactions", "payouts"});
  JsonEntries::Entry entry;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
    if (!more) break;
    TIEOUT_RETURN_IF_ERROR(ReadObject(entry));
  }
  TIEOUT_RETURN_IF_ERROR(FinishLists());
  return emitter_.Finish();
}

}  // namespace

bool LooksLikeApi(std::string_view text) {
  if (!BeginsAsJson(text)) return false;
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  return (has("\"source_order_transaction_id\"") && has("\"processed_at\"")) ||
         (has("\"payout_status\"") && has("\"processed_at\"")) || has("\"charges_gross_amount\"");
}

absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink) {
  return ApiParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::shopify
