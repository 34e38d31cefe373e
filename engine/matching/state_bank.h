// State of the levels payout and bank: accounts and their buckets, payouts, deposits, groups.
#pragma once

#include "engine/matching/state_config.h"
#include "engine/matching/table.h"

namespace tieout::matching {

// What has been said about one thing: enough to supersede it and to keep a break's id and age.
struct Anchor {
  Hash128 last_record;      // the 128 bits of its record_id; zero: nothing was said
  uint64_t break_id = 0;    // the 64 bits of an open break's or proposal's id; 0: none
  uint32_t generation = 0;  // records about it so far
  Day break_opened;
  ledger::Status status{};

  bool is_said() const { return last_record != Hash128{}; }
  bool is_open() const { return break_id != 0; }
};
template <typename A>
void Visit(A& a, Anchor& x) {
  a(x.last_record), a(x.break_id), a(x.generation), a(x.break_opened), a(x.status);
}

// A closed report, as far as it tells whether another is missing beside it.
struct Reported {
  int64_t to_us = 0, from_us = 0;              // [from, to)
  uint64_t first_number = 0, last_number = 0;  // of its statements, where these count; 0: not told
  std::optional<Minor> opening, closing;
  friend auto operator<=>(const Reported&, const Reported&) = default;
};
template <typename A>
void Visit(A& a, Reported& r) {
  a(r.to_us), a(r.from_us), a(r.first_number), a(r.last_number), a(r.opening), a(r.closing);
}

// One settlement or bank account in one currency.
struct AccountState {
  std::string provider, merchant_account, currency;
  std::array<WideMinor, kBucketCount> balance{};
  uint64_t sale_count = 0;
  uint64_t before_start = 0;  // events dated before the account's first day
  Day first_day;              // of `start`
  Day last_sale, last_payout, last_bank_value;
  int64_t covered_until_us = 0;           // latest coverage end of a closed report; 0: none
  std::map<int32_t, WideMinor> maturing;  // pending by the day it becomes available
  int64_t late_until_us = 0;              // what its open SOURCE_LATE needs to be covered
  Anchor late;                            // SOURCE_LATE
  std::vector<Reported> reported;         // the last closed reports, ascending by their end
  bool was_on_time = false;               // a report came before the next was due
  int64_t report_due_us = 0;              // of the next one, by the rhythm; 0: none
  int64_t report_settles_us = 0;          // when what it goes by has settled
  mutable InForce in_force;               // derived
  bool is_bank() const { return provider == ledger::kBankProvider; }
};
template <typename A>
void Visit(A& a, AccountState& s) {
  a(s.provider), a(s.merchant_account), a(s.currency), a(s.balance), a(s.sale_count);
  a(s.before_start), a(s.first_day);
  a(s.last_sale), a(s.last_payout), a(s.last_bank_value), a(s.covered_until_us), a(s.late_until_us),
      a(s.maturing), a(s.late), a(s.reported), a(s.was_on_time), a(s.report_due_us),
      a(s.report_settles_us);
}

// A provider-filled value: the one with the latest as_of holds.
struct LateText {
  std::string value;
  int64_t as_of_us = INT64_MIN;
  bool Offer(std::string_view v, int64_t as_of) {
    if (as_of < as_of_us || (as_of == as_of_us && v <= value)) return false;
    value = v;
    as_of_us = as_of;
    return true;
  }
};
template <typename A>
void Visit(A& a, LateText& t) {
  a(t.value), a(t.as_of_us);
}

// Whether an `initiated` or `paid` of a payout was seen, and how its money goes to the bank.
enum class Sent : uint8_t { kNot, kTransferred, kInCash };

struct PayoutState {
  uint64_t key = 0;           // derived: hash of entry and currency
  bool is_canonical = false;  // derived: entry is its account's and payout_id's
  std::string entry;          // provider/merchant account/payout id, as in event ids
  std::string payout_id;
  uint32_t account = kNone;
  Sent sent{};
  bool failed = false;  // failed, returned or cancelled
  bool list_complete = false;
  std::string event_id;  // of the first state seen
  uint64_t ordinal = 0;
  std::string failed_event_id;
  uint64_t failed_ordinal = 0;
  Minor amount = 0;
  Day occurred;
  LateText arrival;  // ISO date
  LateText trace_id, bank_reference, end_to_end_id;
  std::string pays_into;                                      // bank account known when it was seen
  int64_t seen_log_us = 0;                                    // log time at its place
  uint32_t expectation_rule = kNone, tolerance_rule = kNone;  // into ConfigPage::rules
  Day due_from, due_to, due;                                  // window of value dates, arrival
  int64_t business_deadline_us = 0;
  uint32_t group = kNone;  // live group at the bank
  Anchor bank, composition;
  uint64_t item_count = 0;
  WideMinor item_sum = 0;
  uint64_t items_hash = 0;      // of which they are: equal for equal lists
  int64_t items_settle_us = 0;  // when their last change has settled
  uint64_t items_said = 0;      // the hash of those that the last composition record spoke of
  bool seen() const { return sent != Sent::kNot; }
};
template <typename A>
void Visit(A& a, PayoutState& p) {
  a(p.entry), a(p.payout_id), a(p.account), a(p.sent), a(p.failed), a(p.list_complete);
  a(p.event_id), a(p.ordinal), a(p.failed_event_id), a(p.failed_ordinal), a(p.amount),
      a(p.occurred);
  a(p.arrival), a(p.trace_id), a(p.bank_reference), a(p.end_to_end_id), a(p.pays_into),
      a(p.seen_log_us);
  a(p.expectation_rule), a(p.tolerance_rule), a(p.due_from), a(p.due_to), a(p.due);
  a(p.business_deadline_us), a(p.group), a(p.bank), a(p.composition), a(p.item_count),
      a(p.item_sum);
  a(p.items_hash), a(p.items_settle_us), a(p.items_said);
}

struct DepositState {
  std::string event_id;
  uint64_t ordinal = 0;
  uint32_t account = kNone;
  Minor amount = 0;
  Day value_date;
  std::string counterparty, remittance;
  std::string end_to_end_id, trace_id, bank_reference, payout_id;
  uint32_t amount_date_rule = kNone, deposit_rule = kNone;
  int64_t business_deadline_us = 0;
  int64_t seen_log_us = 0;  // log time at its place
  uint32_t group = kNone;
  Anchor anchor;
};
template <typename A>
void Visit(A& a, DepositState& d) {
  a(d.event_id), a(d.ordinal), a(d.account), a(d.amount), a(d.value_date), a(d.counterparty);
  a(d.remittance), a(d.end_to_end_id), a(d.trace_id), a(d.bank_reference), a(d.payout_id);
  a(d.amount_date_rule), a(d.deposit_rule), a(d.business_deadline_us), a(d.seen_log_us), a(d.group),
      a(d.anchor);
}

// What a home spends. An expense that a bank account should show stands among the payouts, as an
// expectation with an amount below zero; it moves no balance.
struct Expenses {
  struct Told {
    std::string category, supplier;
  };
  struct Unbanked {  // paid in cash or by a private card: no bank will show it
    uint32_t account = kNone;
    std::string category;
    uint64_t count = 0;
    WideMinor sum = 0;
  };
  std::map<uint32_t, uint32_t> by_rule;  // withdrawals that a rule in force spoke of
  std::map<uint32_t, Told> told;         // by payout
  std::vector<Unbanked> unbanked;
  bool empty() const { return by_rule.empty() && told.empty() && unbanked.empty(); }
};
template <typename A>
void Visit(A& a, Expenses::Told& t) {
  a(t.category), a(t.supplier);
}
template <typename A>
void Visit(A& a, Expenses::Unbanked& u) {
  a(u.account), a(u.category), a(u.count), a(u.sum);
}
template <typename A>
void Visit(A& a, Expenses& e) {
  a(e.by_rule), a(e.told), a(e.unbanked);
}

// Payouts and deposits that stand together: a match, a partial match or a proposal. Or a withdrawal
// alone that a rule makes an expense.
struct Group {
  struct Allocation {
    uint32_t payout = kNone, deposit = kNone;  // an expense has no payout
    Minor amount = 0;
    friend bool operator==(const Allocation&, const Allocation&) = default;
  };
  RuleName name{};
  uint32_t rule = kNone;  // into ConfigPage::rules
  ledger::Status status{};
  std::string reason;                       // of a proposal
  std::vector<uint32_t> payouts, deposits;  // ascending
  std::vector<Allocation> allocations;
  uint64_t candidates = 0;
  std::string said;   // what its rest is called, once its grace has ended
  bool live = false;  // false: a free place
  bool by_reference() const { return name != kAmountDate && name != kExpense; }
  bool is_expense() const { return name == kExpense; }
};
template <typename A>
void Visit(A& a, Group::Allocation& x) {
  a(x.payout), a(x.deposit), a(x.amount);
}
template <typename A>
void Visit(A& a, Group& g) {
  a(g.name), a(g.rule), a(g.status), a(g.reason), a(g.payouts), a(g.deposits), a(g.allocations);
  a(g.candidates), a(g.said), a(g.live);
}

}  // namespace tieout::matching
