// The fold's state as plain structs, one per kind of page. Ids inside a home are indexes into its
// vectors and never move, so pages may name them. All money is minor units; sums are 128 bits.
//
// Pages of a partition (keys in pages.h):
//   MetaPage     log time, ordinal, log id, the ten-minute buckets that hold something due
//   ConfigPage   rules and calendars in the order of the log
//   OwnersPage   one (provider, merchant account): its owners and where it pays into
//   HomePage     one home: accounts, payouts, deposits, groups, what waits, what is due
//   EntryPage    one home, (a part of) 32 days of occurred_at: the memory of ids, items, payments
//   FilterPage   one home, a row of the pages of 32 days: which of them may hold an id
//   FilterPartPage  one large home: a part of its filter over all ids
//   ItemsPage    one payout of a home: its items
//   BucketPage   the homes with something due in one ten-minute bucket
//   HomesPage    names of the homes whose hash begins with this byte
#pragma once

#include "engine/matching/evidence.h"
#include "engine/matching/index_set.h"
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
  kSource,
};
struct Due {
  int64_t deadline_us = 0;  // with settling
  int64_t business_us = 0;  // without
  DueKind kind{};
  uint64_t id = 0;    // index or payment hash
  int32_t day = 0;    // of the payment
  uint32_t rule = 0;  // its fee schedule's
  friend auto operator<=>(const Due&, const Due&) = default;
};
template <typename A>
void Visit(A& a, Due& d) {
  a(d.deadline_us), a(d.business_us), a(d.kind), a(d.id), a(d.day), a(d.rule);
}
using DueItems = absl::btree_set<Due>;

// A file, day or pull, as far as it speaks of one account.
struct SourceState {
  std::string sha256;
  uint32_t account = kNone;
  int64_t coverage_from_us = 0, coverage_to_us = 0;
  bool opened = false;
};
template <typename A>
void Visit(A& a, SourceState& s) {
  a(s.sha256), a(s.account), a(s.coverage_from_us), a(s.coverage_to_us), a(s.opened);
}

// A closed report that doesn't add up, until another of its days does.
struct WrongTotal {
  uint32_t account = kNone;
  int64_t coverage_from_us = 0, coverage_to_us = 0;
  Anchor anchor;
};
template <typename A>
void Visit(A& a, WrongTotal& w) {
  a(w.account), a(w.coverage_from_us), a(w.coverage_to_us), a(w.anchor);
}

