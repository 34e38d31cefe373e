// eBay's notifications: {"metadata": {"topic"}, "notification": {"notificationId", "data"}}.
//
// None becomes events: no topic tells of the Finances API's transactions or payouts. Orders and
// disputes are kept, and the report or API brings what moved. MARKETPLACE_ACCOUNT_DELETION, which
// eBay demands an answer to, moves no money.
//
// Topics: developer.ebay.com/api-docs/commerce/notification.
#pragma once

#include "connectors/webhook/webhook.h"

namespace tieout::connectors {

const Webhooks& EbayWebhooks();

}  // namespace tieout::connectors
