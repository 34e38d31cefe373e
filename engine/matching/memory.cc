#include "engine/matching/memory.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/matching/home_filter.h"

namespace tieout::matching {
namespace {

// Keys of the filter beside event ids: a payment has a stub; an entry has items; an entry that has
// none yet was amended.
Hash128 PaymentKey(uint64_t payment) { return {payment, ~payment}; }
Hash128 ItemsKey(uint64_t entry) { return {entry, entry * 0x9e3779b97f4a7c15u}; }
Hash128 AmendedKey(uint64_t entry) { return {entry * 0x9e3779b97f4a7c15u, entry}; }

bool HasItems(const EntryPage& page, uint64_t entry) {
  for (uint32_t i = page.FindEntry(entry); i != kNone; i = page.entries[i].previous) {
    if (ledger::IsBalanceItem(page.entries[i].kind)) return true;
  }
  return false;
}

// A page this full gets no new entries: the month goes on in another.
constexpr size_t kEntriesPerPage = 1024;

// Ids are forgotten by generations of log time; one is kept until no fact of it is in lookback.
constexpr int32_t kGenerationDays = 200;
int32_t GenerationOf(base::Day day) { return day.days / kGenerationDays; }

}  // namespace

uint64_t PaymentHash(const ledger::AccountRef& account, std::string_view payment_id) {
  fmt::basic_memory_buffer<char, 256> key;
  for (std::string_view part : {account.provider, account.merchant_account}) {
    key.append(part.data(), part.data() + part.size());
    key.push_back('\x1f');
  }
  key.append(payment_id.data(), payment_id.data() + payment_id.size());
  return base::HashBytes64({key.data(), key.size()});
}

uint32_t SourceIndex(HomePage& home, std::string_view sha256, uint32_t account) {
  for (size_t i = home.sources.size(); i-- > 0;) {
    const SourceState& s = home.sources[i];
    if (s.account == account && s.sha256 == sha256) return static_cast<uint32_t>(i);
  }
  SourceState& added = home.sources.emplace_back();
  added.sha256 = sha256;
  added.account = account;
  return static_cast<uint32_t>(home.sources.size() - 1);
}

absl::StatusOr<Cached<EntryPage>*> Memory::LastOf(base::Day day) const {
  const int32_t month = MonthOf(day);
  HotPages& hot = turn_.hot();
  if (hot.entries != nullptr && hot.entries->page.number.month == month) {
    turn_.state.Use(hot.entries);
    return hot.entries;
  }
  const absl::btree_set<PageNumber>& pages = turn_.cached.page.pages;
  auto after = pages.upper_bound(PageNumber{month, UINT32_MAX});
  if (after == pages.begin() || (--after)->month != month) return nullptr;
  TIEOUT_ASSIGN_OR_RETURN(hot.entries, turn_.state.Entries(turn_.cached.page.home, *after));
  return hot.entries;
}

template <typename Match>
absl::StatusOr<Found> Memory::Search(const Hash128& key, const Cached<EntryPage>* but,
                                     const Match& match) {
  ++turn_.out->counters.other_days_asked;
  const HomePage& home = turn_.cached.page;
  Cached<FilterPage>* filters = nullptr;
  PageNumber row;
  for (auto number = home.pages.rbegin(); number != home.pages.rend(); ++number) {
    if (but != nullptr && *number == but->page.number) continue;
    if (*number != home.open_page) {
      const PageNumber own{number->month, number->chunk / kChunksPerFilter};
      if (filters == nullptr || row != own) {
        row = own;
        TIEOUT_ASSIGN_OR_RETURN(filters, turn_.state.Filters(home.home, *number));
      }
      if (!filters->page.chunks[number->chunk].MayHold(key)) continue;
    }
    TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const page, turn_.state.Entries(home.home, *number));
    const uint32_t index = match(page->page);
    if (index != kNone) return Found{page, index};
  }
  return Found{};
}

absl::StatusOr<Found> Memory::Find(const Hash128& id, base::Day hint) {
  return FindBy(id, hint, [&](const EntryPage& page) { return page.FindId(id); });
}

