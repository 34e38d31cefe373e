// Bank statements in ISO 20022: camt.053 (booked), and camt.052 and .054, whose entries a later
// .053 repeats and which are therefore provisional.
//
// Read by local name: any version from .02 on, any namespace or none, any envelope. Fields from the
// published schemas camt.05[234].001.02 to .08.
//
// One Ntry is one bank_deposit. Its transaction details (TxDtls) are parts of it: their references
// and texts are joined into the entry's, their amounts are not counted again.
// Sign: CdtDbtInd is the true direction, also with RvslInd, which only says that the entry takes an
// earlier one back (return_of).
//
// Identity: provider "bank"; account = IBAN, else the bank's own number; entry =
//   AcctSvcrRef, which the bank promises to be unique in the account (the n-th entry of a statement
//   with the same one gets ".n"; placeholders such as NOTPROVIDED are none), else
//   <year>.<statement number>.<page>.<index of the entry>, else
//   a row without an id: hash of dates, amount, direction, references, texts.
// Never change: all of that. Comes later: from provisional to booked, which keeps the id.
//
// Coverage (of booked statements): FrToDt, else the days from opening to closing balance, stretched
// to the entries' days; whole days. Opening (OPBD, else PRCD) + booked entries = closing (CLBD) is
// checked and noted, not enforced: statements with redacted amounts are read as well.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Camt053();

}  // namespace tieout::connectors
