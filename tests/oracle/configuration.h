// What the log has said so far about rules, calendars and accounts, asked by place in the log.
// Part of the naive oracle: lists, searched from end to end.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/event.h"

namespace tieout::oracle {

using base::Day;
using ledger::AccountRef;
using ledger::Event;
using ledger::Minor;

// The views of all events must outlive it.
class Configuration {
 public:
  void Add(uint64_t ordinal, const Event& event);

  // The rule of this id that speaks of `account`, in force at place `at`: the most specific scope,
  // of these the last in the log. nullptr: none.
  const ledger::Rule* RuleAt(std::string_view rule_id, const AccountRef& account,
                             uint64_t at) const;
  // One schedule a fee type, chosen the same way; ascending by fee type.
  std::vector<const ledger::Rule*> SchedulesAt(const AccountRef& account, uint64_t at) const;
  // Rules with an expense part that speak of the account, in force at place `at`.
  std::vector<const ledger::Rule*> ExpenseRulesAt(const AccountRef& account, uint64_t at) const;
  // How closely the rule looks: its scope's parts, where an account says more than a provider and
  // that more than a currency.
  static int ScopeRank(const ledger::Rule& rule);
  // `days` banking days later; 0: the same day, whatever it is.
  Day AddBankingDays(std::string_view calendar, uint64_t at, Day day, uint32_t days) const;

  // Who owned the account on that day, as far as the log before `at` knows; nullptr: nobody.
  const ledger::AccountOpened* OwnershipOn(const AccountRef& account, Day day, uint64_t at) const;
  // The account's `start`, as far as the log before `at` knows; nullptr: none.
  const ledger::Start* StartOf(const AccountRef& account, uint64_t at) const;
  // The `start` events of accounts of this home.
  std::vector<const Event*> StartsAt(std::string_view home) const;
  // Where the event belongs.
  std::string HomeOf(const Event& event, uint64_t at) const;
  // Accounts of which this home is an owner, in that currency, each once, in the log's order.
  std::vector<AccountRef> AccountsOf(std::string_view home, std::string_view currency) const;
  // The bank account it pays into by the last word about it; empty: not told.
  std::string_view PaysInto(const AccountRef& account) const;

 private:
  struct Entry {
    uint64_t ordinal;
    const Event* event;
  };
  bool InForce(const Entry& entry, uint64_t at) const;

  std::vector<Entry> rules_, calendars_, accounts_, starts_;
};

bool IsBank(const AccountRef& account);

}  // namespace tieout::oracle
