// Shopify Payments: the transactions and payouts exports of the admin.
//
// Columns are bound by name, so all variants are read: with and without Checkout, Payout ID, VAT,
// business entity, marketplace sales tax, bank reference. Fields from real exports' headers.
//
// Identity: provider "shopify"; merchant account (the shop) from the command line, since no export
// names it. A transaction has no id: it is a row without one, hash of transaction date (the
// instant), type, order, amount, net and currency, components `gross` and `fee`: the columns that
// every variant has. Checkout and Presentment Amount aren't in it, since older exports lack them;
// nor is Fee, whose sign changes by type. An export without Currency needs --currency.
// Never change: those. Come later, as amendments: payout id, available on. Payout status is the
// payout's, which has an event for each state.
//
// A payout has no id in the payouts export, and one in the transactions export. In both it is known
// by its day: entry payout-<Payout Date>-<currency>, `.2` for a second one on a day. The numeric
// Payout ID, which the bank's text repeats, becomes its trace id. So both exports tell one payout;
// should their amounts differ, that is a conflict to be seen.
// The transactions export is of a period: its first payout may have begun before it, which is
// noted, and that payout's list isn't called complete.
//
// payment_id = Order: Checkout would be finer, but not every variant has it, and one fact must be
// one event whichever it came by. Several captures of an order add up. Net is believed, and the fee
// is amount less net: for adjustments the Fee column's sign is turned.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Shopify();

}  // namespace tieout::connectors
