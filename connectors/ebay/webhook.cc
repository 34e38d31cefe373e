#include "connectors/ebay/webhook.h"

#include "connectors/ebay/parts.h"
#include "connectors/lex/json.h"
#include "connectors/webhook/reading.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;

constexpr webhook::TypeWord kTypes[] = {
    {"ORDER_", Became::kKept},
    {"PAYMENT_", Became::kKept},
    {"PAYOUT", Became::kKept},
    {"TRANSACTION", Became::kKept},
    {"RETURN_", Became::kKept},
    {"MARKETPLACE_ACCOUNT_DELETION", Became::kNoMoney},
    {"AUTHORIZATION_", Became::kNoMoney},
    {"ITEM_", Became::kNoMoney},
    {"PRIORITY_LISTING_", Became::kNoMoney},
};

class EbayHooks : public Webhooks {
 public:
  std::string_view provider() const override { return ebay::kProvider; }
  absl::Status CheckKeys(const Keys& keys) const override {
    if (keys.url.empty()) {
      return base::InvalidArgument("url is missing: the endpoint as registered with eBay");
    }
    if (keys.folder.empty()) {
      return base::InvalidArgument(
          "keys is missing: a folder for eBay's public keys; which are needed is said when the "
          "first notification comes");
    }
    return webhook::NeedsSecrets(keys);  // the verification token
  }
  absl::Status Check(const webhook::Request& request, const Keys& keys, int64_t) const override {
    return webhook::CheckEbay(request, keys.folder);
  }
  absl::StatusOr<Told> Read(const webhook::Request& request, const Context&, Sink&) const override {
    Told told;
    TIEOUT_ASSIGN_OR_RETURN(const JsonFields fields, JsonFields::Parse(request.body));
    told.id = fields.Text("notification.notificationId");
    told.type = fields.Text("metadata.topic");
    told.became = webhook::BecameOf(told.type, kTypes);
    if (told.became == Became::kKept) told.why = "its transaction says what moved";
    return told;
  }
};

}  // namespace

const Webhooks& EbayWebhooks() {
  static const EbayHooks webhooks;
  return webhooks;
}

}  // namespace tieout::connectors