// Something is missing between two closed reports, until one comes that closes the hole.
struct SourceGap {
  uint32_t account = kNone;
  int64_t from_us = 0, to_us = 0;  // from the end of one to the beginning of the next
  Minor expected = 0, actual = 0;  // the balances there, where they differ
  int64_t settles_us = 0;          // not said before
  Anchor anchor;
  bool SpansSame(const SourceGap& other) const {
    return from_us == other.from_us && to_us == other.to_us;
  }
};
template <typename A>
void Visit(A& a, SourceGap& g) {
  a(g.account), a(g.from_us), a(g.to_us), a(g.expected), a(g.actual), a(g.settles_us), a(g.anchor);
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

// What level bank reads of a payout and of a deposit again and again. Derived, never written.
struct PayoutIds {
  std::vector<Tokens> ids;  // under which it may be cited
  IndexSet citing;          // deposits whose texts hold one of them
  Day filed;                // the day it stands under in HomeIndex::payouts_by_due
  uint32_t proposals = 0;   // live ones that hold it
};
struct DepositTexts {
  struct Text {
    Tokens tokens;
    bool whole_counts = false;  // a field that holds an id and nothing else
  };
  struct Citation {
    uint32_t payout = kNone;
    std::vector<uint64_t> ids;  // hashes of those cited, joined
  };
  std::vector<Text> ids;  // end-to-end, trace, payout, bank reference, remittance
  Tokens names;           // counterparty and remittance
  bool looks_like_payout = false;
  bool names_known_provider = false;
  std::vector<Citation> cited;  // ascending by payout
};

// A payout's items, while they fit; beyond the bound only the payout's count and sum are kept.
inline constexpr size_t kListedItems = 20'000;
struct ItemsPage {
  struct Item {
    static constexpr bool kPlain = true;
    uint64_t ordinal = 0;
    Minor amount = 0;
  };
  std::vector<Item> items;  // ascending by ordinal
  void Add(uint64_t ordinal, Minor amount);
  void Remove(uint64_t ordinal);
};
template <typename A>
void Visit(A& a, ItemsPage::Item& i) {
  a(i.ordinal), a(i.amount);
}
template <typename A>
void Visit(A& a, ItemsPage& p) {
  a(p.items);
}

template <typename Page>
struct Cached;

// Pages of the home used last, so that the next event needn't look them up. Valid while `epoch` is
// the state's: no page has been dropped since.
struct HotPages {
  uint64_t epoch = 0;
  Cached<EntryPage>* entries = nullptr;  // the last of its month
  uint32_t payout = kNone;
  Cached<ItemsPage>* items = nullptr;
  std::vector<Cached<FilterPartPage>*> parts;  // of the filter; empty or all of them
};

// Rows without an id of one look, in the order of their ordinals.
struct Look {
  struct Row {
    uint32_t source = kNone;  // kNone: an event with an id of its own
    uint32_t ordinal = 0;     // that its file gave
    std::optional<Minor> balance_after;
  };
  uint64_t content = 0;
  ledger::Kind kind{};
  std::vector<Row> rows;
};

// Derived from a HomePage when first needed, never written.
struct HomeIndex {
  bool built = false;
  HotPages hot;
  IndexTable payouts;  // by PayoutState::key
  // By hashes of tokens: of an id the longest, or all joined; of a deposit's texts each. Who stands
  // there is compared in full.
  absl::flat_hash_map<uint64_t, IndexSet> payouts_by_token, deposits_by_token;
  bool bank_built = false;                  // what follows
  std::vector<PayoutIds> payout_ids;        // parallel to payouts
  std::vector<DepositTexts> deposit_texts;  // parallel to deposits
  // Who might be whom by date, so that a long history costs nothing: payouts by arrival, and how
  // far their windows reach before and after it; deposits by value date.
  absl::btree_map<Day, IndexSet> payouts_by_due, deposits_by_value;
  int32_t reach_before = 0, reach_after = 0;
  absl::btree_set<uint32_t> free_groups;  // places of HomePage::groups
  // By the id of ordinal 0, those of many rows, so that each needn't be looked up for the next.
  absl::flat_hash_map<Hash128, Look> looks;
  size_t look_rows = 0;
  absl::flat_hash_map<uint64_t, std::vector<uint32_t>> waiting_by_payment;
};

// Days on which a home owns an account, and the bank account declared for them.
struct Tenure {
  Day from, until;  // until: the first day of the next owner
  std::string pays_into;
};
template <typename A>
void Visit(A& a, Tenure& t) {
  a(t.from), a(t.until), a(t.pays_into);
}

// An account that an `account` event gave to this home.
struct DeclaredAccount {
  std::string provider, merchant_account, pays_into;
  std::vector<Tenure> tenures;  // ascending; as the account's owners stand now
};
template <typename A>
void Visit(A& a, DeclaredAccount& d) {
  a(d.provider), a(d.merchant_account), a(d.pays_into), a(d.tenures);
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
  std::vector<WrongTotal> wrong_totals;  // in the order of the log
  std::vector<SourceGap> gaps;           // in the order of the log
  DueItems due;
  absl::btree_set<Parked> parked;
  absl::btree_set<PageNumber> pages;        // the home's EntryPages
  PageNumber open_page{-1, 0};              // the one that was opened last
  IdFilter filter;                          // of all ids in them, as far as it is small
  std::vector<FilterPart> filter_parts;     // and the rest, in pages of their own
  std::map<uint64_t, ledger::Record> open;  // by Anchor::break_id: the live record
  uint32_t troubles = 0;                    // records about the input itself, their generation
  ledger::SellerInfo::Status seller_status{};
  Expenses expenses;
};

struct BucketPage {
  absl::btree_set<std::string> homes;
};
template <typename A>
void Visit(A& a, BucketPage& p) {
  a(p.homes);
}

struct HomesPage {
  absl::btree_set<std::string> homes;
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
      a(p.sources), a(p.wrong_totals), a(p.gaps);
  a(p.due), a(p.parked), a(p.pages), a(p.open_page), a(p.filter), a(p.filter_parts), a(p.open),
      a(p.troubles), a(p.seller_status);
  a.Rest(p.expenses);
}
}  // namespace tieout::matching
