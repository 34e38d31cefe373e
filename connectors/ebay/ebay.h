// eBay: the transaction report, and the Sell Finances API's transactions and payouts.
//
// Reads
//   Transaction report (Seller Hub > Payments > Reports): a preamble of some lines, then the header
//     with "Transaction creation date", "Type", "Net amount"; "--" is empty. Columns from reports
//     quoted in public parsers; bound by name.
//   API JSON: pages of `transactions` and of `payouts`, arrays or lines of them. Fields from eBay's
//     sell_finances_v1_oas3.json.
//
// Identity: provider "ebay"; merchant account: the report's Seller line, else --account (say the
// same name for API pages, which name none). A sale is known by its order: order-<order id>, the
// one id that report and API share for it; a payout by its payout id. Everything else by the API's
// transaction id, in the report by its Reference ID, or where it has none by its row: day, type,
// order, transaction, description, amounts. So sales and payouts may come by both doors, the rest
// by one. Components `gross`; the API's `fee`; the report's fee columns each one of its own. Never
// change: those and the amounts. Come later, as amendments: payout id (set once a payout begins),
// status.
//
// Amounts. The API's are unsigned, bookingEntry says the sign; a SALE's amount is net of fees, its
// gross is totalFeeBasisAmount. The report's are signed, and Net amount is gross and fees; where
// fees and net are in two currencies they can't be told apart in the account's: the net is the
// entry, and that is noted. An order of several items has one row with the net and one without for
// each item.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Ebay();

}  // namespace tieout::connectors
