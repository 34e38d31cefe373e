// The facts of one home and what they add up to when read from the first to the last.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/event.h"
#include "tests/oracle/configuration.h"

namespace tieout::oracle {

struct Fact {
  uint64_t ordinal = 0;
  std::string event_id;  // of an equal row of another source: with the next free ordinal
  const Event* event = nullptr;
  int64_t arrived_us = 0;  // log time at its place
  // After a row without an id; where its own source prints none, as another told of it.
  std::optional<Minor> balance;
};

// A payout with all its states and amendments, and what the rules at its place make of them.
struct PayoutSeen {
  AccountRef account;
  std::string id;
  const Fact* first = nullptr;  // of initiated and paid; without these of the others
  const Fact* back = nullptr;   // the first of failed, returned, cancelled
  Minor amount = 0;
  bool sent = false;    // initiated or paid seen
  bool failed = false;  // or returned, or cancelled
  bool list_complete = false;
  bool in_cash = false;          // a till's takings, by the first that tells of it
  std::vector<std::string> ids;  // under which a deposit may cite it
  Day arrival, window_from, window_to;
  int64_t due_us = 0;                      // business deadline of its deposit
  std::string_view pays_into;              // empty: unknown
  const ledger::Expense* spent = nullptr;  // no payout, but an expense paid from a bank account
  bool expects_deposit() const { return sent && !failed && amount != 0; }
};

// A payout that something names, whether it was seen itself or not, and the ids that cite it.
struct PayoutNamed {
  std::string_view provider;
  std::vector<std::string> ids;
};

struct DepositSeen {
  const Fact* fact = nullptr;
  AccountRef account;
  Minor amount = 0;
  Day value_date;
  int64_t due_us = 0;
};

class Facts {
 public:
  explicit Facts(const Configuration* configuration) : configuration_(*configuration) {}

  void Add(Fact fact) {
    known_.push_back(fact);
    facts_.push_back(std::move(fact));
  }
  // Dated before its account's first day: known from now on, and nothing else.
  void AddBeforeStart(Fact fact) { known_.push_back(std::move(fact)); }
  const std::vector<Fact>& known() const { return known_; }
  void LearnBalance(const Fact& known, Minor balance) {
    known_.at(static_cast<size_t>(&known - known_.data())).balance = balance;
  }
  const std::vector<Fact>& all() const { return facts_; }
  std::vector<const Fact*> OfKind(ledger::Kind kind) const;

  // The field's value by the latest as_of; `inlined` values, told with the entry, are older than
  // all. Empty: none.
  // With `last`: as it was when that fact had come.
  std::string_view Amended(std::string_view entry, ledger::Amendment::Field field,
                           const std::vector<std::string_view>& inlined,
                           const Fact* last = nullptr) const;
  std::string_view PayoutIdOf(const Fact& item, const Fact* last = nullptr) const;

  std::vector<PayoutSeen> Payouts() const;
  std::vector<PayoutSeen> Spendings() const;  // those a bank account should show
  std::vector<PayoutNamed> PayoutsNamed() const;
  std::vector<DepositSeen> Deposits() const;
  // The end of what this source has shown completely, over its closed reports.
  bool Covers(const AccountRef& account, int64_t until_us) const;

 private:
  void Place(PayoutSeen* payout, Day stated_arrival) const;

  const Configuration& configuration_;
  std::vector<Fact> facts_, known_;
};

}  // namespace tieout::oracle
