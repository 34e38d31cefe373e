// Shopify's webhooks, one topic each.
//
// None becomes events: Shopify Payments' balance has no webhook, and an order, refund or dispute
// names neither the balance transaction nor its fee. What is about money is kept, and the export or
// API brings it. The topic stands in a header, which isn't signed, so nothing but the count depends
// on it; nor is X-Shopify-Webhook-Id, so a webhook is known again by its body.
//
// Topics: shopify.dev/docs/api/webhooks.
#pragma once

#include "connectors/webhook/webhook.h"

namespace tieout::connectors {

const Webhooks& ShopifyWebhooks();

}  // namespace tieout::connectors
