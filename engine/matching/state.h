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

#include "engine/matching/evidence.h"
#include "engine/matching/state_bank.h"
#include "engine/matching/state_config.h"
#include "engine/matching/state_order.h"

namespace tieout::matching {

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
  uint32_t troubles = 0;                       // records about the input itself, their generation
  ledger::SellerInfo::Status seller_status{};
};

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
  a(p.due), a(p.parked), a(p.days), a(p.filter), a(p.filter_count), a(p.open), a(p.troubles),
      a(p.seller_status);
}
}  // namespace tieout::matching
