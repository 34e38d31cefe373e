// The stage of a random log: who is there, which rules hold, and how chance is thrown.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/event.h"

namespace tieout::properties {

class Chance {
 public:
  explicit Chance(uint64_t seed) : engine_(seed) {}
  // 0 .. n-1. Not std::uniform_int_distribution: libraries differ in it.
  int Below(int n) { return static_cast<int>(engine_() % static_cast<uint64_t>(n)); }
  int Between(int low, int high) { return low + Below(high - low + 1); }
  bool Percent(int p) { return Below(100) < p; }
  template <typename T>
  const T& OneOf(const std::vector<T>& choices) {
    return choices[static_cast<size_t>(Below(static_cast<int>(choices.size())))];
  }

 private:
  std::mt19937_64 engine_;
};

struct Account {
  ledger::AccountRef ref;
  std::string_view home;
  std::string_view pays_into;  // empty: not told
};

// Keeps the text that events point into.
class World {
 public:
  explicit World(Chance* chance);

  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }
  std::vector<ledger::Event> Beginning();
  // A later version of some rule or schedule.
  ledger::Event RuleChange();

  const std::vector<Account>& providers() const { return providers_; }
  const std::vector<Account>& banks() const { return banks_; }
  // Empty: nobody's parcels are told of.
  const std::vector<Account>& apps() const { return apps_; }
  const std::vector<Account>& books() const { return books_; }
  const Account& BankOf(const Account& provider);
  std::string_view HomeOf(const ledger::AccountRef& account) const;

 private:
  ledger::Event Configured(ledger::Body body);
  ledger::Rule BankRule(std::string_view id);
  ledger::Rule Schedule(std::string_view id, std::string_view type);
  ledger::Rule ExpenseRule();
  ledger::AccountRef Scope();

  Chance& chance_;
  std::deque<std::string> kept_;
  std::vector<Account> providers_, banks_, apps_, books_;
  int configured_ = 0;
};

inline constexpr base::Day kFirstDay{20'500};  // 2026-02-16, a Monday

}  // namespace tieout::properties