absl::StatusOr<Found> Memory::FindPayment(uint64_t payment, base::Day hint) {
  return FindBy(PaymentKey(payment), hint,
                [&](const EntryPage& page) { return page.FindPayment(payment); });
}

template <typename Match>
absl::StatusOr<Found> Memory::FindBy(const Hash128& key, base::Day hint, const Match& match) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const page, LastOf(hint));
  if (page != nullptr) {
    if (const uint32_t index = match(page->page); index != kNone) return Found{page, index};
  }
  TIEOUT_ASSIGN_OR_RETURN(const bool may_hold, HomeFilter(turn_).MayHold(key));
  if (!may_hold) return Found{};
  return Search(key, page, match);
}

absl::StatusOr<Sighting> Memory::Recall(const ledger::Event& event, uint64_t content, Hash128* id,
                                        Found* first) {
  if (!event.row.hash.empty()) return RecallRow(event, content, id, first);
  *id = base::HashBytes128(event.event_id);
  TIEOUT_ASSIGN_OR_RETURN(*first, Find(*id, base::DayOf(event.occurred_at_us)));
  if (first->page == nullptr) return Sighting::kNew;
  const Entry& known = first->entry();
  return known.content == content && known.kind == event.kind() ? Sighting::kSame
                                                                : Sighting::kConflict;
}

absl::StatusOr<Cached<EntryPage>*> Memory::PlaceOf(const ledger::Event& event, uint64_t entry) {
  const base::Day day = base::DayOf(event.occurred_at_us);
  const bool is_item = ledger::IsBalanceItem(event.kind());
  const bool is_amendment = event.kind() == ledger::Kind::kAmendment;
  if (is_item || is_amendment) {
    TIEOUT_ASSIGN_OR_RETURN(const Found items,
                            FindBy(ItemsKey(entry), day, [&](const EntryPage& page) {
                              return HasItems(page, entry) ? uint32_t{0} : kNone;
                            }));
    if (items.page != nullptr) return items.page;
  }
  TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage> * place, LastOf(day));
  if (place == nullptr || place->page.entries.size() >= kEntriesPerPage) {
    const uint32_t chunk = place == nullptr ? 0 : place->page.number.chunk + 1;
    TIEOUT_ASSIGN_OR_RETURN(place, Open({MonthOf(day), chunk}));
  }
  if (is_item) TIEOUT_RETURN_IF_ERROR(GatherAmendments(place, entry));
  // An amendment without items waits for them here.
  if (is_amendment) TIEOUT_RETURN_IF_ERROR(Remember(AmendedKey(entry), place));
  return place;
}

absl::StatusOr<Cached<EntryPage>*> Memory::Open(PageNumber number) {
  HomePage& home = turn_.home();
  TIEOUT_RETURN_IF_ERROR(Close());
  TIEOUT_RETURN_IF_ERROR(Forget());
  TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const page, turn_.state.Entries(home.home, number));
  Touch(page);
  page->page.number = number;
  home.pages.insert(number);
  home.open_page = number;
  turn_.hot().entries = page;
  return page;
}

// What the page that is open holds, for those who look for it from now on.
absl::Status Memory::Close() {
  const HomePage& home = turn_.cached.page;
  if (!home.pages.contains(home.open_page)) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const page,
                          turn_.state.Entries(home.home, home.open_page));
  TIEOUT_ASSIGN_OR_RETURN(Cached<FilterPage>* const filters,
                          turn_.state.Filters(home.home, home.open_page));
  Touch(filters);
  IdFilter& closed = filters->page.chunks[home.open_page.chunk];
  const EntryPage& p = page->page;
  closed.Reserve(2 * p.entries.size() + p.payments.size());
  for (uint32_t i = 0; i < p.entries.size(); ++i) {
    const Entry& e = p.entries[i];
    closed.Insert(e.id);
    if (ledger::IsBalanceItem(e.kind)) closed.Insert(ItemsKey(e.entry));
    if (e.kind == ledger::Kind::kAmendment) closed.Insert(AmendedKey(e.entry));
  }
  for (const Payment& payment : p.payments) closed.Insert(PaymentKey(payment.payment));
  return absl::OkStatus();
}

