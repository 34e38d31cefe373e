// The fold's state as plain structs, one per kind of page. Ids inside a home are indexes into its
// vectors and never move, so pages may name them. All money is minor units; sums are 128 bits.
//
// Pages of a partition (keys in pages.h):
//   MetaPage     log time, ordinal, log id, the ten-minute buckets that hold something due
//   ConfigPage   rules and calendars in the order of the log
//   OwnersPage   one (provider, merchant account): its owners and where it pays into
//   HomePage     one home: accounts, payouts, deposits, groups, what waits, what is due
//   DayPage      one home, one day of occurred_at: the memory of ids, items, payments
//   ItemsPage    one payout of a home: its items
//   BucketPage   the homes with something due in one ten-minute bucket
//   HomesPage    names of the homes whose hash begins with this byte
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/day.h"
#include "engine/base/hash.h"
#include "engine/ledger/record.h"
#include "engine/matching/evidence.h"
#include "engine/matching/table.h"

namespace tieout::matching {

using base::Day;
using base::Hash128;
using ledger::Minor;
using ledger::WideMinor;

inline constexpr uint32_t kNone = 0xffffffff;

struct MetaPage {
  uint64_t next_ordinal = 0;
  uint64_t tick = 0;
  uint32_t semantics = 0;
  uint32_t partitions = 0;
  std::string log_id;
  std::set<uint64_t> due_buckets;
};
template <typename A>
void Visit(A& a, MetaPage& p) {
  a(p.next_ordinal), a(p.tick), a(p.semantics), a(p.partitions), a(p.log_id), a(p.due_buckets);
}

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
  std::set<std::string> seen;  // event ids of configuration already applied
};
template <typename A>
void Visit(A& a, ConfigPage& p) {
  a(p.rules), a(p.calendars), a(p.seen);
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

// What has been said about one thing: enough to supersede it and to keep a break's id and age.
struct Anchor {
  std::string last_record;  // record_id
  uint32_t generation = 0;  // records about it so far
  std::string break_id;     // of an open break or proposal
  Day break_opened;
  ledger::Status status{};
  std::string reason;
};
template <typename A>
void Visit(A& a, Anchor& x) {
  a(x.last_record), a(x.generation), a(x.break_id), a(x.break_opened), a(x.status), a(x.reason);
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
  Anchor late;                            // SOURCE_LATE
  // Derived: the fee schedules in force, valid while `schedules_of` rules exist.
  size_t schedules_of = SIZE_MAX;
  std::vector<uint32_t> schedules;
  bool is_bank() const { return provider == ledger::kBankProvider; }
};
template <typename A>
void Visit(A& a, AccountState& s) {
  a(s.provider), a(s.merchant_account), a(s.currency), a(s.balance), a(s.sale_count);
  a(s.before_start), a(s.first_day);
  a(s.last_sale), a(s.last_payout), a(s.last_bank_value), a(s.covered_until_us), a(s.maturing),
      a(s.late);
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

struct PayoutState {
  std::string entry;  // provider/merchant account/payout id, as in event ids
  std::string payout_id;
  uint32_t account = kNone;
  bool seen = false;    // initiated or paid
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
  uint64_t items_version = 0;   // grows with each change of its items
  int64_t items_settle_us = 0;  // when their last change has settled
  uint64_t items_said = 0;      // the version that the last composition record spoke of
};
template <typename A>
void Visit(A& a, PayoutState& p) {
  a(p.entry), a(p.payout_id), a(p.account), a(p.seen), a(p.failed), a(p.list_complete);
  a(p.event_id), a(p.ordinal), a(p.failed_event_id), a(p.failed_ordinal), a(p.amount),
      a(p.occurred);
  a(p.arrival), a(p.trace_id), a(p.bank_reference), a(p.end_to_end_id), a(p.pays_into),
      a(p.seen_log_us);
  a(p.expectation_rule), a(p.tolerance_rule), a(p.due_from), a(p.due_to), a(p.due);
  a(p.business_deadline_us), a(p.group), a(p.bank), a(p.composition), a(p.item_count),
      a(p.item_sum);
  a(p.items_version), a(p.items_settle_us), a(p.items_said);
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
  uint32_t group = kNone;
  Anchor anchor;
};
template <typename A>
void Visit(A& a, DepositState& d) {
  a(d.event_id), a(d.ordinal), a(d.account), a(d.amount), a(d.value_date), a(d.counterparty);
  a(d.remittance), a(d.end_to_end_id), a(d.trace_id), a(d.bank_reference), a(d.payout_id);
  a(d.amount_date_rule), a(d.deposit_rule), a(d.business_deadline_us), a(d.group), a(d.anchor);
}

// Payouts and deposits that stand together: a match, a partial match or a proposal.
struct Group {
  struct Allocation {
    uint32_t payout = kNone, deposit = kNone;
    Minor amount = 0;
    friend bool operator==(const Allocation&, const Allocation&) = default;
  };
  std::string rule_id;
  uint32_t rule = kNone;  // into ConfigPage::rules
  ledger::Status status{};
  std::string reason;                       // of a proposal
  std::vector<uint32_t> payouts, deposits;  // ascending
  std::vector<Allocation> allocations;
  uint64_t candidates = 0;
  std::string said;   // AMOUNT_UNDER or AMOUNT_OVER, once its grace has ended
  bool live = false;  // false: a free place
  bool by_reference() const { return rule_id != "amount_date"; }
};
template <typename A>
void Visit(A& a, Group::Allocation& x) {
  a(x.payout), a(x.deposit), a(x.amount);
}
template <typename A>
void Visit(A& a, Group& g) {
  a(g.rule_id), a(g.rule), a(g.status), a(g.reason), a(g.payouts), a(g.deposits), a(g.allocations);
  a(g.candidates), a(g.said), a(g.live);
}

// A refund, chargeback or fee whose sale has not come.
struct Waiting {
  ledger::Kind kind{};
  uint64_t payment = 0;  // hash, see DayPage
  uint32_t account = kNone;
  std::string event_id;
  uint64_t ordinal = 0;
  Minor amount = 0;
  Minor customer_amount = 0;
  std::string customer_currency;
  std::string fee_type;
  int64_t business_deadline_us = 0;
  Anchor anchor;
  bool done = false;  // its sale came; a free place
};
template <typename A>
void Visit(A& a, Waiting& w) {
  a(w.kind), a(w.payment), a(w.account), a(w.event_id), a(w.ordinal), a(w.amount),
      a(w.customer_amount);
  a(w.customer_currency), a(w.fee_type), a(w.business_deadline_us), a(w.anchor), a(w.done);
}

enum class DueKind : uint8_t {
  kMature,
  kPayoutBank,
  kDeposit,
  kComposition,
  kFees,
  kReversals,
  kFeeMissing,
  kOrphan,
};
struct Due {
  int64_t deadline_us = 0;  // with settling
  int64_t business_us = 0;  // without
  DueKind kind{};
  uint64_t id = 0;  // index or payment hash
  int32_t day = 0;  // of the payment's DayPage
  friend auto operator<=>(const Due&, const Due&) = default;
};
template <typename A>
void Visit(A& a, Due& d) {
  a(d.deadline_us), a(d.business_us), a(d.kind), a(d.id), a(d.day);
}

struct SourceState {
  std::string sha256;
  int64_t coverage_from_us = 0, coverage_to_us = 0;
  bool opened = false;
};
template <typename A>
void Visit(A& a, SourceState& s) {
  a(s.sha256), a(s.coverage_from_us), a(s.coverage_to_us), a(s.opened);
}

// Due items that passed their deadline without coverage wait for the account's next report.
struct Parked {
  uint32_t account = kNone;
  Due due;
  friend auto operator<=>(const Parked&, const Parked&) = default;
};
template <typename A>
void Visit(A& a, Parked& p) {
  a(p.account), a(p.due);
}

// A deposit's texts as tokens.
struct DepositTexts {
  struct Text {
    Tokens tokens;
    bool whole_counts = false;  // a field that holds an id and nothing else
  };
  std::vector<Text> ids;  // end-to-end, trace, payout, bank reference, remittance
  Tokens names;           // counterparty and remittance
  bool looks_like_payout = false;
};

// Derived from a HomePage when first needed, never written.
struct HomeIndex {
  bool built = false;
  bool bank_built = false;
  absl::flat_hash_map<std::string, std::vector<uint32_t>>
      payouts_by_token;  // first of an id, or all joined
  absl::flat_hash_map<std::string, std::vector<uint32_t>>
      deposits_by_token;                    // every token of its texts
  std::vector<DepositTexts> deposit_texts;  // parallel to deposits
  absl::flat_hash_map<std::string, uint32_t> payout_by_entry;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> waiting_by_payment;
};

// An account that an `account` event gave to this home.
struct DeclaredAccount {
  std::string provider, merchant_account, pays_into;
};
template <typename A>
void Visit(A& a, DeclaredAccount& d) {
  a(d.provider), a(d.merchant_account), a(d.pays_into);
}

struct HomePage {
  HomeIndex index;
  std::string home;
  std::vector<DeclaredAccount> declared;  // in the order of the log
  std::vector<AccountState> accounts;
  std::vector<PayoutState> payouts;
  std::vector<DepositState> deposits;
  std::vector<Group> groups;
  std::vector<Waiting> waiting;
  std::vector<SourceState> sources;
  std::set<Due> due;
  std::set<Parked> parked;
  std::set<int32_t> days;           // that have a DayPage
  std::vector<std::string> filter;  // id_filter.h
  uint64_t filter_count = 0;
  std::map<std::string, ledger::Record> open;  // by break_id: the live record
  ledger::SellerInfo::Status seller_status{};
};

// One remembered event. A balance item keeps what its payout and its page need.
struct Entry {
  Hash128 id;
  uint64_t content = 0;
  uint64_t entry = 0;  // hash of event_id without the component; of an amendment: its target
  ledger::Kind kind{};
  ledger::Amendment::Field field{};
  uint32_t account = kNone;
  uint32_t source = kNone;  // into HomePage::sources, for rows without an id
  uint32_t payout = kNone;  // item: the payout that lists it
  uint64_t ordinal = 0;
  Minor amount = 0;
  int64_t as_of_us = 0;    // of an amendment
  uint32_t value = kNone;  // of an amendment of an item: into DayPage::values
  Day available;           // sale: as the event itself says
  std::optional<Minor> balance_after;
};
template <typename A>
void Visit(A& a, Entry& e) {
  a(e.id), a(e.content), a(e.entry), a(e.kind), a(e.field), a(e.account), a(e.source), a(e.payout);
  a(e.ordinal), a(e.amount), a(e.as_of_us), a(e.value), a(e.available), a(e.balance_after);
}

// A fee schedule's expectation for one payment.
struct FeeState {
  uint32_t rule = kNone;
  Minor expected = 0;
  uint64_t said_fees = 0;  // fees in the last record about it
  Anchor anchor;
};
struct FeeSeen {
  std::string type, event_id;
  uint64_t ordinal = 0;
  Minor amount = 0;
};
template <typename A>
void Visit(A& a, FeeState& f) {
  a(f.rule), a(f.expected), a(f.said_fees), a(f.anchor);
}
template <typename A>
void Visit(A& a, FeeSeen& f) {
  a(f.type), a(f.event_id), a(f.ordinal), a(f.amount);
}

struct ReversalSeen {
  ledger::Kind kind{};
  std::string event_id;
  uint64_t ordinal = 0;
  Minor amount = 0;
  Minor customer_amount = 0;
  std::string customer_currency;
};
template <typename A>
void Visit(A& a, ReversalSeen& r) {
  a(r.kind), a(r.event_id), a(r.ordinal), a(r.amount), a(r.customer_amount), a(r.customer_currency);
}

// A sale's stub: what later refunds, chargebacks and fees are held against.
struct Payment {
  uint64_t payment = 0;  // hash of (provider, merchant account, payment_id)
  std::string event_id;  // of the sale
  uint64_t ordinal = 0;
  uint32_t account = kNone;
  WideMinor gross = 0;  // of all its captures
  WideMinor customer_gross = 0;
  std::string customer_currency;
  std::vector<FeeState> schedules;
  std::vector<FeeSeen> fees;  // only types a schedule prices
  std::vector<ReversalSeen> reversals;
  Anchor reversal_anchor;
};
template <typename A>
void Visit(A& a, Payment& p) {
  a(p.payment), a(p.event_id), a(p.ordinal), a(p.account), a(p.gross), a(p.customer_gross);
  a(p.customer_currency), a(p.schedules), a(p.fees), a(p.reversals), a(p.reversal_anchor);
}

// Derived from a DayPage when first needed, never written.
struct DayIndex {
  bool built = false;
  absl::flat_hash_map<Hash128, uint32_t> by_id;
  absl::flat_hash_map<uint64_t, uint32_t> last_of_entry;  // by entry hash
  std::vector<uint32_t> previous;                         // of the same entry; kNone: the first
  absl::flat_hash_map<uint64_t, uint32_t> by_payment;

  // Adds the entry with this index, the next one.
  void Chain(uint64_t entry, uint32_t i) {
    const auto [it, added] = last_of_entry.try_emplace(entry, i);
    previous.push_back(added ? kNone : it->second);
    it->second = i;
  }
};

struct DayPage {
  DayIndex index;
  std::vector<Entry> entries;     // in the order of the log
  std::vector<Payment> payments;  // likewise
  std::vector<std::string> values;
};
template <typename A>
void Visit(A& a, DayPage& p) {
  a(p.entries), a(p.payments), a(p.values);
}

// A payout's items, while they fit; beyond the bound only the payout's count and sum are kept.
inline constexpr size_t kListedItems = 20'000;
struct ItemsPage {
  std::map<uint64_t, Minor> items;  // ordinal -> amount
};
template <typename A>
void Visit(A& a, ItemsPage& p) {
  a(p.items);
}

struct BucketPage {
  std::set<std::string> homes;
};
template <typename A>
void Visit(A& a, BucketPage& p) {
  a(p.homes);
}

struct HomesPage {
  std::set<std::string> homes;
};
template <typename A>
void Visit(A& a, HomesPage& p) {
  a(p.homes);
}

}  // namespace tieout::matching

namespace tieout::ledger {
// A live record inside a HomePage; found by argument-dependent lookup.
template <typename A>
void Visit(A& a, Position& p) {
  a(p.partition), a(p.ordinal);
}
template <typename A>
void Visit(A& a, Member& m) {
  a(m.role), a(m.event_id), a(m.position), a(m.amount), a(m.allocated), a(m.residual);
}
template <typename A>
void Visit(A& a, ItemList& i) {
  a(i.count), a(i.sum), a(i.ordinal_deltas), a(i.amounts);
}
template <typename A>
void Visit(A& a, Candidate& c) {
  a(c.event_id), a(c.amount_off), a(c.days_off), a(c.why_not);
}
template <typename A>
void Visit(A& a, Search& s) {
  a(s.candidates), a(s.steps), a(s.window_from), a(s.window_to), a(s.nearest);
}
template <typename A>
void Visit(A& a, Record& r) {
  a(r.record_id), a(r.seller_id), a(r.provider), a(r.merchant_account), a(r.currency), a(r.level),
      a(r.status);
  a(r.reason), a(r.rule_id), a(r.rule_version), a(r.expected), a(r.actual), a(r.difference),
      a(r.members);
  a(r.items), a(r.position), a(r.caused_by), a(r.supersedes), a(r.generation), a(r.break_id),
      a(r.opened_on);
  a(r.due_on), a(r.tick), a(r.search), a(r.next_action), a(r.heals_when);
}
}  // namespace tieout::ledger

namespace tieout::matching {
template <typename A>
void Visit(A& a, HomePage& p) {
  a(p.home), a(p.declared), a(p.accounts), a(p.payouts), a(p.deposits), a(p.groups), a(p.waiting),
      a(p.sources);
  a(p.due), a(p.parked), a(p.days), a(p.filter), a(p.filter_count), a(p.open), a(p.seller_status);
}
}  // namespace tieout::matching
