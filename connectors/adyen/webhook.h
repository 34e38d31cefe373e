// Adyen's webhooks: standard ones (notificationItems) and the balance platform's.
//
// None becomes events. A standard webhook tells the customer's amount and a payment's reference;
// what a settlement books is in the account's currency, net of commissions that are worked out
// later, under the capture's reference and a type of its own. Also, a standard webhook's signature
// covers eight fields and not its date. A balance platform's transaction doesn't tell the type that
// its report books it under. So what is about money is kept, and the report brings it;
// REPORT_AVAILABLE says that one lies ready.
//
// Fields: docs.adyen.com/development-resources/webhooks/webhook-types.
#pragma once

#include "connectors/webhook/webhook.h"

namespace tieout::connectors {

const Webhooks& AdyenWebhooks();

}  // namespace tieout::connectors
