// A break as a person deals with it in a minute: what, how much, since when, what was searched,
// what to do, when it heals by itself, and what it blocks meanwhile.
#pragma once

#include <string>
#include <vector>

#include "engine/cli/command.h"
#include "engine/cli/show.h"
#include "engine/cli/table.h"
#include "engine/ledger/projection.h"

namespace tieout::cli {

struct Break {
  ledger::Record record;
  base::Day today;  // log day of the view
};

// Due longest ago first; of equals the larger amount, then by id.
std::vector<Break> BreaksOf(const std::vector<ledger::SellerProjection>& sellers);

// What a person would search for: payout, sale, deposit ids of its members.
std::string ReferencesOf(const ledger::Record& record);

Table BreakTable(const std::vector<Break>& breaks);
std::string BreakInFull(const Break& b, const Context& context);

}  // namespace tieout::cli
