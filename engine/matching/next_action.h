// The words of a break: who does what next, and when it heals by itself. Amounts and references are
// filled in; the same strings appear in records, API and command line.
#pragma once

#include "engine/matching/turn.h"

namespace tieout::matching {

// Sets next_action and heals_when of an open record from its reason.
void Advise(const Turn& turn, ledger::Record* record);

}  // namespace tieout::matching
