// Saying something: a record goes out, its anchor remembers it, an open break is kept or closed.
#pragma once

#include <string>
#include <string_view>

#include "engine/matching/turn.h"

namespace tieout::matching {

// Whether a record with this status and reason stays open in the break queue.
bool StaysOpen(const ledger::Record& record);

// Completes `record` (ids, place, generation, what it supersedes, break) and emits it.
// `about` and `part` are what the break is named after. The record supersedes the anchor's last
// one.
void Say(Turn& turn, ledger::Record&& record, Anchor& anchor, std::string_view about,
         std::string_view part = {});
// The anchor takes over another's last record and break, as its own to supersede.
void TakeOver(Anchor& from, Anchor& to);

// A record of this home and account, with the rule's name; members and amounts are the caller's.
ledger::Record NewRecord(const Turn& turn, const AccountState& account, ledger::Level level,
                         ledger::Status status, std::string_view reason);
void NameRule(const Turn& turn, uint32_t rule, ledger::Record* record);
ledger::Member NewMember(const Turn& turn, ledger::Role role, std::string_view event_id,
                         uint64_t ordinal, Minor amount, Minor allocated);
// actual - expected, after both are set; false: one of the three overflows 64 bits.
bool SetAmounts(WideMinor expected, WideMinor actual, ledger::Record* record);

}  // namespace tieout::matching