// Pages whose facts are older than lookback go, and the filters' generations with them.
absl::Status Memory::Forget() {
  HomePage& home = turn_.home();
  const base::Day first = turn_.state.log_day().plus(-kLookbackDays);
  while (!home.pages.empty() && home.pages.begin()->month < MonthOf(first)) {
    const PageNumber old = *home.pages.begin();
    home.pages.erase(home.pages.begin());
    TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const page, turn_.state.Entries(home.home, old));
    Drop(page);
    TIEOUT_ASSIGN_OR_RETURN(Cached<FilterPage>* const filters, turn_.state.Filters(home.home, old));
    Drop(filters);  // the whole month goes
  }
  return HomeFilter(turn_).DropBefore(GenerationOf(first));
}

absl::Status Memory::Remember(const Hash128& key, const Cached<EntryPage>* page) {
  HomePage& home = turn_.home();
  const PageNumber number = page->page.number;
  const base::Day newest = std::max(base::Day{number.month * kMonthDays}, turn_.state.log_day());
  TIEOUT_RETURN_IF_ERROR(HomeFilter(turn_).Insert(key, GenerationOf(newest)));
  if (number == home.open_page) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(Cached<FilterPage>* const filters,
                          turn_.state.Filters(home.home, number));
  Touch(filters);
  filters->page.chunks[number.chunk].Insert(key);
  return absl::OkStatus();
}

// Brings amendments that came before the entry's first item from the pages where they wait.
absl::Status Memory::GatherAmendments(Cached<EntryPage>* page, uint64_t entry) {
  TIEOUT_RETURN_IF_ERROR(Remember(ItemsKey(entry), page));
  TIEOUT_ASSIGN_OR_RETURN(const bool was_amended, HomeFilter(turn_).MayHold(AmendedKey(entry)));
  if (!was_amended) return absl::OkStatus();
  Touch(page);
  const auto copy = [&](const EntryPage& other) {
    for (uint32_t i = other.FindEntry(entry); i != kNone; i = other.entries[i].previous) {
      const Detail* amendment = other.detail(i);
      if (amendment == nullptr || !amendment->has_value) continue;
      page->page.Append(other.entries[i]);
      Detail& detail = page->page.MakeDetail(page->page.last_entry());
      detail = *amendment;
      detail.entry = page->page.last_entry();
      detail.value = page->page.Keep(other.text(amendment->value));
    }
    return kNone;  // other pages may have more
  };
  return Search(AmendedKey(entry), page, copy).status();
}

absl::StatusOr<Found> Memory::Keep(const ledger::Event& event, const Hash128& id, uint64_t content,
                                   uint64_t ordinal, uint32_t account) {
  const auto* amendment = std::get_if<ledger::Amendment>(&event.body);
  const uint64_t entry_hash =
      base::HashBytes64(amendment != nullptr ? amendment->entry : ledger::EntryOf(event.event_id));
  TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const page, PlaceOf(event, entry_hash));
  Touch(page);
  turn_.state.Grow(sizeof(Entry) + 80);
  TIEOUT_RETURN_IF_ERROR(Remember(id, page));
  Entry entry;
  entry.id = id;
  entry.content = content;
  entry.kind = event.kind();
  entry.ordinal = ordinal;
  entry.amount = event.amount;
  entry.account = account;
  entry.entry = entry_hash;
  page->page.Append(entry);
  if (!event.row.hash.empty()) {
    Detail& detail = page->page.MakeDetail(page->page.last_entry());
    detail.source = SourceIndex(turn_.home(), event.source.sha256, account);
    detail.row = event.row.ordinal;
    detail.balance_after = event.row.balance_after;
  }
  return Found{page, page->page.last_entry()};
}

absl::Status Memory::KeepPayment(Cached<EntryPage>* page, Payment payment) {
  TIEOUT_RETURN_IF_ERROR(Remember(PaymentKey(payment.payment), page));
  turn_.state.Grow(sizeof(Payment) + 64);
  Touch(page);
  page->page.payments.push_back(std::move(payment));
  page->page.IndexPayment(static_cast<uint32_t>(page->page.payments.size() - 1));
  return absl::OkStatus();
}

}  // namespace tieout::matching
