// What a :86: field says, in the dialects banks write it in.
//
//   structured   [3-digit code] then subfields behind a separator and two digits, mostly '?':
//                ?00 booking text, ?10 batch number, ?20-?29 ?60-?63 purpose, ?30 bank, ?31
//                account, ?32 ?33 name, ?34 text key, ?38 IBAN. Germany, Austria, Luxembourg ('?'),
//                Poland
//                ('<', '~', '^'). In the purpose SEPA keys: EREF+ KREF+ MREF+ CRED+ SVWZ+ ABWA+, or
//                with ':' for '+'.
//   slash words  /EREF/.../NAME/.../REMI/...: the Netherlands and others
//   plain text   everything else
// Wrapped text is put together again: a subfield of 27 characters, or a line of 64 or 65, goes on
// in the next one without a blank.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace tieout::connectors::mt940 {

struct Details {
  std::string code;  // "166"
  std::string end_to_end_id;
  std::string counterparty, counterparty_account;
  std::vector<std::string> texts;  // for the remittance text, one a line
};

Details ReadDetails(const std::vector<std::string>& lines);

}  // namespace tieout::connectors::mt940
