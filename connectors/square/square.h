// Square: payouts and their entries from the API, transactions and transfers from the Dashboard.
//
// Reads
//   API JSON: pages of `payouts` and of `payout_entries`, {"payout": ...}, arrays or lines of them.
//     Fields from Square's API reference (Payout, PayoutEntry; connect-api-specification api.json).
//   Transactions CSV (Dashboard > Transactions > Export, 44 to 55 columns by year). Columns from
//     exports quoted in public parsers; bound by name, so any subset and order is read.
//   Transfers CSV (Balance > Transfer reports > Summary). Square publishes no column list: the
//   names
//     read are Deposit ID or Transfer ID, a date, and the amount deposited; a file that lacks one
//     is refused and the column named.
//
// Identity: provider "square"; merchant account from --account, since files name locations only.
// A payment is known by its payment id, a refund by its refund id (in the CSV the refund row's
// Payment ID), everything else by the entry's own id (poe_...): so the charge that the API lists in
// a payout and the Dashboard's row of it are one event. Components `gross` and `fee`.
// A payout is its own id; a deposit of the CSVs its Deposit ID. These two ids differ for one
// movement, and nothing in either tells the other: give an account its payouts by one of both.
//
// Never change: id, type, currency, gross, fee. Come later, as amendments: payout id (as of the
// entry's effective time), of a payout: arrival date, end-to-end id, status (its states are
// events). payment_id is in every channel. Texts, staff, devices, customers: not read.
//
// Money: the API's in minor units (`currency`, in old examples `currency_code`); the CSV's with a
// sign of the shop's country and no code, so --currency says which. Fees are positive in the API
// (net = gross - fee) and negative in the CSV (Net Total = Total Collected + Fees).
// What was paid in cash, by gift card or by another tender never passes Square's balance: of a
// split payment only the card's part is an event here, and a row without one is a known no-op. A
// payout's amount is the sum of its entries (BATCH); its `payout_fee` stands among them as
// DEPOSIT_FEE and is not counted again. A SIMPLE payout has no entries.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Square();

}  // namespace tieout::connectors
