// PayPal's webhooks: {"id", "event_type", "resource"}.
//
// PAYMENT.CAPTURE.COMPLETED and PAYMENT.SALE.COMPLETED: the resource's id is the transaction id of
//   reports and search, its gross and PayPal's fee stand in it: the sale, whole. One with a
//   platform's fee in it is kept.
// PAYMENT.CAPTURE.REFUNDED, PAYMENT.SALE.REFUNDED: the refund; what is given back of fees comes by
//   search or report.
// Reversals, disputes and payouts are known to the balance by transaction ids that they don't name:
// kept. So is what names another payee than the account.
//
// Fields: developer.paypal.com/docs/api/payments/v2 (capture, refund), /payments/v1 (sale, refund);
// paypal-rest-api-specifications notifications_webhooks_v1.json.
#pragma once

#include "connectors/webhook/webhook.h"

namespace tieout::connectors {

const Webhooks& PayPalWebhooks();

}  // namespace tieout::connectors
