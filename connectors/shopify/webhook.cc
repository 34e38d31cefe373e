#include "connectors/shopify/webhook.h"

#include "connectors/shopify/exports.h"
#include "connectors/webhook/reading.h"

namespace tieout::connectors {
namespace {

using Became = Webhooks::Became;

constexpr webhook::TypeWord kTypes[] = {
    {"orders/", Became::kKept},
    {"refunds/", Became::kKept},
    {"order_transactions/", Became::kKept},
    {"disputes/", Became::kKept},
    {"returns/", Became::kKept},
    {"tender_transactions/", Became::kKept},
    {"gift_cards/", Became::kKept},
};

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
    told.became = webhook::BecameOf(told.type, kTypes);
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
