// Transactions and payouts of the Sell Finances API.
#include <fmt/format.h>

#include "connectors/ebay/parts.h"
#include "connectors/lex/json_cells.h"

namespace tieout::connectors::ebay {
namespace {

using Field = ledger::Amendment::Field;

constexpr Meaning kTypes[] = {
    {"sale", Becomes::kSale, ""},
    {"refund", Becomes::kRefund, ""},
    {"dispute", Becomes::kChargebackOpened, ""},
    {"non sale charge", Becomes::kFee, "platform"},
    {"shipping label", Becomes::kFee, "shipping_label"},
    {"credit", Becomes::kAdjustment, "goodwill"},
    {"transfer", Becomes::kAdjustment, "transfer"},
    {"adjustment", Becomes::kAdjustment, "other"},
    {"loan repayment", Becomes::kAdjustment, "loan"},
    {"withdrawal", Becomes::kAdjustment, "transfer"},
    {"purchase", Becomes::kAdjustment, "purchase"},
};

class ApiParser {
 public:
  ApiParser(std::string_view connector, const Context& context, Sink& sink)
      : emitter_(connector, context, sink) {}

  absl::StatusOr<Summary> Parse(InputStream& in) {
    TIEOUT_RETURN_IF_ERROR(NeedsAccount(emitter_.context(), "eBay's API pages", "SELLER"));
    JsonEntries entries(in, emitter_.context().file_name, {"transactions", "payouts"});
    JsonEntries::Entry entry;
    while (true) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, entries.Next(&entry));
      if (!more) return emitter_.Finish();
      TIEOUT_RETURN_IF_ERROR(ReadObject(entry));
    }
  }

 private:
  ledger::AccountRef AccountOf(std::string_view currency) const {
    return {kProvider, emitter_.context().merchant_account, currency};
  }
  absl::Status ReadObject(const JsonEntries::Entry& json);
  absl::Status ReadPayout(JsonCells& cells);
  absl::Status ReadTransaction(JsonCells& cells);

  Emitter emitter_;
};

absl::Status ApiParser::ReadPayout(JsonCells& cells) {
  using State = ledger::Payout::State;
  const std::string id(cells.Required("payoutId"));
  const std::string currency = cells.Currency("amount.currency");
  const ledger::Minor amount = cells.Major("amount.value", currency);
  const int64_t at = cells.Instant("payoutDate");
  const std::string_view status = cells.Required("payoutStatus");
  State state = State::kInitiated;
  if (status == "SUCCEEDED") state = State::kPaid;
  if (status == "TERMINAL_FAILED" || status == "REVERSED") state = State::kFailed;
  if (state == State::kInitiated && status != "INITIATED" && status != "RETRYABLE_FAILED") {
    cells.Fail("payoutStatus",
               "is none of INITIATED, SUCCEEDED, RETRYABLE_FAILED, "
               "TERMINAL_FAILED, REVERSED");
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  emitter_.NoteAsOf(at);
  const ledger::AccountRef account = AccountOf(currency);
  Emitter::Cover(&emitter_.account(account), at, at + base::kMicrosPerSecond);
  return EmitPayout(emitter_, {.account = account,
                               .id = id,
                               .state = state,
                               .method = ledger::Payout::Method::kAutomatic,
                               .amount = amount,
                               .at_us = at,
                               .bank_reference = cells.Text("bankReference")});
}

absl::Status ApiParser::ReadTransaction(JsonCells& cells) {
  const std::string id(cells.Required("transactionId"));
  const std::string type(cells.Required("transactionType"));
  const std::string currency = cells.Currency("amount.currency");
  ledger::Minor net = cells.Major("amount.value", currency);
  const int64_t at = cells.Instant("transactionDate");
  const std::string_view booking = cells.Required("bookingEntry");
  if (booking != "CREDIT" && booking != "DEBIT") {
    cells.Fail("bookingEntry", "is neither CREDIT nor DEBIT");
  }
  const bool out = booking == "DEBIT";
  ledger::Minor gross = net;
  // Of sales and refunds the amount is net; the basis of the fees is the gross, if in its currency.
  const bool has_basis =
      cells.fields().HasBelow("totalFeeBasisAmount") && cells.fields().HasBelow("totalFeeAmount");
  if (has_basis && cells.Text("totalFeeBasisAmount.currency") == currency) {
    gross = cells.Major("totalFeeBasisAmount.value", currency);
    const ledger::Minor fee = cells.Major("totalFeeAmount.value", currency);
    if (!cells.failed() && ledger::WideMinor{gross} - fee != net) {
      cells.Fail("amount.value", fmt::format("isn't totalFeeBasisAmount {} less totalFeeAmount {}",
                                             ledger::FormatAmount(gross, currency),
                                             ledger::FormatAmount(fee, currency)));
    }
  }
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  if (cells.Text("transactionStatus") == "FAILED") return emitter_.NoOp("the transaction failed");
  if (out) net = -net, gross = -gross;
  emitter_.NoteAsOf(at);
  const ledger::AccountRef account = AccountOf(currency);
  Emitter::Cover(&emitter_.account(account), at, at + base::kMicrosPerSecond);
  AddStated(emitter_, account, net);
  Meaning meaning = FindMeaning(kTypes, type);
  const std::string order(cells.Text("orderId"));
  const bool is_sale = meaning.becomes == Becomes::kSale && !order.empty();
  ledger::Event event = emitter_.NewEvent(account, is_sale ? "order-" + order : id, "gross", at);
  event.refs.order_id = order;
  event.refs.payment_id = order;
  if (meaning.becomes == Becomes::kRefund) event.refs.refund_id = id;
  if (meaning.becomes == Becomes::kChargebackOpened) {
    event.refs.dispute_id = id;
    if (!out) meaning.becomes = Becomes::kChargebackWon;
  }
  ledger::Minor fee = 0;
  if (__builtin_sub_overflow(net, gross, &fee)) {
    return emitter_.Quarantine({"amount.value", std::string(cells.Text("amount.value")),
                                "is beyond 64 bits with its fee"});
  }
  TIEOUT_RETURN_IF_ERROR(EmitMovement(
      emitter_, event,
      {.meaning = meaning, .raw_type = type, .amount = gross, .fees = {{"fee", "platform", fee}}}));
  TIEOUT_RETURN_IF_ERROR(
      emitter_.Amend(event, Field::kPayoutId, cells.Text("payoutId"), emitter_.as_of_us()));
  return emitter_.Amend(event, Field::kStatus, cells.Text("transactionStatus"),
                        emitter_.as_of_us());
}

absl::Status ApiParser::ReadObject(const JsonEntries::Entry& json) {
  emitter_.BeginRow(json.line, json.json);
  const auto fields = JsonFields::Parse(json.json);
  if (!fields.ok()) return emitter_.Quarantine({"", "", base::Message(fields.status())});
  JsonCells cells(*fields);
  if (fields->Has("transactionType")) return ReadTransaction(cells);
  if (fields->Has("payoutStatus")) return ReadPayout(cells);
  return emitter_.Quarantine({"", "", "is neither a transaction nor a payout"});
}

}  // namespace

bool LooksLikeApi(std::string_view text) {
  if (!BeginsAsJson(text)) return false;
  const auto has = [&](std::string_view word) { return text.find(word) != std::string_view::npos; };
  return (has("\"transactionType\"") && has("\"bookingEntry\"")) ||
         (has("\"payoutStatus\"") && has("\"payoutId\""));
}

absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink) {
  return ApiParser(connector, context, sink).Parse(in);
}

}  // namespace tieout::connectors::ebay
