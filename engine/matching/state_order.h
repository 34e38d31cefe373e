// State of the level order and of the memory of ids: what a home keeps of one day.
#pragma once

#include "engine/matching/id_filter.h"
#include "engine/matching/index_table.h"
#include "engine/matching/state_bank.h"

namespace tieout::matching {

// A refund, chargeback or fee whose sale has not come.
struct Waiting {
  ledger::Kind kind{};
  uint64_t payment = 0;  // hash, see EntryPage
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
  static constexpr bool kPlain = true;
  Hash128 id;
  uint64_t content = 0;
  uint64_t entry = 0;  // hash of event_id without the component; of an amendment: its target
  uint64_t ordinal = 0;
  Minor amount = 0;
  uint32_t account = kNone;
  uint32_t payout = kNone;    // item: the payout that lists it
  uint32_t previous = kNone;  // of the same entry in this page
  ledger::Kind kind{};
  uint8_t has_detail = 0;
  uint16_t zero = 0;
};
static_assert(sizeof(Entry) == 64);
template <typename A>
void Visit(A& a, Entry& e) {
  a(e.id), a(e.content), a(e.entry), a(e.ordinal), a(e.amount), a(e.account), a(e.payout);
  a(e.previous), a(e.kind), a(e.has_detail), a(e.zero);
}

// A text in a page's pool.
struct Text {
  uint32_t at = 0, size = 0;
};
template <typename A>
void Visit(A& a, Text& t) {
  a(t.at), a(t.size);
}

// What few entries have: amendments of items, rows without an id, items that mature later.
struct Detail {
  uint32_t entry = kNone;  // index of the Entry
  ledger::Amendment::Field field{};
  int64_t as_of_us = 0;    // of an amendment
  bool has_value = false;  // of an amendment of an item
  Text value;
  uint32_t source = kNone;  // into HomePage::sources, for rows without an id
  uint32_t row = 0;         // of these the ordinal that their file gave
  Day available;            // as the event itself says
  std::optional<Minor> balance_after;
};
template <typename A>
void Visit(A& a, Detail& d) {
  a(d.entry), a(d.field), a(d.as_of_us), a(d.has_value), a(d.value), a(d.source), a(d.row),
      a(d.available), a(d.balance_after);
}

// A fee schedule's expectation for one payment, and the fees of its type.
struct FeeState {
  static constexpr Minor kNothing = INT64_MIN;
  uint32_t next = kNone;  // schedule of the same payment
  uint32_t rule = kNone;
  Minor expected = kNothing;   // kNothing: the captures sum to zero or less
  uint32_t first_fee = kNone;  // into EntryPage::fees
  uint32_t said_fees = 0;      // fees in the last record about it
  Minor said_expected = 0;     // and what it expected
  int64_t settles_us = 0;      // when the last change has settled; 0: they are right
  Anchor anchor;
};
struct FeeSeen {
  uint32_t next = kNone;
  Text event_id;
  uint64_t ordinal = 0;
  Minor amount = 0;
};
template <typename A>
void Visit(A& a, FeeState& f) {
  a(f.next), a(f.rule), a(f.expected), a(f.first_fee), a(f.said_fees), a(f.said_expected),
      a(f.settles_us), a(f.anchor);
}
template <typename A>
void Visit(A& a, FeeSeen& f) {
  a(f.next), a(f.event_id), a(f.ordinal), a(f.amount);
}

struct ReversalSeen {
  uint32_t next = kNone;
  ledger::Kind kind{};
  Text event_id;
  uint64_t ordinal = 0;
  Minor amount = 0;
  Minor customer_amount = 0;
  std::string customer_currency;
};
template <typename A>
void Visit(A& a, ReversalSeen& r) {
  a(r.next), a(r.kind), a(r.event_id), a(r.ordinal), a(r.amount), a(r.customer_amount),
      a(r.customer_currency);
}

// A sale's stub: what later refunds, chargebacks and fees are held against. Lists are chains
// through the page's vectors, in the order of the log.
struct Payment {
  uint64_t payment = 0;  // hash of (provider, merchant account, payment_id)
  Text event_id;         // of the sale
  uint64_t ordinal = 0;
  uint32_t account = kNone;
  Day day;                          // of the first capture
  uint32_t first_schedule = kNone;  // into EntryPage::schedules
  uint32_t first_reversal = kNone;  // into EntryPage::reversals
  WideMinor gross = 0;              // of all its captures
  WideMinor customer_gross = 0;
  std::string customer_currency;
  int64_t reversals_settle_us = 0;  // when their last change has settled, while they exceed it
  Anchor reversal_anchor;
};
template <typename A>
void Visit(A& a, Payment& p) {
  a(p.payment), a(p.event_id), a(p.ordinal), a(p.account), a(p.day), a(p.first_schedule),
      a(p.first_reversal);
  a(p.gross), a(p.customer_gross), a(p.customer_currency), a(p.reversals_settle_us),
      a(p.reversal_anchor);
}

// A page's place: 32 days of occurred_at, and which of their pages, since a page holds a bounded
// number of entries.
struct PageNumber {
  int32_t month = 0;
  uint32_t chunk = 0;
  friend auto operator<=>(const PageNumber&, const PageNumber&) = default;
};
template <typename A>
void Visit(A& a, PageNumber& n) {
  a(n.month), a(n.chunk);
}

constexpr int32_t kMonthDays = 32;
constexpr int32_t MonthOf(Day day) {
  return day.days >= 0 ? day.days / kMonthDays : -((kMonthDays - 1 - day.days) / kMonthDays);
}

// Derived from an EntryPage when first needed, never written.
struct EntryIndex {
  bool built = false;
  IndexTable by_id, by_entry, by_payment;
};

struct EntryPage {
  EntryIndex index;
  PageNumber number;
  std::vector<Entry> entries;     // in the order of the log
  std::vector<Detail> details;    // ascending by entry
  std::vector<Payment> payments;  // in the order of the log
  std::vector<FeeState> schedules;
  std::vector<FeeSeen> fees;
  std::vector<ReversalSeen> reversals;
  std::string texts;

