// A made-up log of one partition from a seed: a few homes with accounts in several currencies,
// their sales, fees, reversals, payouts and deposits, told late, twice, wrongly, in any order,
// between ticks and changing rules. Amounts and ids come from small pools, so that they collide.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace tieout::properties {

struct Entry {
  enum class Kind { kConfiguration, kTick, kFact, kPoison };
  Kind kind = Kind::kFact;
  std::string key;         // home; empty: for every partition
  std::string value;       // the event's bytes
  bool may_move = true;    // its place among other facts doesn't matter
  bool must_stay = false;  // no log is without it: its beginning, the built-in rules
};

struct Taste {
  int cycles = 6;         // payouts with what belongs to them
  bool conflicts = true;  // the same id with other content
  bool rows = true;       // rows without ids
  bool poison = true;
  bool rule_changes = true;
  bool starts = true;    // accounts with opening balances
  bool expenses = true;  // rules that make a withdrawal one
};

using Log = std::vector<Entry>;
Log RandomLog(uint64_t seed, const Taste& taste);

// One line an entry, for people.
std::string Describe(const Log& log);

}  // namespace tieout::properties
