// Bank statements in ISO 20022: camt.053 (booked), and camt.052 and .054, whose entries a later
// .053 repeats and which are therefore provisional, whatever their status: some banks give one
// movement another reference there, and counting it twice would be worse than waiting.
//
// Read by local name: versions .02 to .13, any namespace or none, any envelope. Fields from the
// published schemas camt.05[234].001.02, .04 and .08; later ones only add to them. What differs:
//   Sts            a code before .07, a choice (Cd, Prtry) after
//   parties        Dbtr/Nm before .08, Dbtr/Pty/Nm or Dbtr/Agt/FinInstnId/Nm after
//   Chrgs          several records before .04, one with Rcrd after
//   TxDtls amount  AmtDtls/TxAmt before .04, Amt with a direction of its own after
//   pages          GrpHdr/MsgPgntn before .03, StmtPgntn after
// BIC or BICFI, agents and supplementary data are not read.
//
// One Ntry is one bank_deposit. Its transaction details (TxDtls) are parts of it: their references
// and texts are joined into the entry's, their amounts are not counted again but must sum to it,
// before or after charges; where they don't, the entry counts and a note says so.
// Sign: CdtDbtInd is the true direction, also with RvslInd, which only says that the entry takes an
// earlier one back (return_of).
//
// Identity: provider "bank"; account = IBAN, else the bank's own number; entry =
//   AcctSvcrRef (the entry's, else that of its only part), which the bank promises to be unique in
//   the account, with ".reversal" where RvslInd says so (the n-th entry of a statement with the
//   same one gets ".n"; placeholders such as NOTPROVIDED are none), else
//   <currency>.<year>.<statement number>.<page>.<index of the entry>, else
//   a row without an id: hash of dates, amount, direction, references, texts.
// So one movement in .052, .054 and .053 has one id where the bank refers to it by one reference.
// Never change: all of that, and amount and currency. May change with a later message without
// effect: dates, status, texts, parties, codes, charges, parts. Comes later: from provisional to
// booked, which keeps the id.
//
// Coverage (of booked statements): FrToDt, else the days from opening to closing balance, stretched
// to the entries' days; whole days. Opening (OPBD, else PRCD) + booked entries = closing (CLBD) and
// the bank's own counts and sums (TxsSummry) are checked and noted, not enforced: statements with
// redacted amounts are read as well.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Camt();

}  // namespace tieout::connectors