  uint32_t last_entry() const { return static_cast<uint32_t>(entries.size() - 1); }
  // Behind the others of its entry.
  Entry& Append(Entry entry) {
    entry.previous = FindEntry(entry.entry);
    entry.has_detail = 0;
    entries.push_back(entry);
    IndexEntry(last_entry());
    return entries.back();
  }
  std::string_view text(Text t) const { return std::string_view(texts).substr(t.at, t.size); }
  Text Keep(std::string_view text) {
    const Text t{static_cast<uint32_t>(texts.size()), static_cast<uint32_t>(text.size())};
    texts += text;
    return t;
  }
  uint32_t FindId(const Hash128& id) const {
    return index.by_id.Find(id.low, entries.size(),
                            [&](uint32_t i) { return entries[i].id == id; });
  }
  // The last one; Entry::previous leads on.
  uint32_t FindEntry(uint64_t entry) const {
    return index.by_entry.Find(entry, entries.size(),
                               [&](uint32_t i) { return entries[i].entry == entry; });
  }
  uint32_t FindPayment(uint64_t payment) const {
    return index.by_payment.Find(payment, payments.size(),
                                 [&](uint32_t i) { return payments[i].payment == payment; });
  }
  const Detail* detail(uint32_t entry) const;
  Detail& MakeDetail(uint32_t entry);
  void BuildIndex();
  // After it was appended.
  void IndexEntry(uint32_t entry);
  void IndexPayment(uint32_t payment);
};
template <typename A>
void Visit(A& a, EntryPage& p) {
  a(p.number), a(p.entries), a(p.details), a(p.payments), a(p.schedules), a(p.fees), a(p.reversals),
      a(p.texts);
}

// A part of the filter over all of a large home's ids, too large to be written with the home: once
// it is full it is never written again.
struct FilterPart {
  int32_t generation = 0;
  uint32_t number = 0;  // its page's
};
struct FilterPartPage {
  static constexpr uint64_t kResidentFactor = 1;  // bits, in memory as stored
  IdFilter ids;
};
template <typename A>
void Visit(A& a, FilterPart& p) {
  a(p.generation), a(p.number);
}
template <typename A>
void Visit(A& a, FilterPartPage& p) {
  a(p.ids);
}

// What closed pages hold, some in a row of 32 days': asked before a page is loaded for an id that
// the home's own filter doesn't exclude. A page is closed once another of its home was opened after
// it.
constexpr uint32_t kChunksPerFilter = 64;
struct FilterPage {
  static constexpr uint64_t kResidentFactor = 1;
  std::map<uint32_t, IdFilter> chunks;
};
template <typename A>
void Visit(A& a, FilterPage& p) {
  a(p.chunks);
}

}  // namespace tieout::matching
