#include "engine/matching/turn.h"

#include <algorithm>
#include <utility>

#include "engine/base/check.h"

namespace tieout::matching {
namespace {

constexpr char kMetaKey[] = "m";
// The digest of all other pages: outside itself.
constexpr char kDigestKey[] = "z";

// Big endian with the sign bit flipped, so that keys sort by number.
void AppendOrdered32(std::string* key, int32_t v) {
  const uint32_t u = static_cast<uint32_t>(v) ^ 0x80000000u;
  for (int shift = 24; shift >= 0; shift -= 8) key->push_back(static_cast<char>(u >> shift));
}
void AppendOrdered64(std::string* key, uint64_t v) {
  for (int shift = 56; shift >= 0; shift -= 8) key->push_back(static_cast<char>(v >> shift));
}

void BuildIndex(HomePage* page) {
  if (std::exchange(page->index.built, true)) return;
  for (uint32_t i = 0; i < page->payouts.size(); ++i) {
    PayoutState& p = page->payouts[i];
    p.key = PayoutKey(p.entry, page->accounts[p.account].currency);
    IndexPayout(page, i);
  }
  for (uint32_t i = 0; i < page->waiting.size(); ++i) {
    if (!page->waiting[i].done)
      page->index.waiting_by_payment[page->waiting[i].payment].push_back(i);
  }
}

}  // namespace

absl::Status State::Load() {
  std::string bytes;
  TIEOUT_ASSIGN_OR_RETURN(const bool found, source_->Load(kMetaKey, &bytes));
  if (found) {
    if (!Unpack(bytes, &meta_))
      return base::DataLoss("the state's meta page can't be read: delete the store");
    meta_stored_ = true;
    meta_digest_ = base::EntryDigest(kMetaKey, bytes);
    std::string digest;
    TIEOUT_ASSIGN_OR_RETURN(const bool has_digest, source_->Load(kDigestKey, &digest));
    if (!has_digest || digest.size() != digest_.bytes.size()) {
      return base::DataLoss(
          "the state has no digest: delete the store, it is rebuilt from the log");
    }
    std::copy(digest.begin(), digest.end(), digest_.bytes.begin());
  }
  TIEOUT_ASSIGN_OR_RETURN(config_, configs_.Get("", source_, ++clock_));
  return absl::OkStatus();
}

void State::Freeze() {
  being_written_ = std::exchange(grown_, 0);
  looked_through_ = 0;
  ForEachTable([](auto& table) { table.Freeze(); });
  frozen_meta_ = Pack(meta_);
  frozen_ = {meta_.next_ordinal, meta_.semantics, {}};
}

// In the order of keys, that is of the kinds' prefixes.
absl::StatusOr<CheckpointData> State::WriteFrozen(PageSink* pages) {
  TIEOUT_RETURN_IF_ERROR(owners_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(configs_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(entries_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(filters_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(homes_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(items_.WriteFrozen(pages, &digest_));
  if (meta_stored_) digest_.Subtract(meta_digest_);
  meta_digest_ = base::EntryDigest(kMetaKey, frozen_meta_);
  meta_stored_ = true;
  digest_.Add(meta_digest_);
  TIEOUT_RETURN_IF_ERROR(pages->Put(kMetaKey, frozen_meta_));
  TIEOUT_RETURN_IF_ERROR(names_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(parts_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(buckets_.WriteFrozen(pages, &digest_));
  TIEOUT_RETURN_IF_ERROR(pages->Put(kDigestKey, digest_.view()));
  frozen_.digest = digest_;
  return frozen_;
}

void State::Thaw() {
  being_written_ = 0;
  looked_through_ = 0;
  ++epoch_;  // deleted pages go from memory
  ForEachTable([](auto& table) { table.Thaw(); });
}

uint64_t State::resident_bytes() const {
  return grown_ + being_written_ + owners_.bytes() + homes_.bytes() + entries_.bytes() +
         filters_.bytes() + parts_.bytes() + items_.bytes() + buckets_.bytes() + names_.bytes();
}

void State::Trim(uint64_t bytes) {
  if (resident_bytes() <= std::max(bytes, looked_through_)) return;
  ++epoch_;
  bytes -= bytes / 8;  // so that the next call need not look through all pages again
  // Older than half of all uses first, then a quarter, and so on.
  for (uint64_t keep = clock_ / 2; keep > 0 && resident_bytes() > bytes; keep /= 2) {
    const uint64_t before = clock_ - keep;
    entries_.DropUnused(before);
    filters_.DropUnused(before);
    parts_.DropUnused(before);
    items_.DropUnused(before);
    buckets_.DropUnused(before);
    homes_.DropUnused(before);
    owners_.DropUnused(before);
    names_.DropUnused(before);
  }
  // What is left is changed, until the next checkpoint.
  if (resident_bytes() > bytes) looked_through_ = resident_bytes() + bytes / 8;
}

absl::StatusOr<Cached<OwnersPage>*> State::Owners(std::string_view provider,
                                                  std::string_view merchant_account) {
  scratch_.assign(provider);
  scratch_.push_back('\x1f');
  scratch_.append(merchant_account);
  return owners_.Get(scratch_, source_, ++clock_);
}

absl::StatusOr<Cached<HomePage>*> State::Home(std::string_view home) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const cached, homes_.Get(home, source_, ++clock_));
  HomePage& page = cached->page;
  if (page.home.empty()) {
    Touch(cached);
    page.home = home;
    TIEOUT_ASSIGN_OR_RETURN(Cached<HomesPage>* const names,
                            Homes(static_cast<uint8_t>(base::HashBytes64(home))));
    Touch(names);
    names->page.homes.insert(page.home);
  }
  BuildIndex(&page);
  return cached;
}

absl::StatusOr<Cached<HomePage>*> State::FindHome(std::string_view home) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const cached, homes_.Find(home, source_, ++clock_));
  if (cached != nullptr) BuildIndex(&cached->page);
  return cached;
}

absl::StatusOr<bool> State::HasHome(std::string_view home) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomesPage>* const names,
                          Homes(static_cast<uint8_t>(base::HashBytes64(home))));
  return names->page.homes.contains(std::string(home));
}

absl::StatusOr<Cached<EntryPage>*> State::Entries(std::string_view home, PageNumber number) {
  scratch_.assign(home);
  scratch_.push_back('\x1f');
  AppendOrdered32(&scratch_, number.month);
  AppendOrdered32(&scratch_, static_cast<int32_t>(number.chunk));
  TIEOUT_ASSIGN_OR_RETURN(Cached<EntryPage>* const cached,
                          entries_.Get(scratch_, source_, ++clock_));
  if (!cached->page.index.built) cached->page.BuildIndex();
  return cached;
}

absl::StatusOr<Cached<FilterPage>*> State::Filters(std::string_view home, PageNumber number) {
  scratch_.assign(home);
  scratch_.push_back('\x1f');
  AppendOrdered32(&scratch_, number.month);
  AppendOrdered32(&scratch_, static_cast<int32_t>(number.chunk / kChunksPerFilter));
  return filters_.Get(scratch_, source_, ++clock_);
}

absl::StatusOr<Cached<FilterPartPage>*> State::FilterPart(std::string_view home, uint32_t number) {
  scratch_.assign(home);
  scratch_.push_back('\x1f');
  AppendOrdered32(&scratch_, static_cast<int32_t>(number));
  return parts_.Get(scratch_, source_, ++clock_);
}

absl::StatusOr<Cached<ItemsPage>*> State::Items(std::string_view home, const PayoutState& payout,
                                                std::string_view currency) {
  scratch_.assign(home);
  scratch_.push_back('\x1f');
  scratch_.append(payout.entry);
  scratch_.push_back('\x1f');
  scratch_.append(currency);
  return items_.Get(scratch_, source_, ++clock_);
}

absl::StatusOr<Cached<BucketPage>*> State::Bucket(uint64_t bucket) {
  scratch_.clear();
  AppendOrdered64(&scratch_, bucket);
  return buckets_.Get(scratch_, source_, ++clock_);
}

absl::StatusOr<Cached<HomesPage>*> State::Homes(uint8_t first_byte) {
  const std::string name(1, static_cast<char>(first_byte));
  return names_.Get(name, source_, ++clock_);
}

uint64_t PayoutKey(std::string_view entry, std::string_view currency) {
  return base::HashBytes64(entry) ^ (base::HashBytes64(currency) << 1);
}

uint32_t FindPayout(const HomePage& home, std::string_view entry, std::string_view currency) {
  const uint64_t key = PayoutKey(entry, currency);
  return home.index.payouts.Find(key, home.payouts.size(), [&](uint32_t i) {
    const PayoutState& p = home.payouts[i];
    return p.key == key && p.entry == entry && home.accounts[p.account].currency == currency;
  });
}

void IndexPayout(HomePage* home, uint32_t payout) {
  const std::vector<PayoutState>& payouts = home->payouts;
  home->index.payouts.Add(
      payout, [&](uint32_t i) { return payouts[i].key; },
      [&](uint32_t a, uint32_t b) {
        return payouts[a].entry == payouts[b].entry &&
               home->accounts[payouts[a].account].currency ==
                   home->accounts[payouts[b].account].currency;
      });
}

DeclaredAccount* FindDeclared(HomePage& home, const ledger::AccountRef& account) {
  const auto found =
      std::find_if(home.declared.begin(), home.declared.end(), [&](const DeclaredAccount& d) {
        return d.merchant_account == account.merchant_account && d.provider == account.provider;
      });
  return found == home.declared.end() ? nullptr : &*found;
}

const Tenure* FindTenure(HomePage& home, const ledger::AccountRef& account, Day day) {
  const DeclaredAccount* const declared = FindDeclared(home, account);
  if (declared == nullptr) return nullptr;
  const auto found = std::find_if(declared->tenures.begin(), declared->tenures.end(),
                                  [&](const Tenure& t) { return day >= t.from && day < t.until; });
  return found == declared->tenures.end() ? nullptr : &*found;
}

uint32_t FindAccount(const HomePage& home, const ledger::AccountRef& account) {
  for (uint32_t i = 0; i < home.accounts.size(); ++i) {
    const AccountState& a = home.accounts[i];
    if (a.currency == account.currency && a.merchant_account == account.merchant_account &&
        a.provider == account.provider) {
      return i;
    }
  }
  return kNone;
}

uint32_t AccountIndex(HomePage& home, const ledger::AccountRef& account) {
  if (const uint32_t known = FindAccount(home, account); known != kNone) return known;
  AccountState& added = home.accounts.emplace_back();
  added.provider = account.provider;
  added.merchant_account = account.merchant_account;
  added.currency = account.currency;
  return static_cast<uint32_t>(home.accounts.size() - 1);
}

void Post(AccountState& account, Bucket from, Bucket to, WideMinor amount) {
  account.balance[static_cast<size_t>(from)] -= amount;
  account.balance[static_cast<size_t>(to)] += amount;
}

namespace {

uint64_t BucketOf(const Due& due) {
  return static_cast<uint64_t>(std::max<int64_t>(due.deadline_us, 0) / kBucketMicros);
}

Due SettlingFrom(int64_t seen_log_us, Due due) {
  due.deadline_us = std::max(due.business_us, seen_log_us + kSettlingMicros);
  return due;
}

}  // namespace

absl::Status Schedule(Turn& turn, DueKind kind, uint64_t id, int32_t day, int64_t business_us,
                      bool settles) {
  const int64_t now = turn.state.log_us();
  const int64_t deadline =
      settles ? std::max(business_us, now + kSettlingMicros) : std::max(business_us, now);
  return ScheduleAt(turn, Due{deadline, business_us, kind, id, day});
}

absl::Status ScheduleAnew(Turn& turn, int64_t* settles_us, DueKind kind, uint64_t id, int32_t day,
                          int64_t business_us) {
  *settles_us = turn.state.log_us() + kSettlingMicros;
  return Schedule(turn, kind, id, day, business_us);
}

absl::Status ScheduleAsOf(Turn& turn, int64_t seen_log_us, Due due) {
  return ScheduleAt(turn, SettlingFrom(seen_log_us, due));
}

absl::Status CancelAsOf(Turn& turn, int64_t seen_log_us, Due due) {
  due = SettlingFrom(seen_log_us, due);
  return turn.home().due.erase(due) == 0 ? absl::OkStatus() : LeaveBucket(turn, BucketOf(due));
}

absl::Status LeaveBucket(Turn& turn, uint64_t bucket) {
  const auto [first, last] = DueInBucket(turn.cached.page, bucket);
  if (first != last) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(Cached<BucketPage>* const page, turn.state.Bucket(bucket));
  Touch(page);
  page->page.homes.erase(turn.cached.page.home);
  if (page->page.homes.empty()) turn.state.meta().due_buckets.erase(bucket);
  return absl::OkStatus();
}

// Deadlines before 1970 stand in the first.
std::pair<DueItems::const_iterator, DueItems::const_iterator> DueInBucket(const HomePage& home,
                                                                          uint64_t bucket) {
  const auto begins = [](uint64_t b) {
    return Due{b == 0 ? INT64_MIN : static_cast<int64_t>(b) * kBucketMicros, INT64_MIN};
  };
  return {home.due.lower_bound(begins(bucket)), home.due.lower_bound(begins(bucket + 1))};
}

absl::Status ScheduleAt(Turn& turn, const Due& due) {
  HomePage& home = turn.home();
  if (!home.due.insert(due).second) return absl::OkStatus();
  const uint64_t bucket = BucketOf(due);
  TIEOUT_ASSIGN_OR_RETURN(Cached<BucketPage>* const page, turn.state.Bucket(bucket));
  if (!page->page.homes.contains(home.home)) {
    Touch(page);
    page->page.homes.insert(home.home);
  }
  turn.state.meta().due_buckets.insert(bucket);
  return absl::OkStatus();
}

}  // namespace tieout::matching
