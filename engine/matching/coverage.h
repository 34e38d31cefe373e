// Absence needs coverage: before a source has reported beyond the due day, an item waits there and
// the source is said to be late, once. So it is when its next report is due by its rhythm
// (rhythm.h), and what is missing between two reports is a gap.
#pragma once

#include <vector>

#include "engine/matching/turn.h"

namespace tieout::matching {

// True when every account's closed reports reach the due item's business deadline. Else parks the
// item at the first that doesn't and says SOURCE_LATE for each that doesn't.
absl::StatusOr<bool> CoveredOrParked(Turn& turn, const std::vector<uint32_t>& accounts,
                                     const Due& due);

// The same, with nothing done.
bool AreCovered(const HomePage& home, const std::vector<uint32_t>& accounts, const Due& due);

// A closed report came: what waited for its coverage is judged at the next tick; gaps that it
// closes or shows; when the next is due.
absl::Status NoteReport(Turn& turn, const ledger::SourceReport& report, uint32_t account);
// At a tick: says the account's gaps that have settled, and that its next report is late.
void JudgeSource(Turn& turn, uint32_t account);

}  // namespace tieout::matching
