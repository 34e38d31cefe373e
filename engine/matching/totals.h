// Level source: what a file says of itself against what its rows sum to, and rows of unknown type.
#pragma once

#include <string_view>

#include "engine/matching/turn.h"

namespace tieout::matching {

inline constexpr std::string_view kUnclassifiedReason = "unclassified";  // of an adjustment

// A closed report whose own total (a net column, closing less opening balance) isn't the sum of its
// events is BALANCE_CHAIN_BROKEN, at once. One that adds up heals those whose days it covers.
void CheckTotals(Turn& turn, const ledger::Event& report, uint32_t account);
// A row whose type nobody knows: its amount counts, a person must say what it is.
void SayUnclassified(Turn& turn, const ledger::Event& adjustment, uint32_t account);

}  // namespace tieout::matching
