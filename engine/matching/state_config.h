// State that concerns a whole partition: log time, rules in force, who owns an account.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/btree_map.h"
#include "absl/container/btree_set.h"
#include "absl/container/flat_hash_map.h"
#include "engine/base/day.h"
#include "engine/base/hash.h"
#include "engine/ledger/record.h"
#include "engine/matching/evidence.h"

namespace tieout::matching {

using base::Day;
using base::Hash128;
using ledger::Minor;
using ledger::WideMinor;

inline constexpr uint32_t kNone = 0xffffffff;

struct MetaPage {
  uint64_t next_ordinal = 0;
  uint64_t tick = 0;
  int64_t settled_us = -1;  // log time of the last settled tick
  uint32_t semantics = 0;
  uint32_t partitions = 0;
  std::string log_id;
  std::set<uint64_t> due_buckets;
};
template <typename A>
void Visit(A& a, MetaPage& p) {
  a(p.next_ordinal), a(p.tick), a(p.settled_us), a(p.semantics), a(p.partitions), a(p.log_id),
      a(p.due_buckets);
}

// Built-in rule ids; their places are RuleName's values.
enum class RuleName : uint8_t {
  kReferenceExact,
  kReferenceSet,
  kReferenceTolerance,
  kReferencePartial,
  kReferenceOver,
  kAmountDate,
  kPayoutExpectation,
  kDepositExpectation,
  kPayoutList,
  kPaymentReference,
  kSourceRhythm,
  kExpense,  // of a rule with an expense part, which has an id of its own
};
inline constexpr size_t kRuleNames = 12;
inline constexpr std::array<std::string_view, kRuleNames> kRuleIds = {
    "reference_exact", "reference_set",     "reference_tolerance", "reference_partial",
    "reference_over",  "amount_date",       "payout_expectation",  "deposit_expectation",
    "payout_list",     "payment_reference", "source_rhythm",       "expense"};
constexpr std::string_view RuleId(RuleName name) { return kRuleIds[static_cast<size_t>(name)]; }
using enum RuleName;

// What is in force for an account, of the first `of_rules` rules of the log.
struct InForce {
  struct Expense {
    uint32_t rule = kNone;
    Tokens text;
    Minor maximum = 0;  // 0: none
  };
  size_t of_rules = SIZE_MAX;
  std::array<uint32_t, kRuleNames> rules{};  // by RuleName
  std::vector<uint32_t> schedules;
  std::vector<Expense> expenses;  // the one that goes first first
};

// A rule as it stood when its event was folded; never changed, later ones are appended.
struct RuleState {
  std::string rule_id;
  uint32_t version = 0;
  std::string provider, merchant_account, currency;  // scope
  bool withdrawn = false;
  bool has_bank_match = false, has_fee_schedule = false;
  Minor tolerance = 0;
  uint32_t tolerance_bp = 0, window_before_days = 0, window_after_days = 0, lag_banking_days = 0,
           grace_banking_days = 0;
  uint64_t chance_bound = 0;
  std::string calendar;
  std::string fee_type;
  uint32_t percent_bp = 0, grace_days = 0;
  Minor fixed = 0, minimum = 0, maximum = 0;
  ledger::Rule::FeeSchedule::Rounding rounding{};
};
template <typename A>
void Visit(A& a, RuleState& r) {
  a(r.rule_id), a(r.version), a(r.provider), a(r.merchant_account), a(r.currency), a(r.withdrawn);
  a(r.has_bank_match), a(r.has_fee_schedule), a(r.tolerance), a(r.tolerance_bp);
  a(r.window_before_days), a(r.window_after_days), a(r.lag_banking_days), a(r.grace_banking_days);
  a(r.chance_bound), a(r.calendar), a(r.fee_type), a(r.percent_bp), a(r.grace_days);
  a(r.fixed), a(r.minimum), a(r.maximum), a(r.rounding);
}

// The expense part of a rule.
struct ExpenseState {
  uint32_t rule = kNone;  // into ConfigPage::rules
  std::string text, category;
  Minor maximum = 0;  // 0: none
};
template <typename A>
void Visit(A& a, ExpenseState& e) {
  a(e.rule), a(e.text), a(e.category), a(e.maximum);
}

struct CalendarState {
  std::set<int32_t> holidays;  // days since 1970
  std::set<uint32_t> weekend;  // ISO weekday numbers
};
template <typename A>
void Visit(A& a, CalendarState& c) {
  a(c.holidays), a(c.weekend);
}

struct ConfigPage {
  std::vector<RuleState> rules;  // in the order of the log; an index names a rule for good
  std::map<std::string, CalendarState> calendars;
  std::set<std::string> seen;          // event ids of configuration already applied
  std::vector<ExpenseState> expenses;  // in the order of the log
};
template <typename A>
void Visit(A& a, ConfigPage& p) {
  a(p.rules), a(p.calendars), a(p.seen);
  a.Rest(p.expenses);
}

struct OwnersPage {
  struct Ownership {
    Day from;  // unset: from the beginning
    std::string owner, pays_into, time_zone;
    bool shared = false;
  };
  std::vector<Ownership> owners;  // by `from`, later declarations of one day replace
};
template <typename A>
void Visit(A& a, OwnersPage::Ownership& o) {
  a(o.from), a(o.owner), a(o.pays_into), a(o.time_zone), a(o.shared);
}
template <typename A>
void Visit(A& a, OwnersPage& p) {
  a(p.owners);
}

}  // namespace tieout::matching
