#include "connectors/adyen/webhook.h"

#include "connectors/adyen/reports.h"
#include "connectors/lex/json.h"
#include "connectors/webhook/reading.h"
#include "fmt/format.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;

constexpr webhook::TypeWord kTypes[] = {
    {"AUTHORISATION", Became::kKept},
    {"CAPTURE", Became::kKept},
    {"REFUND", Became::kKept},
    {"CHARGEBACK", Became::kKept},
    {"SECOND_CHARGEBACK", Became::kKept},
    {"PREARBITRATION", Became::kKept},
    {"CANCEL_OR_REFUND", Became::kKept},
    {"CANCELLATION", Became::kKept},
    {"PAYOUT", Became::kKept},
    {"PAIDOUT", Became::kKept},
    {"REPORT_AVAILABLE", Became::kKept},
    {"VOID_PENDING_REFUND", Became::kKept},
    {"NOTIFICATION_OF_", Became::kKept},
    {"DISPUTE_", Became::kKept},
    {"REFUNDED_REVERSED", Became::kKept},
    {"balancePlatform.transaction.", Became::kKept},
    {"balancePlatform.transfer.", Became::kKept},
    {"balancePlatform.report.", Became::kKept},
    {"RECURRING_", Became::kNoMoney},
    {"OFFER_CLOSED", Became::kNoMoney},
    {"ORDER_", Became::kNoMoney},
    {"balancePlatform.", Became::kNoMoney},
};

class AdyenHooks : public Webhooks {
 public:
  std::string_view provider() const override { return adyen::kProvider; }
  absl::Status CheckKeys(const Keys& keys) const override {
    for (const std::string& secret : keys.secrets) {
      if (secret.size() % 2 == 0 &&
          secret.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos) {
        continue;
      }
      return base::InvalidArgument("a secret is not hexadecimal, as Adyen shows its HMAC keys");
    }
    return webhook::NeedsSecrets(keys);
  }
  absl::Status Check(const webhook::Request& request, const Keys& keys, int64_t) const override {
    return webhook::CheckAdyen(request, keys.secrets);
  }
  std::string_view acknowledgement() const override { return "[accepted]"; }

  absl::StatusOr<Told> Read(const webhook::Request& request, const Context&, Sink&) const override {
    Told told;
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields fields,
                            JsonFields::Parse(request.body, JsonFields::Arrays::kFlatten));
    told.type = fields.Text("type");
    told.became = webhook::BecameOf(told.type, kTypes);
    // One of several items that is about money keeps them all.
    for (int i = 0;; ++i) {
      const std::string item = fmt::format("notificationItems.{}.NotificationRequestItem", i);
      if (!fields.HasBelow(item)) break;
      const std::string_view type = fields.Text(item + ".eventCode");
      const Became becomes = webhook::BecameOf(type, kTypes);
      if (i == 0 || becomes == Became::kKept) {
        told.type = type;
        told.became = becomes;
      }
      if (becomes == Became::kKept) break;
    }
    if (told.became == Became::kKept) told.why = "its report says what moved";
    return told;
  }
};

}  // namespace

const Webhooks& AdyenWebhooks() {
  static const AdyenHooks webhooks;
  return webhooks;
}

}  // namespace tieout::connectors
