// May two names mean one bank account? Statements of one account call it by its IBAN (ISO 13616),
// by its number, or by the bank's code and the number ("37040044/532013000", MT940 field 25), with
// leading zeros or without. Thread safety: a function of its arguments.
#pragma once

#include <string_view>

namespace tieout::ledger {

// A number of five digits and more that an IBAN's account part holds, or that both names end in
// after the bank's code, which must not differ. Of equal names: false.
bool MayBeOneBankAccount(std::string_view a, std::string_view b);

}  // namespace tieout::ledger
