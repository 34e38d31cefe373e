// Scenarios: text that an accountant can read. One row an event, below it the records it causes,
// and wherever wanted what the balances then are. README.md in this folder explains the rows.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "tests/oracle/said.h"

namespace tieout::scenarios {

struct Step {
  enum class Kind { kEvent, kPoison, kRestart, kBalance, kOpen, kSpent };
  Kind kind = Kind::kEvent;
  int line = 0;
  std::string text;  // as written
  // kEvent, kPoison: the log's entry and what it causes.
  std::string key, value;
  std::vector<oracle::Said> records;
  std::vector<std::string> dead_letters;
  // kBalance: of one account; kOpen: all open items of one seller; kSpent: all expenses of one.
  std::string seller, account;
  std::map<std::string, std::pair<uint64_t, ledger::Minor>> spent;
  oracle::Buckets buckets;
  std::vector<oracle::Open> open;
};

struct Scenario {
  std::vector<Step> steps;
};

// Errors name file and line. `folder`: where `use FILE` looks.
absl::StatusOr<Scenario> ReadScenario(const std::string& folder, const std::string& file);

}  // namespace tieout::scenarios
