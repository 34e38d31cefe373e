// PayPal: settlement reports, transaction search, and the activity download.
//
// Reads
//   STL settlement report and TRR transaction detail report (SFTP, STL-yyyymmdd.SS.VVV.CSV):
//     developer.paypal.com/docs/reports/sftp-reports/settlement-report; rows by their first field
//     (RH FH SH CH SB SC SF RC RF FF), columns by the CH row's names, blanks ignored.
//   Transaction search as JSON (GET /v1/reporting/transactions): pages with `transaction_details`,
//     or lines of them; fields from paypal-rest-api-specifications reporting_transactions_v1.json.
//   Activity download as CSV, English, German and Dutch columns; from headers and rows of exports
//     quoted in public parsers (beancount-paypal, kontor, k-fin and others), both of its shapes:
//     the business account's with Type and Status, the statement's with Description.
//
// Identity: provider "paypal"; merchant account: what SH or `account_number` names, else --account.
// Entry = transaction id, components `gross` and `fee`: an id is used twice only by a row that
// moves no balance (authorisations, cart items, memos), and those are known no-ops. A withdrawal
// (T04, T06, T17) is a payout: its entry is its transaction id, `initiated`; a reversed one (T1101)
// is `failed` of the withdrawal it refers to.
//
// Never change: transaction id, event code, currency, gross, fee, the reference to another
// transaction. Come later, as amendments: invoice id (other channels cut it), status, bank
// reference. The event code says what an entry is. The activity download has it only as an optional
// column; else its Type word leads to the code, and a word nobody knows is an unclassified
// adjustment.
//
// Amounts. STL: whole numbers of hundredths, signed by CR and DR beside them (CR is the
// merchant's). For yen PayPal's own text says two things, so a yen row is quarantined: take it from
// the search. Elsewhere decimals with their sign; the activity's in its own locale, told by where
// the last separator stands. Dates of the activity that could be two are refused: --profile dmy or
// mdy.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& PayPal();

}  // namespace tieout::connectors
