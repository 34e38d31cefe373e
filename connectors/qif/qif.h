// Bank, cash and card registers in QIF, the Quicken Interchange Format.
//
// Fields from Intuit's description of the format (kept at
// hwiegman.home.xs4all.nl/fileformats/Q/qif/ qif.txt and
// projectanvil.sourceforge.net/doc/qif4.html), restated:
//   !Type:Bank | Cash | CCard | Oth A | Oth L   transactions follow;  !Account: N name, T type, ^
//   D date   T amount   N check or reference number   P payee   M memo   A address   L category
//   C cleared   S category, E memo, $ amount of a split   ^ end
// From GnuCash's notes on the format (src/import-export/qif-import/file-format.txt): U is the
// amount again; an apostrophe before a year of two digits means 2000 and later; dates and amounts
// are in the country's own form; type words may be translated; currencies are never told.
//
// Dates: ISO, or in an order that only one reading allows; else the file is refused until --profile
// dmy or --profile mdy (with --connector qif) says which. A year of two digits from 80 on is 19xx.
// Amounts: the last separator is the decimal one where its digits fit the currency (lex/number.h).
// The currency must be said (--currency), and the account where no !Account names it; --account
// wins over the name, which is a title that a person chose.
//
// Identity: provider "bank"; a row without an id: hash of amount, number, payee and memo. These
// never change; category, cleared mark and splits are the bookkeeper's and may. Splits are parts of
// a transaction: counted once, by T, and noted where they don't sum to it. What Quicken calls
// "Opening Balance" is a balance and no movement. Lists (categories, classes, securities, prices,
// memorized transactions) are known no-ops; investment accounts are quarantined.
//
// Coverage: from the first to the last transaction, whole days.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Qif();

}  // namespace tieout::connectors
