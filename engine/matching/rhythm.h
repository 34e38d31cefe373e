// How often a source reports, and what is missing between its reports: worked out from the
// account's last closed reports and the rule `source_rhythm`. Pure; says and schedules nothing.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "engine/ledger/event.h"
#include "engine/matching/rules.h"

namespace tieout::matching {

// A report is expected every `lag` banking days and late `grace` banking days after that.
struct Rhythm {
  uint32_t lag_banking_days = 0, grace_banking_days = 0;
  std::string_view calendar;  // the configuration's
  bool is_configured = false;
};

// The rule's where one speaks of the account; else learned. nullopt: it has none.
std::optional<Rhythm> RhythmOf(const ConfigPage& config, const AccountState& account);

// When the report after all those known becomes late: midnight after lag and grace.
int64_t NextReportDue(const ConfigPage& config, const Rhythm& rhythm, const AccountState& account);

// Keeps the last few by their end, in its order. What states no coverage is left out. `counts`: its
// sequence is a number that grows by one with each statement, as banks do.
void Remember(const ledger::SourceReport& report, bool counts, std::vector<Reported>* reported);

// What is missing among the reports that are remembered: from the end of one to the beginning of
// the next, with the balances there where they differ. Ascending by its beginning.
std::vector<SourceGap> GapsAmong(const ConfigPage& config, const AccountState& account);

}  // namespace tieout::matching
