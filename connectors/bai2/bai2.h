// Bank statements in BAI2 (Cash Management Balance Reporting Specifications, version 2; ranges of
// type codes as Oracle's table 09/BA repeats them; traps as seen in banks' files).
//
//   01 file header     creation date and time
//   02 group header    status (1 update, 2 deletion, 3 correction, 4 test), as-of date, currency,
//                      as-of date modifier (1 and 3 interim, 2 and 4 final)
//   03 account         number, currency, then type code, amount, count, funds type, again and again
//   16 transaction     type code, amount, funds type, bank's reference, customer's reference, text
//   88 continuation    of the record before
//   49 98 99 trailers  control totals and counts
//
// Records end with '/', which some banks leave out, and texts may hold '/' and ','. Several records
// may stand on one line. Amounts are in minor units without a sign; the type code tells the
// direction: 100-399 and 920-959 credit, 400-699 and 960-999 debit; 890 carries no money. Others
// are quarantined. Currency: of the account, else of the group, else --currency, else USD, the
// specification's default.
//
// Identity: provider "bank"; account number without blanks; a row without an id: hash of type code,
// amount, currency, both references and text, since neither reference is promised to be unique. All
// of these never change; funds type and value date may. An interim report is provisional, the final
// one counts; groups marked as a test are known no-ops, deletions are left to a person.
//
// Coverage: the as-of days of final reports. Checked and noted: the control totals and counts of
// 49, 98 and 99 (an account's is the plain sum of all amounts in 03 and 16), and opening ledger
// (010) + transactions = closing ledger (015). Without its 99 a file is cut off and refused.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Bai2();

}  // namespace tieout::connectors
