// Stripe: what moved the balance, from reports and from the API.
//
// Reads
//   payout_reconciliation.itemized and by_id, ending_balance_reconciliation.itemized,
//     balance_change_from_activity.itemized, payouts.itemized (any version, any choice of columns:
//     they are bound by name),
//   the Dashboard's balance history (`id,Type,Source,Amount,Fee,Net,Currency,Created (UTC),...`),
//   API JSON: lists, arrays or lines of balance_transaction and payout objects; of a payout's own
//     list as `tieout pull` keeps it each row is that payout's.
// Field by field from Stripe's API reference (balance_transaction, payout), its report type pages
// and reporting categories. Amounts: reports in major units, decimal point or comma; the API in
// Stripe's own minor units (zero-decimal currencies differ from ISO 4217, see amounts.h).
//
//   A platform's reports on its connected accounts (connected_account_*, with a connected_account
//     column): each row is of the account it names. What a platform's own report tells beside a row
//     (connected_account_id, connected_account_name) is about the other side of it, and isn't read.
//
// Identity: provider "stripe"; merchant account from the command line, since no file but a
// platform's names it; entry = balance transaction id, components `gross`, `fee` (the fee column),
// `tax` (the fee column of fee and network_cost rows is the tax on that fee). A payout's entry is
// its own id (po_...): component `initiated` when it leaves, `failed` when its money comes back,
// whatever the reason (the CSV can't tell failed from cancelled, so both are one event of one
// state; which it was stands in the status amendment).
//
// Never change: balance transaction id, currency, gross, fee, category, source, created.
// Come later, as amendments of the entry: payout id (as of the payout's effective time), available
// on, status, order id (metadata can be edited), and of the payout: arrival date, trace id, status,
// list complete.
// payment_id = the charge (ch_, py_): the only one every channel has. Refunds and disputes are
// known by their own id (refund_id, dispute_id), which is their content; the charge they belong to
// stands in `charge_id` or in the expanded source, and is left out where a channel doesn't tell it.
// Fees, transfers and all else bear a payment only where the charge is their source: `charge_id`
// stands beside them in some reports and never in the API's list.
//
// Sign: Stripe's are effects on the balance and so are ours; fees turn sign; a payout's row is
// negative, our payout is what was sent to the bank, positive; `failed` carries the same amount,
// and its state says that it comes back.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Stripe();

}  // namespace tieout::connectors
