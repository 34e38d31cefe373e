// Adyen: the settlement details report, and the balance platform's accounting report.
//
// Reads
//   Settlement details report (settlement_detail_report_batch_N.csv), base and additional columns
//   in
//     any order. Fields from docs.adyen.com/reporting/settlement-reconciliation (settlement details
//     report) and files quoted in public parsers.
//   Balance platform accounting, statement and payout reports: Transfer Id, Transaction Id, Booking
//     Date, Category, Type, Status, Currency, Balance (PC), Rolling Balance. Fields from
//     docs.adyen.com/marketplaces/reports-and-fees (accounting report, statement report) and the
//     header that Adyen's own platform components pin in their tests.
//
// Identity: provider "adyen"; merchant account: the file's Merchant Account, or its BalanceAccount.
//   Settlement: a payment's row is <Psp Reference>.<Modification Reference>.<type>: a capture,
//   refund
//     or dispute has a reference of its own, and its reversal the same with another type. A row
//     without Psp Reference is the batch's: batch-<N>.<type>.<hash of reference, currency and
//     amounts>.<ordinal in the file>; a batch is one file, made once.
//     Components `gross` and `commission`, `markup`, `scheme_fee`, `interchange`, `other_fee`.
//   Platform: the transaction id. A row without one has moved no money (the docs): a known no-op.
// A batch's payout is batch-<N>-<net currency>, `.2` for a second one; the first token of its
// Modification Reference is what the bank's text repeats, its trace id. A platform's payout is its
// transfer id.
// Never change: all columns read, since a batch's file is made once. payment_id = Psp Reference.
//
// Amounts are decimals in major units, debit and credit in columns of their own. The account is in
// the net currency: gross there is net and fees, so that events sum to net exactly; the customer's
// amount is the gross column. Within one currency gross less fees must be net: what is missing
// between them is a fee under none of the columns read, `other_fee`. Across currencies the exchange
// rate is held against it, one minor unit of rounding allowed, and a difference is noted.
// A batch's rows sum to zero with its payout; then the payout's list is complete.
// Times are local to the TimeZone column, whose abbreviations are no IANA names.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Adyen();

}  // namespace tieout::connectors
