// Bank and card statements in OFX 1.x (SGML) and 2.x (XML), and QFX, which is OFX with Intuit's own
// elements. Fields from the published DTDs ofx160 and ofx201, restated; habits from banks' files.
//
//   STMTRS / CCSTMTRS   CURDEF, BANKACCTFROM | CCACCTFROM {BANKID, BRANCHID, ACCTID}
//   BANKTRANLIST        DTSTART, DTEND, then STMTTRN, again and again (STMTTRNP: pending)
//   STMTTRN             TRNTYPE, DTPOSTED, DTAVAIL, TRNAMT, FITID, CHECKNUM, REFNUM, SRVRTID, NAME
//   or
//                       PAYEE/NAME, MEMO, BANKACCTTO/ACCTID, CORRECTFITID and CORRECTACTION,
//                       CURRENCY
// Leaf elements may be closed or not. The header is not needed; the encoding is told by the bytes,
// since headers name the wrong one: UTF-8 where it is, else Windows-1252, UTF-16 by its mark.
// Document types and entities of one's own don't exist here: only &amp; &lt; &gt; &quot; &apos;
// &nbsp; and numbers. Sign: TRNAMT has it; TRNTYPE is a text. Dates are the days as printed, in the
// bank's zone.
//
// Identity: provider "bank"; account = BANKID/BRANCHID/ACCTID, what is there of it, or an ACCTID
// that is an IBAN alone; entry = FITID and the posted day, since some banks count FITID anew (of
// several amounts under one FITID and day the n-th gets ".n"), else, where it is empty or 0, a row
// without an id: hash of amount, type, check and reference numbers, name and memo. Never change:
// these, and the amount. May change without effect where there is a FITID: names, memo, type,
// available date. Corrections (CORRECTFITID) are left to a person: quarantined with what to do.
//
// Coverage: DTSTART to DTEND, that day excluded, as a download at noon doesn't cover it, stretched
// to the transactions. LEDGERBAL has a day of its own and no opening balance beside it: nothing to
// check.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Ofx();

}  // namespace tieout::connectors
