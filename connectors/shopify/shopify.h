// Shopify Payments: the transactions and payouts exports of the admin, and the Admin API's objects.
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
//
// The API's JSON (REST shopify_payments/balance/transactions and payouts; fields from Shopify's
// client library, shopify-api-ruby): pages of `transactions` and `payouts`, arrays or lines. Entry
// = the transaction's or the payout's own id, payment_id = source_order_id. These ids stand in no
// export, and the export's order names in no API object: nothing tells one from the other, so an
// account takes either its exports or its API, else every sale counts twice.
// Test transactions are known no-ops. Late: payout id; a payout's states are events.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Shopify();

}  // namespace tieout::connectors
