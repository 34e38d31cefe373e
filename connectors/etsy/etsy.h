// Etsy: the shop's monthly statement, its deposits, its sold orders.
//
// Reads
//   Monthly statement (etsy_statement_YYYY_M.csv), headers in English, German, Spanish, French or
//     Italian, with commas or semicolons; the rows' types and titles are English in all of them.
//     Columns and titles from exports quoted in public parsers.
//   Deposits (Date, Amount, Currency, Status, Bank Account Ending Digits): the names as Etsy's
//     download has them by its help pages; a file without one of the first three is refused.
//   Sold orders (EtsySoldOrdersYYYY.csv): Sale Date, Order ID, Currency, Order Total; from exports
//     quoted in public parsers. Dates are month/day/year in every country.
//   The API's payment account ledger (JSON pages of `results`, or lines of them): entry_id,
//     ledger_type, amount, balance, sequence_number. Fields from Etsy's Open API v3; ledger types
//     from ledgers quoted in public parsers.
//
// Identity: provider "etsy"; merchant account (the shop) from --account. A sale is known by its
// order: order-<Order ID>, `gross` (`.2` for a second payment of it in one file), in the
// statement's "Payment for Order #N" as in the sold orders' row; both are what the buyer paid, with
// the sales tax that the statement's Tax row takes out again. All other rows have no id: day, type,
// title, info, currency, amount, fees, net. A deposit is known by its day:
// deposit-<day>-<currency>, `.2` for a second one. Never change: those. Come later, as amendments:
// status, availability date. A ledger entry is ledger-<entry_id>, and so is a payout of the ledger:
// nothing in it tells the statement's rows, and nothing there the ledger's, so an account takes
// either its statements or its ledger, else everything counts twice. Sold orders tell sales only:
// fees and refunds stand in the statement, and would count twice.
//
// "--" is empty. Money is text with sign and symbol outside ("-CA$0.28", "16,08 €"); the currency
// is its own column. A deposit's amount stands in its title only ("$3.67 sent to your bank
// account"). A fee of positive sign is a credit. Which items a deposit holds Etsy doesn't tell.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Etsy();

}  // namespace tieout::connectors
