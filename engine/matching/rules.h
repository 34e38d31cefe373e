// Rules in force, banking days, and the configuration that every log begins with.
#pragma once

#include <string_view>

#include "engine/matching/turn.h"

namespace tieout::matching {

// The rule of this name in force now for the account: the most specific scope (merchant account
// before provider before currency before none), then the last in the log. kNone: none, or
// withdrawn.
uint32_t RuleInForce(const ConfigPage& config, RuleName name, const AccountState& account);
// Fee schedules in force for the account, one per fee type, in the order of the log.
const std::vector<uint32_t>& SchedulesInForce(const ConfigPage& config,
                                              const AccountState& account);

// The rule in force that makes a withdrawal with these texts an expense: its text stands in one of
// them and the amount (below zero) is within its maximum. Of several the one with the longest text,
// then of the most specific scope, then the last in the log. kNone: none.
uint32_t ExpenseRuleInForce(const ConfigPage& config, const AccountState& account, Minor amount,
                            std::string_view counterparty, std::string_view remittance);
// What the rule, which has an expense part, calls it.
const std::string& ExpenseCategory(const ConfigPage& config, uint32_t rule);

// The day n banking days after `day` by a calendar (an unknown one has Saturday and Sunday off).
Day AddBankingDays(const ConfigPage& config, std::string_view calendar, Day day, uint32_t n);

// Banking days after `from` up to and with `to`; 0 when `to` is not later, or either isn't set.
uint32_t BankingDaysBetween(const ConfigPage& config, std::string_view calendar, Day from, Day to);

// What a schedule expects of a sale, as an effect on the balance (negative). nullopt: overflow.
std::optional<Minor> ExpectedFee(const RuleState& schedule, Minor gross);

// Folds a rule or calendar event into the configuration.
void ApplyRule(const ledger::Rule& rule, ConfigPage* config);
void ApplyCalendar(const ledger::Calendar& calendar, ConfigPage* config);

}  // namespace tieout::matching
