#include "connectors/shopify/webhook.h"

#include "connectors/shopify/exports.h"
#include "connectors/webhook/reading.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;

constexpr std::string_view kMoney[] = {"orders/",    "refunds/", "order_transactions/",
                                       "disputes/",  "returns/", "tender_transactions/",
                                       "gift_cards/"};

class ShopifyHooks : public Webhooks {
 public:
  std::string_view provider() const override { return shopify::kProvider; }
  absl::Status CheckKeys(const Keys& keys) const override { return webhook::NeedsSecrets(keys); }
  absl::Status Check(const webhook::Request& request, const Keys& keys, int64_t) const override {
    return webhook::CheckShopify(request, keys.secrets);
  }
  absl::StatusOr<Told> Read(const webhook::Request& request, const Context&, Sink&) const override {
    Told told;
    told.type = request.header("X-Shopify-Topic");
    for (const std::string_view word : kMoney) {
      if (told.type.starts_with(word)) told.became = Became::kKept;
    }
    if (told.became == Became::kKept) told.why = "its balance transaction says what moved";
    return told;
  }
};

}  // namespace

const Webhooks& ShopifyWebhooks() {
  static const ShopifyHooks webhooks;
  return webhooks;
}

}  // namespace tieout::connectors
