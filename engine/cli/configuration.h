// The log's configuration: which rules, calendars and accounts are in force, and making tieout.toml
// so. Configuration is events; what stands in force already is not appended again.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/cli/command.h"
#include "engine/log/log.h"
#include "engine/runtime/engine.h"

namespace tieout::cli {

// One version of a rule or calendar, or an account's declaration, as it stands on the log.
struct InForce {
  std::string kind;  // "rule", "calendar", "account"
  std::string id;    // rule id, calendar id, "provider/account"
  uint32_t version = 0;
  std::string summary;  // for a person
  std::string content;  // what decides whether a setting differs from it
};

// Reads partition 0, which holds all configuration like every other.
absl::StatusOr<std::vector<InForce>> ReadConfiguration(Context& context, log::EventLog& log);

// Appends the `account` events of [accounts] that the log doesn't hold like that.
absl::Status DeclareAccounts(Context& context, runtime::Engine& engine);

struct RuleChange {
  std::string kind, id, summary;
  uint32_t version = 0;  // the one appended; 0: it is in force already
};
// Appends the rules and calendars of tieout.toml that differ from what is in force, as their next
// version. In force from their place in the log on; nothing is judged again.
absl::StatusOr<std::vector<RuleChange>> ApplyRules(Context& context, runtime::Engine& engine);

}  // namespace tieout::cli
