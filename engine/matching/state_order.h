// State of the level order and of the memory of ids: what a home keeps of one day.
#pragma once

#include "engine/matching/state_bank.h"

namespace tieout::matching {

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
  Day available;           // item: as the event itself says
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
  int64_t settles_us = 0;  // when the last change has settled; 0: they are right
  Anchor anchor;
};
struct FeeSeen {
  std::string type, event_id;
  uint64_t ordinal = 0;
  Minor amount = 0;
};
template <typename A>
void Visit(A& a, FeeState& f) {
  a(f.rule), a(f.expected), a(f.said_fees), a(f.settles_us), a(f.anchor);
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
  int64_t reversals_settle_us = 0;  // when their last change has settled, while they exceed it
  Anchor reversal_anchor;
};
template <typename A>
void Visit(A& a, Payment& p) {
  a(p.payment), a(p.event_id), a(p.ordinal), a(p.account), a(p.gross), a(p.customer_gross);
  a(p.customer_currency), a(p.schedules), a(p.fees), a(p.reversals), a(p.reversals_settle_us),
      a(p.reversal_anchor);
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

}  // namespace tieout::matching
