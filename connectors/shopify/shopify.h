// Shopify Payments: the transactions and payouts exports of the admin.
//
// Columns are bound by name, so all variants are read: with and without Checkout, Payout ID, VAT,
// business entity, marketplace sales tax, bank reference. Fields from real exports' headers.
//
// Identity: provider "shopify"; merchant account (the shop) from the command line, since no export
// names it. A transaction has no id: it is a row without one, hash of transaction date (the
// instant), type, order, amount, net and currency, components `gross` and `fee`. Checkout isn't in
// it, since older exports lack the column; nor is Fee, whose sign changes by type.
// Never change: those, and Checkout. Come later, as amendments: payout id, available on. Payout
// status is the payout's, which has an event for each state.
//
// A payout has no id in the payouts export, and one in the transactions export. In both it is known
// by its day: entry payout-<Payout Date>-<currency>, `.2` for a second one on a day. The numeric
// Payout ID, which the bank's text repeats, becomes its trace id. So both exports tell one payout;
// should their amounts differ, that is a conflict to be seen.
// The transactions export is of a period: its first payout may have begun before it, which is
// noted, and that payout's list isn't called complete.
//
// payment_id = Checkout, else Order. Net is believed, and the fee is amount less net: for
// adjustments the Fee column's sign is turned.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Shopify();

}  // namespace tieout::connectors
