// What an open break has beside its record, as of a day: its age, and what it blocks meanwhile.
#pragma once

#include "engine/matching/state.h"

namespace tieout::matching {

// Age: banking days since it was due (else since it opened) by the calendar of the rule that says
// when its side is late. Blocks: the month that can't be closed, and what waits in it.
ledger::Record OpenBreak(const ConfigPage& config, const HomePage& home, ledger::Record record,
                         Day today);

}  // namespace tieout::matching
