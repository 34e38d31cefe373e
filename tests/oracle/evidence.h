// Which payouts a deposit's texts cite, and whom else they name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tests/oracle/facts.h"

namespace tieout::oracle {

// "po_23/abc" -> PO, 23, ABC.
std::vector<std::string> Tokens(std::string_view text);

// cites[d][p]: deposit d cites payout p. An id cited of two of the payouts is no evidence.
std::vector<std::vector<bool>> Citations(const std::vector<DepositSeen>& deposits,
                                         const std::vector<PayoutSeen>& payouts);
// Counterparty and remittance hold one of the provider's names.
bool NamesProvider(const DepositSeen& deposit, std::string_view provider);
// ... of any provider known to everybody.
bool NamesAnyProvider(const DepositSeen& deposit);
// Its texts hold the id of any of these, or its own field for one says something.
bool CitesAny(const DepositSeen& deposit, const std::vector<PayoutNamed>& any);
// The same, or its texts hold what looks like a payout's id.
bool NamesPayout(const DepositSeen& deposit, const std::vector<PayoutNamed>& any);

// The words stand one after the other in the counterparty or in the remittance text.
bool Says(const DepositSeen& deposit, std::string_view words);

}  // namespace tieout::oracle
