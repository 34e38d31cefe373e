#include "engine/matching/memory.h"

#include <algorithm>

#include "engine/matching/id_filter.h"

namespace tieout::matching {
namespace {

Hash128 CopyId(std::string_view event_id, uint32_t copy) {
  if (copy == 0) return base::HashBytes128(event_id);
  return base::HashBytes128(std::string(event_id) + "#" + std::to_string(copy));
}

// Keys of the filter beside event ids: a payment has a stub; an entry has items; an entry that has
// none yet was amended.
Hash128 PaymentKey(uint64_t payment) { return {payment, ~payment}; }
Hash128 ItemsKey(uint64_t entry) { return {entry, entry * 0x9e3779b97f4a7c15u}; }
Hash128 AmendedKey(uint64_t entry) { return {entry * 0x9e3779b97f4a7c15u, entry}; }

bool HasItems(const DayPage& page, uint64_t entry) {
  const auto last = page.index.last_of_entry.find(entry);
  if (last == page.index.last_of_entry.end()) return false;
  for (uint32_t i = last->second; i != kNone; i = page.index.previous[i]) {
    if (ledger::IsBalanceItem(page.entries[i].kind)) return true;
  }
  return false;
}

}  // namespace

uint64_t PaymentHash(const ledger::AccountRef& account, std::string_view payment_id) {
  std::string key(account.provider);
  key += '\x1f';
  key += account.merchant_account;
  key += '\x1f';
  key += payment_id;
  return base::HashBytes64(key);
}

uint32_t SourceIndex(HomePage& home, std::string_view sha256) {
  for (size_t i = home.sources.size(); i-- > 0;) {
    if (home.sources[i].sha256 == sha256) return static_cast<uint32_t>(i);
  }
  home.sources.emplace_back().sha256 = sha256;
  return static_cast<uint32_t>(home.sources.size() - 1);
}

template <typename Match>
absl::StatusOr<Found> Memory::Search(base::Day hint, const Match& match) {
  ++turn_.out->counters.other_days_asked;
  const std::set<int32_t>& days = turn_.cached.page.days;
  for (auto day = days.rbegin(); day != days.rend(); ++day) {
    if (*day == hint.days) continue;
    TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const page,
                            turn_.state.DayOf(turn_.cached.page.home, *day));
    uint32_t index = 0;
    if (match(page->page, &index)) return Found{page, index, base::Day{*day}};
  }
  return Found{};
}

absl::StatusOr<Found> Memory::Find(const Hash128& id, base::Day hint) {
  const auto match = [&](const DayPage& page, uint32_t* index) {
    const auto it = page.index.by_id.find(id);
    if (it == page.index.by_id.end()) return false;
    *index = it->second;
    return true;
  };
  TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const page,
                          turn_.state.DayOf(turn_.cached.page.home, hint.days));
  uint32_t index = 0;
  if (match(page->page, &index)) return Found{page, index, hint};
  HomePage& home = turn_.cached.page;
  if (!IdFilter(&home.filter, &home.filter_count).MayHold(id)) return Found{};
  return Search(hint, match);
}

absl::StatusOr<Sighting> Memory::Recall(const ledger::Event& event, uint64_t content, Hash128* id,
                                        Found* first) {
  const base::Day day = base::DayOf(event.occurred_at_us);
  Sighting unclear = Sighting::kNew;
  for (uint32_t copy = 0;; ++copy) {
    *id = CopyId(event.event_id, copy);
    TIEOUT_ASSIGN_OR_RETURN(const Found found, Find(*id, day));
    if (found.page == nullptr) return unclear;
    if (found.entry().content != content || found.entry().kind != event.kind()) {
      *first = found;
      return Sighting::kConflict;
    }
    const Sighting sighting =
        event.row.hash.empty() ? Sighting::kSame : Compare(event, found.entry());
    if (sighting != Sighting::kNew) *first = found;
    if (sighting == Sighting::kSame) return sighting;
    if (sighting == Sighting::kUnclear) unclear = sighting;
  }
}

// Rows without an id, equal in all columns that never change (README.md, memory of ids).
Sighting Memory::Compare(const ledger::Event& event, const Entry& first) const {
  const HomePage& home = turn_.cached.page;
  if (first.source == kNone || home.sources[first.source].sha256 == event.source.sha256)
    return Sighting::kSame;
  if (event.row.balance_after && first.balance_after) {
    return *event.row.balance_after == *first.balance_after ? Sighting::kSame : Sighting::kNew;
  }
  const auto own =
      std::find_if(home.sources.begin(), home.sources.end(),
                   [&](const SourceState& s) { return s.sha256 == event.source.sha256; });
  const SourceState& other = home.sources[first.source];
  if (own == home.sources.end() || !own->opened || !other.opened ||
      own->coverage_to_us <= own->coverage_from_us ||
      other.coverage_to_us <= other.coverage_from_us) {
    return Sighting::kUnclear;
  }
  const int64_t shared_from = std::max(own->coverage_from_us, other.coverage_from_us);
  const int64_t shared_to = std::min(own->coverage_to_us, other.coverage_to_us);
  const int64_t day_from = event.row.day.start_us(), day_to = event.row.day.plus(1).start_us();
  const int64_t from = std::max(shared_from, day_from), to = std::min(shared_to, day_to);
  if (from >= to) return Sighting::kNew;
  const int64_t at = event.occurred_at_us;
  const bool has_time = at % base::kMicrosPerDay != 0;
  const bool nested = (shared_from == own->coverage_from_us && shared_to == own->coverage_to_us) ||
                      (shared_from == other.coverage_from_us && shared_to == other.coverage_to_us);
  // One ends and the other begins somewhere in the row's day.
  if (!nested && !has_time && shared_to - shared_from <= base::kMicrosPerDay) {
    return Sighting::kUnclear;
  }
  if (from == day_from && to == day_to) return Sighting::kSame;
  return has_time && at >= from && at < to ? Sighting::kSame : Sighting::kUnclear;
}

