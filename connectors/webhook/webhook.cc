#include "connectors/webhook/webhook.h"

#include <array>

#include "connectors/adyen/webhook.h"
#include "connectors/ebay/webhook.h"
#include "connectors/paypal/webhook.h"
#include "connectors/shopify/webhook.h"
#include "connectors/square/webhook.h"
#include "connectors/stripe/webhook.h"

namespace tieout::connectors {

std::span<const Webhooks* const> AllWebhooks() {
  static const std::array kAll = {&AdyenWebhooks(),   &EbayWebhooks(),   &PayPalWebhooks(),
                                  &ShopifyWebhooks(), &SquareWebhooks(), &StripeWebhooks()};
  return kAll;
}

const Webhooks* FindWebhooks(std::string_view provider) {
  for (const Webhooks* webhooks : AllWebhooks()) {
    if (webhooks->provider() == provider) return webhooks;
  }
  return nullptr;
}

}  // namespace tieout::connectors
