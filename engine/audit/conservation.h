// The invariants of the books: what the log shows by an independent decoder (observed.h) against
// what the fold's projections and records say, per home, side and currency, signed and absolute.
#pragma once

#include <string>
#include <vector>

#include "engine/audit/allocations.h"
#include "engine/audit/observed.h"
#include "engine/ledger/projection.h"

namespace tieout::audit {

// One line a violated invariant, for a person; empty: all hold.
std::vector<std::string> CheckConservation(const Observed& observed, const Allocations& allocations,
                                           const std::vector<ledger::SellerProjection>& sellers);

// For such lines.
std::string WideText(ledger::WideMinor value, const std::string& currency);
std::string AccountText(const AccountKey& key);

}  // namespace tieout::audit