// An amendment stands beside its items, whatever day its source dates it: one page tells an entry's
// whole story.
absl::StatusOr<Cached<DayPage>*> Memory::PageOf(const ledger::Event& event, uint64_t entry) {
  const base::Day day = base::DayOf(event.occurred_at_us);
  HomePage& home = turn_.home();
  TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const page, turn_.state.DayOf(home.home, day.days));
  if (event.kind() != ledger::Kind::kAmendment || HasItems(page->page, entry)) return page;
  IdFilter filter(&home.filter, &home.filter_count);
  if (filter.MayHold(ItemsKey(entry))) {
    TIEOUT_ASSIGN_OR_RETURN(const Found items, Search(day, [&](const DayPage& other, uint32_t*) {
                              return HasItems(other, entry);
                            }));
    if (items.page != nullptr) return items.page;
  }
  filter.Insert(AmendedKey(entry));  // it waits for its items here
  return page;
}

// Brings amendments that came before the entry's first item from the days where they wait.
absl::Status Memory::GatherAmendments(Cached<DayPage>* page, base::Day day, uint64_t entry) {
  HomePage& home = turn_.home();
  IdFilter filter(&home.filter, &home.filter_count);
  filter.Insert(ItemsKey(entry));
  if (!filter.MayHold(AmendedKey(entry))) return absl::OkStatus();
  const auto copy = [&](const DayPage& other, uint32_t*) {
    const auto last = other.index.last_of_entry.find(entry);
    if (last == other.index.last_of_entry.end()) return false;
    for (uint32_t i = last->second; i != kNone; i = other.index.previous[i]) {
      Entry amendment = other.entries[i];
      if (amendment.value == kNone) continue;
      const auto value = static_cast<uint32_t>(page->page.values.size());
      page->page.values.push_back(other.values[amendment.value]);
      amendment.value = value;
      page->page.index.Chain(entry, static_cast<uint32_t>(page->page.entries.size()));
      page->page.entries.push_back(std::move(amendment));
    }
    return false;  // other days may have more
  };
  return Search(day, copy).status();
}

absl::StatusOr<Found> Memory::Keep(const ledger::Event& event, const Hash128& id, uint64_t content,
                                   uint64_t ordinal) {
  HomePage& home = turn_.home();
  const auto* amendment = std::get_if<ledger::Amendment>(&event.body);
  const uint64_t entry_hash =
      base::HashBytes64(amendment != nullptr ? amendment->entry : ledger::EntryOf(event.event_id));
  TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const page, PageOf(event, entry_hash));
  DayPage& d = page->page;
  page->dirty = true;
  turn_.state.Grow(sizeof(Entry) + 80);
  const base::Day day = base::DayOf(event.occurred_at_us);
  if (d.entries.empty()) home.days.insert(day.days);
  if (ledger::IsBalanceItem(event.kind()) && !HasItems(d, entry_hash)) {
    TIEOUT_RETURN_IF_ERROR(GatherAmendments(page, day, entry_hash));
  }
  IdFilter(&home.filter, &home.filter_count).Insert(id);
  const auto index = static_cast<uint32_t>(d.entries.size());
  Entry& entry = d.entries.emplace_back();
  entry.id = id;
  entry.content = content;
  entry.kind = event.kind();
  entry.ordinal = ordinal;
  entry.amount = event.amount;
  entry.entry = entry_hash;
  if (!event.row.hash.empty()) {
    entry.source = SourceIndex(home, event.source.sha256);
    entry.balance_after = event.row.balance_after;
  }
  d.index.by_id[id] = index;
  d.index.Chain(entry_hash, index);
  return Found{page, index};
}

absl::StatusOr<Found> Memory::FindPayment(uint64_t payment, base::Day hint) {
  const auto match = [&](const DayPage& page, uint32_t* index) {
    const auto it = page.index.by_payment.find(payment);
    if (it == page.index.by_payment.end()) return false;
    *index = it->second;
    return true;
  };
  HomePage& home = turn_.cached.page;
  TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const page, turn_.state.DayOf(home.home, hint.days));
  uint32_t index = 0;
  if (match(page->page, &index)) return Found{page, index, hint};
  if (!IdFilter(&home.filter, &home.filter_count).MayHold(PaymentKey(payment))) return Found{};
  return Search(hint, match);
}

absl::Status Memory::KeepPayment(Cached<DayPage>* page, Payment payment) {
  HomePage& home = turn_.home();
  IdFilter(&home.filter, &home.filter_count).Insert(PaymentKey(payment.payment));
  turn_.state.Grow(sizeof(Payment) + 64);
  page->dirty = true;
  page->page.index.by_payment[payment.payment] = static_cast<uint32_t>(page->page.payments.size());
  page->page.payments.push_back(std::move(payment));
  return absl::OkStatus();
}

}  // namespace tieout::matching
