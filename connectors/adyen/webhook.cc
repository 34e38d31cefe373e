#include "connectors/adyen/webhook.h"

#include "connectors/adyen/reports.h"
#include "connectors/lex/json.h"
#include "connectors/webhook/reading.h"
#include "fmt/format.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;

constexpr std::string_view kMoney[] = {
    "AUTHORISATION",
    "CAPTURE",
    "REFUND",
    "CHARGEBACK",
    "SECOND_CHARGEBACK",
    "PREARBITRATION",
    "CANCEL_OR_REFUND",
    "CANCELLATION",
    "PAYOUT",
    "PAIDOUT",
    "REPORT_AVAILABLE",
    "VOID_PENDING_REFUND",
    "NOTIFICATION_OF_",
    "DISPUTE_",
    "REFUNDED_REVERSED",
    "balancePlatform.transaction.",
    "balancePlatform.transfer.",
    "balancePlatform.report.",
};
constexpr std::string_view kNoMoney[] = {"RECURRING_", "OFFER_CLOSED", "ORDER_",
                                         "balancePlatform."};

bool BeginsAsOne(std::string_view type, std::span<const std::string_view> words) {
  for (const std::string_view word : words) {
    if (type.starts_with(word)) return true;
  }
  return false;
}

Became BecomesOf(std::string_view type) {
  if (BeginsAsOne(type, kMoney)) return Became::kKept;
  return BeginsAsOne(type, kNoMoney) ? Became::kNoMoney : Became::kUnknown;
}

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
    told.became = BecomesOf(told.type);
    // One of several items that is about money keeps them all.
    for (int i = 0;; ++i) {
      const std::string item = fmt::format("notificationItems.{}.NotificationRequestItem", i);
      if (!fields.HasBelow(item)) break;
      const std::string_view type = fields.Text(item + ".eventCode");
      const Became becomes = BecomesOf(type);
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
