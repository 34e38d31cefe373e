#include "connectors/paypal/webhook.h"

#include "connectors/lex/json_cells.h"
#include "connectors/paypal/entry.h"
#include "connectors/webhook/reading.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;
using webhook::Reading;

// What carries events is looked at before.
constexpr webhook::TypeWord kTypes[] = {
    {"PAYMENT.CAPTURE.REVERSED", Became::kKept},
    {"PAYMENT.SALE.REVERSED", Became::kKept},
    {"CUSTOMER.DISPUTE.", Became::kKept},
    {"RISK.DISPUTE.", Became::kKept},
    {"PAYMENT.PAYOUTS", Became::kKept},
    {"PAYMENT.REFERENCED-PAYOUT", Became::kKept},
    {"PAYMENT.", Became::kNoMoney},
    {"CHECKOUT.", Became::kNoMoney},
    {"BILLING.", Became::kNoMoney},
    {"INVOICING.", Became::kNoMoney},
};

// Where the two generations of the API keep the same.
struct Layout {
  bool is_refund = false;
  std::string_view amount, currency, fee, fee_currency, invoice;
};
constexpr Layout kCapture = {false,
                             "amount.value",
                             "amount.currency_code",
                             "seller_receivable_breakdown.paypal_fee.value",
                             "seller_receivable_breakdown.paypal_fee.currency_code",
                             "invoice_id"};
constexpr Layout kRefund = {true, "amount.value", "amount.currency_code", "", "", "invoice_id"};
constexpr Layout kSale = {false,
                          "amount.total",
                          "amount.currency",
                          "transaction_fee.value",
                          "transaction_fee.currency",
                          "invoice_number"};
constexpr Layout kSaleRefund = {true, "amount.total", "amount.currency", "", "", "invoice_number"};

const Layout* LayoutOf(std::string_view type) {
  if (type == "PAYMENT.CAPTURE.COMPLETED") return &kCapture;
  if (type == "PAYMENT.CAPTURE.REFUNDED") return &kRefund;
  if (type == "PAYMENT.SALE.COMPLETED") return &kSale;
  if (type == "PAYMENT.SALE.REFUNDED") return &kSaleRefund;
  return nullptr;
}

// The capture that a refund's "up" link leads to.
std::string ParentOf(const JsonFields& fields) {
  for (int i = 0; i < 16; ++i) {
    const std::string at = "links." + std::to_string(i);
    if (!fields.HasBelow(at)) break;
    const std::string_view href = fields.Text(at + ".href");
    if (fields.Text(at + ".rel") == "up") return std::string(href.substr(href.rfind('/') + 1));
  }
  return "";
}

absl::Status ReadResource(const Layout& layout, JsonCells& cells, Emitter& emitter) {
  emitter.BeginRow(1, "");
  paypal::Entry entry;
  entry.code = layout.is_refund ? "T1107" : "T0006";
  entry.id = cells.Required("id");
  entry.currency = cells.Currency(layout.currency);
  entry.gross = cells.Major(layout.amount, entry.currency);
  // Some refunds' amounts are signed.
  if (layout.is_refund && entry.gross > 0) entry.gross = -entry.gross;
  entry.fee_currency = entry.currency;
  if (!layout.fee.empty() && !cells.Text(layout.fee).empty()) {
    entry.fee_currency = cells.Currency(layout.fee_currency);
    entry.fee = -cells.Major(layout.fee, entry.fee_currency);
  }
  entry.at_us = cells.Instant("create_time");
  entry.invoice_id = cells.Text(layout.invoice);
  if (layout.is_refund) entry.reference = cells.Text("sale_id");
  if (layout.is_refund && entry.reference.empty()) entry.reference = ParentOf(cells.fields());
  if (cells.failed()) return emitter.Quarantine(cells.error());
  return EmitEntry(emitter, emitter.context().merchant_account, entry);
}

class PayPalHooks : public Webhooks {
 public:
  std::string_view provider() const override { return paypal::kProvider; }
  absl::Status CheckKeys(const Keys& keys) const override {
    if (keys.webhook_id.empty()) {
      return base::InvalidArgument(
          "webhook_id is missing: the id that PayPal's dashboard shows beside the webhook");
    }
    if (keys.folder.empty()) {
      return base::InvalidArgument(
          "keys is missing: a folder for PayPal's certificates; which are needed is said when the "
          "first webhook comes");
    }
    return absl::OkStatus();
  }
  absl::Status Check(const webhook::Request& request, const Keys& keys,
                     int64_t now_us) const override {
    return webhook::CheckPayPal(request, keys.webhook_id, keys.folder, now_us);
  }

  absl::StatusOr<Told> Read(const webhook::Request& request, const Context& given,
                            Sink& sink) const override {
    Told told;
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields event, JsonFields::Parse(request.body));
    told.id = event.Text("id");
    told.type = event.Text("event_type");
    const Layout* const layout = LayoutOf(told.type);
    if (layout == nullptr) {
      told.became = webhook::BecameOf(told.type, kTypes);
      if (told.became == Became::kKept) told.why = "its transaction's id isn't told";
      return told;
    }
    TIEOUT_ASSIGN_OR_RETURN(const std::string resource, JsonPart(request.body, {"resource"}));
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields fields,
                            JsonFields::Parse(resource, JsonFields::Arrays::kFlatten));
    told.became = Became::kKept;
    const std::string_view payee = fields.Text("payee.merchant_id");
    if (!payee.empty() && payee != given.merchant_account) {
      told.why = "it names another payee than the account";
      return told;
    }
    if (fields.HasBelow("seller_receivable_breakdown.platform_fees")) {
      told.why = "how a platform's fee is booked is told by its transaction";
      return told;
    }
    Context context = given;
    context.file_name = webhook::SourceName(given, told.id);
    Reading reading(sink);
    Emitter emitter("paypal", context, reading);
    JsonCells cells(fields);
    TIEOUT_RETURN_IF_ERROR(ReadResource(*layout, cells, emitter));
    reading.Conclude(Became::kUnreadable, &told);
    return told;
  }
};

}  // namespace

const Webhooks& PayPalWebhooks() {
  static const PayPalHooks webhooks;
  return webhooks;
}

}  // namespace tieout::connectors
