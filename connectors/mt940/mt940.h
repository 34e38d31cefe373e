// Bank statements in SWIFT MT940 (booked) and MT942 (intraday, provisional), as banks hand them to
// their customers: with or without SWIFT's blocks, several statements in a file.
//
// Fields (SWIFT's Standards MT, category 9, restated; the dialects as seen in banks' files):
//   :20: :21:  references      :25: :25P: account, with or without a currency
//   :28: :28C: number/page     :60F: :60M: opening balance      :62F: :62M: closing balance
//   :61: a line, with :86: behind it for its text; :86: behind :62: is the statement's
//   :64: :65:  balances to come, not read       :34F: :13D: :90D: :90C: MT942 only
// A tag that can't stand where it stands is text of the field before it: a time of day that a bank
// wrapped to the line's beginning (":26:37") looks like one.
//
//   :61: value date YYMMDD [entry date MMDD] mark [third letter of the currency] amount type
//        reference [//bank's reference] [newline, further details]
// Sign: C +, D -; RC takes a credit back (-), RD a debit (+); EC and ED are expected: provisional.
// The entry date has no year: the one nearest to the value date. 29 and 30 February (interest by
// months of 30 days) are the month's last day.
// :86: dialects (details.h): ?20-subfields with SEPA keys (EREF+), /EREF/ words, plain text.
//
// Identity: provider "bank"; account as :25: has it, without blanks and currency; entry =
//   the bank's reference behind "//", as AcctSvcrRef in camt, with ".reversal" for RC and RD (the
//   n-th line of a statement with the same one gets ".n"), else
//   <currency>.<opening day>.<number>.<page>.<index of the line>, where the number isn't 0, else
//   a row without an id: hash of value date, amount, type, references and text.
// Never change: these. May change without effect where there is a reference: dates, texts, types.
// Comes later: from MT942 (provisional) to MT940 (booked).
//
// Coverage of a booked statement: the days from opening to closing balance, stretched to its lines;
// an opening balance dated before the lines is the day before's closing. Opening + lines = closing,
// each statement's opening = the closing before it, and the counts and sums of :90: are checked and
// noted. A statement with an opening and no closing balance is cut off: the file is refused.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Mt940();

}  // namespace tieout::connectors
