#include "connectors/square/webhook.h"

#include "connectors/lex/json_cells.h"
#include "connectors/square/parts.h"
#include "connectors/webhook/reading.h"
#include "fmt/format.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;
using webhook::Reading;

// What carries events is looked at before.
constexpr webhook::TypeWord kTypes[] = {
    {"dispute.", Became::kKept},
    {"order.", Became::kKept},
    {"invoice.", Became::kKept},
    {"bank_account.", Became::kKept},
    {"gift_card.activity.", Became::kKept},
};

// The fees of a payment or refund, where Square has told them all and they are of its currency.
ledger::Minor FeesOf(JsonCells& cells, const std::string& currency) {
  ledger::Minor fees = 0;
  for (size_t i = 0;; ++i) {
    const std::string at = fmt::format("processing_fee.{}", i);
    if (!cells.fields().HasBelow(at)) return fees;
    if (cells.Text(at + ".type") != "INITIAL" ||
        cells.Text(at + ".amount_money.currency") != currency) {
      return 0;
    }
    if (__builtin_add_overflow(fees, cells.Minor(at + ".amount_money.amount"), &fees)) return 0;
  }
}

class SquareReading {
 public:
  SquareReading(const Context& context, Sink& sink)
      : sink_(sink), emitter_("square", context, sink_) {}

  absl::Status ReadPayment(JsonCells& cells, Webhooks::Told* told);
  absl::Status ReadRefund(JsonCells& cells, Webhooks::Told* told);
  const Reading& reading() const { return sink_; }

 private:
  absl::Status Emit(JsonCells& cells, Becomes becomes, const std::string& money_at);

  Reading sink_;
  Emitter emitter_;
};

absl::Status SquareReading::Emit(JsonCells& cells, Becomes becomes, const std::string& money_at) {
  emitter_.BeginRow(1, "");
  const bool is_refund = becomes == Becomes::kRefund;
  const std::string id(cells.Required("id"));
  const std::string currency = cells.Currency(money_at + ".currency");
  const ledger::Minor amount = cells.Minor(money_at + ".amount");
  const int64_t at = cells.Instant("created_at");
  // What a refund gives back of fees is told by its payout entry.
  const ledger::Minor fee = is_refund ? 0 : FeesOf(cells, currency);
  const std::string payment = is_refund ? std::string(cells.Required("payment_id")) : id;
  if (cells.failed()) return emitter_.Quarantine(cells.error());
  const ledger::AccountRef account{square::kProvider, emitter_.context().merchant_account,
                                   currency};
  ledger::Event event = emitter_.NewEvent(account, id, "gross", at);
  event.refs.payment_id = payment;
  if (is_refund) event.refs.refund_id = id;
  return EmitMovement(emitter_, event,
                      {.meaning = {"", becomes, ""},
                       .raw_type = is_refund ? "REFUND" : "CHARGE",
                       .amount = is_refund ? -amount : amount,
                       .fees = {{"fee", "", -fee}}});
}

absl::Status SquareReading::ReadPayment(JsonCells& cells, Webhooks::Told* told) {
  const std::string_view source = cells.Text("source_type");
  if (cells.Text("status") != "COMPLETED") {
    told->became = Became::kNoMoney;
  } else if (source == "CASH" || source == "EXTERNAL") {
    told->became = Became::kNoMoney;  // and never passes the balance
  } else if ((source != "CARD" && source != "WALLET") || cells.fields().HasBelow("app_fee_money")) {
    told->why = "how it is booked is told by its payout entry";
  } else {
    return Emit(cells, Becomes::kSale, "total_money");
  }
  return absl::OkStatus();
}

absl::Status SquareReading::ReadRefund(JsonCells& cells, Webhooks::Told* told) {
  const std::string_view destination = cells.Text("destination_type");
  if (cells.Text("status") != "COMPLETED" || destination == "CASH" || destination == "EXTERNAL") {
    told->became = Became::kNoMoney;
    return absl::OkStatus();
  }
  if (cells.fields().HasBelow("app_fee_money")) {
    told->why = "how it is booked is told by its payout entry";
    return absl::OkStatus();
  }
  return Emit(cells, Becomes::kRefund, "amount_money");
}

class SquareHooks : public Webhooks {
 public:
  std::string_view provider() const override { return square::kProvider; }
  absl::Status CheckKeys(const Keys& keys) const override {
    if (keys.url.empty()) {
      return base::InvalidArgument(
          "url is missing: the notification URL as registered with Square, which is signed too");
    }
    return webhook::NeedsSecrets(keys);
  }
  absl::Status Check(const webhook::Request& request, const Keys& keys, int64_t) const override {
    return webhook::CheckSquare(request, keys.secrets, keys.url);
  }

  absl::StatusOr<Told> Read(const webhook::Request& request, const Context& given,
                            Sink& sink) const override {
    Told told;
    told.became = Became::kUnreadable;
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields event, JsonFields::Parse(request.body));
    told.id = event.Text("event_id");
    told.type = event.Text("type");
    const bool is_payout = told.type.starts_with("payout.");
    const bool is_payment = told.type.starts_with("payment.");
    if (!is_payout && !is_payment && !told.type.starts_with("refund.")) {
      told.became = webhook::BecameOf(told.type, kTypes);
      if (told.became == Became::kKept) told.why = "its payout entry says what moved";
      return told;
    }
    Context context = given;
    context.file_name = webhook::SourceName(given, told.id);
    told.became = Became::kKept;
    if (is_payout) {
      TIEOUT_ASSIGN_OR_RETURN(const std::string object, JsonPart(request.body, {"data", "object"}));
      MemoryInput in(object);
      Reading reading(sink);
      TIEOUT_RETURN_IF_ERROR(square::ParseApi("square", in, context, reading).status());
      reading.Conclude(Became::kUnreadable, &told);
      return told;
    }
    TIEOUT_ASSIGN_OR_RETURN(
        const std::string object,
        JsonPart(request.body, {"data", "object", is_payment ? "payment" : "refund"}));
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields fields,
                            JsonFields::Parse(object, JsonFields::Arrays::kFlatten));
    JsonCells cells(fields);
    SquareReading reading(context, sink);
    TIEOUT_RETURN_IF_ERROR(is_payment ? reading.ReadPayment(cells, &told)
                                      : reading.ReadRefund(cells, &told));
    reading.reading().Conclude(told.became, &told);
    return told;
  }
};

}  // namespace

const Webhooks& SquareWebhooks() {
  static const SquareHooks webhooks;
  return webhooks;
}

}  // namespace tieout::connectors
