// What was spent, as a CSV: a row an expense, its columns known by their English headings, in any
// order and case; the delimiter is , or ; or a tab.
//
//   date            when it was paid (2026-03-05)
//   amount          what was paid, above zero; below zero: what a supplier paid back
//   category        materials, packaging, subscriptions, advertising, ...
//   currency        ISO 4217; else --currency
//   supplier        as the bank names it, best: by it a withdrawal without reference is attributed
//   description
//   paid from       the bank account (its number as in its statements); empty: cash or a private
//   card reference       what the bank's line will cite: an invoice's number, the transfer's
//   reference receipt         a file beside this one: it is hashed, and kept as a source is receipt
//   sha256  in hex; believed, and the file is not read id              the books' own number of the
//   row
//
// Whose expenses they are says --account, a name for these books: the account is expenses/NAME.
//
// A row and the bank line that paid it are one expense. A row with `paid from` expects its
// withdrawal and counts when the bank has shown it (engine/matching/README.md); one without counts
// at once.
//
// Identity: the id; else day, amount, currency, supplier, paid from and reference. Category,
// description and receipt may change and make no other row of it.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Expenses();

}  // namespace tieout::connectors
