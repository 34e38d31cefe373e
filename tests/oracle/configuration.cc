#include "tests/oracle/configuration.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace tieout::oracle {
namespace {

const ledger::Rule& RuleOf(const Event& event) { return std::get<ledger::Rule>(event.body); }

bool Fits(const AccountRef& scope, const AccountRef& account) {
  return (scope.provider.empty() || scope.provider == account.provider) &&
         (scope.merchant_account.empty() || scope.merchant_account == account.merchant_account) &&
         (scope.currency.empty() || scope.currency == account.currency);
}

int Specificity(const AccountRef& scope) {
  return int{!scope.provider.empty()} + int{!scope.merchant_account.empty()} +
         int{!scope.currency.empty()};
}

bool IsBankingDay(const ledger::Calendar* calendar, Day day) {
  const auto weekday = static_cast<uint32_t>(day.iso_weekday());
  if (calendar == nullptr) return weekday < 6;
  return std::count(calendar->weekend.begin(), calendar->weekend.end(), weekday) == 0 &&
         std::count(calendar->holidays.begin(), calendar->holidays.end(), day) == 0;
}

}  // namespace

bool IsBank(const AccountRef& account) { return account.provider == ledger::kBankProvider; }

void Configuration::Add(uint64_t ordinal, const Event& event) {
  if (event.kind() == ledger::Kind::kRule) rules_.push_back({ordinal, &event});
  if (event.kind() == ledger::Kind::kCalendar) calendars_.push_back({ordinal, &event});
  if (event.kind() == ledger::Kind::kAccount) accounts_.push_back({ordinal, &event});
  if (event.kind() == ledger::Kind::kStart) starts_.push_back({ordinal, &event});
}

// Neither replaced nor withdrawn by a later word on the same rule and scope.
bool Configuration::InForce(const Entry& entry, uint64_t at) const {
  const ledger::Rule& rule = RuleOf(*entry.event);
  if (entry.ordinal >= at || rule.withdrawn) return false;
  return std::none_of(rules_.begin(), rules_.end(), [&](const Entry& later) {
    return later.ordinal > entry.ordinal && later.ordinal < at &&
           RuleOf(*later.event).rule_id == rule.rule_id && RuleOf(*later.event).scope == rule.scope;
  });
}

const ledger::Rule* Configuration::RuleAt(std::string_view rule_id, const AccountRef& account,
                                          uint64_t at) const {
  const ledger::Rule* best = nullptr;
  for (const Entry& entry : rules_) {
    const ledger::Rule& rule = RuleOf(*entry.event);
    if (rule.rule_id != rule_id || !InForce(entry, at) || !Fits(rule.scope, account)) continue;
    if (best == nullptr || Specificity(rule.scope) >= Specificity(best->scope)) best = &rule;
  }
  return best;
}

std::vector<const ledger::Rule*> Configuration::SchedulesAt(const AccountRef& account,
                                                            uint64_t at) const {
  std::map<std::string_view, const ledger::Rule*> by_type;
  for (const Entry& entry : rules_) {
    const ledger::Rule& rule = RuleOf(*entry.event);
    if (!rule.fee_schedule || !InForce(entry, at) || !Fits(rule.scope, account)) continue;
    const ledger::Rule*& best = by_type[rule.fee_schedule->fee_type];
    if (best == nullptr || Specificity(rule.scope) >= Specificity(best->scope)) best = &rule;
  }
  std::vector<const ledger::Rule*> schedules;
  for (const auto& [type, rule] : by_type) schedules.push_back(rule);
  return schedules;
}

std::vector<const ledger::Rule*> Configuration::ExpenseRulesAt(const AccountRef& account,
                                                               uint64_t at) const {
  std::vector<const ledger::Rule*> found;
  for (const Entry& entry : rules_) {
    const ledger::Rule& rule = RuleOf(*entry.event);
    if (rule.expense && InForce(entry, at) && Fits(rule.scope, account)) found.push_back(&rule);
  }
  return found;
}

int Configuration::ScopeRank(const ledger::Rule& rule) {
  return (rule.scope.currency.empty() ? 0 : 1) + (rule.scope.provider.empty() ? 0 : 2) +
         (rule.scope.merchant_account.empty() ? 0 : 4);
}

Day Configuration::AddBankingDays(std::string_view id, uint64_t at, Day day, uint32_t days) const {
  const ledger::Calendar* calendar = nullptr;
  for (const Entry& entry : calendars_) {
    const auto& candidate = std::get<ledger::Calendar>(entry.event->body);
    if (entry.ordinal < at && candidate.calendar_id == id) calendar = &candidate;
  }
  while (days > 0) {
    day = day.plus(1);
    if (IsBankingDay(calendar, day)) --days;
  }
  return day;
}

const ledger::AccountOpened* Configuration::OwnershipOn(const AccountRef& account, Day day,
                                                        uint64_t at) const {
  const ledger::AccountOpened* best = nullptr;
  for (const Entry& entry : accounts_) {
    const auto& opened = std::get<ledger::AccountOpened>(entry.event->body);
    if (entry.ordinal >= at || entry.event->account.provider != account.provider ||
        entry.event->account.merchant_account != account.merchant_account) {
      continue;
    }
    if (opened.owner_from.is_set() && opened.owner_from > day) continue;
    if (best == nullptr || opened.owner_from >= best->owner_from) best = &opened;
  }
  return best;
}

const ledger::Start* Configuration::StartOf(const AccountRef& account, uint64_t at) const {
  const ledger::Start* last = nullptr;
  for (const Entry& entry : starts_) {
    if (entry.ordinal < at && entry.event->account == account) {
      last = &std::get<ledger::Start>(entry.event->body);
    }
  }
  return last;
}

std::vector<const Event*> Configuration::StartsAt(std::string_view home) const {
  std::vector<const Event*> found;
  for (const Entry& entry : starts_) {
    if (HomeOf(*entry.event, entry.ordinal) == home) found.push_back(entry.event);
  }
  return found;
}

std::string Configuration::HomeOf(const Event& event, uint64_t at) const {
  if (event.kind() == ledger::Kind::kSeller) return std::string(event.seller_id);
  const AccountRef& account = event.account;
  const ledger::AccountOpened* owned = OwnershipOn(account, base::DayOf(event.occurred_at_us), at);
  if (owned != nullptr) return std::string(owned->owner);
  return fmt::format("unassigned/{}/{}", account.provider, account.merchant_account);
}

std::vector<AccountRef> Configuration::AccountsOf(std::string_view home,
                                                  std::string_view currency) const {
  std::vector<AccountRef> found;
  for (const Entry& entry : accounts_) {
    const AccountRef& account = entry.event->account;
    const bool ours = std::get<ledger::AccountOpened>(entry.event->body).owner == home &&
                      (currency.empty() || account.currency == currency);
    if (ours && std::count(found.begin(), found.end(), account) == 0) found.push_back(account);
  }
  return found;
}

std::string_view Configuration::PaysInto(const AccountRef& account) const {
  std::string_view into;
  for (const Entry& entry : accounts_) {
    if (entry.event->account == account) {
      into = std::get<ledger::AccountOpened>(entry.event->body).pays_into;
    }
  }
  return into;
}

}  // namespace tieout::oracle
