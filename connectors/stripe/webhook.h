// Stripe's webhooks: events (evt_…) around the API's objects.
//
// payout.*: the payout, whole: its states, arrival date, trace id.
// charge.dispute.*: the dispute carries its balance transactions, whole.
// charge.succeeded, .captured, .updated and refund.*: the object names its balance transaction but
//   not what that says: settlement amount, fee. Where the account settles in the currency of the
//   charge (a single currency is configured), the gross amount is the charge's, and the sale or
//   refund stands at once (as available: the day isn't told either); its fee and that day come by
//   the pull or report. Else it is kept. So is a charge
//   that was captured in part (old API versions book the whole and a reversal).
// An event that names a connected `account` is of that account.
//
// The time of late facts is the event's `created`, made distinct within its second. Fields:
// docs.stripe.com/api/events/object, /charges/object, /refunds/object, /disputes/object.
#pragma once

#include "connectors/webhook/webhook.h"

namespace tieout::connectors {

const Webhooks& StripeWebhooks();

}  // namespace tieout::connectors
