// Square's webhooks: {"type", "event_id", "data": {"object": {"payment" | "refund" | "payout"}}}.
//
// payout.*: the payout, whole, by the API's own reading.
// payment.created, .updated: a completed payment by card or wallet is the sale that a payout entry
//   or the Dashboard's row tells (known by the payment's id in all three); gross is total_money,
//   the fee its processing_fee once Square has worked it out (a later payment.updated). One with an
//   application's fee in it is kept: how the entry books that isn't told. Cash and what else never
//   passes Square's balance moves none here.
// refund.created, .updated: a completed refund, known by its id. dispute.*: an entry of its own id
//   (poe_…), which only the payout's list tells: kept.
//
// Fields: developer.squareup.com/reference/square/objects/Payment, PaymentRefund; webhooks
// payment.updated, refund.updated, payout.sent.
#pragma once

#include "connectors/webhook/webhook.h"

namespace tieout::connectors {

const Webhooks& SquareWebhooks();

}  // namespace tieout::connectors
