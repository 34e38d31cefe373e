// One turn of the fold: an event, or one home's share of a tick. It carries what every level needs
// to read and change state and to speak.
#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "engine/base/day.h"
#include "engine/matching/pages.h"
#include "engine/matching/state.h"

namespace tieout::matching {

// The pages of a partition.
class State {
 public:
  explicit State(PageSource* source) : source_(source) {}

  absl::Status Load();
  // See Fold. Between Freeze and Thaw, WriteFrozen on any thread.
  void Freeze();
  absl::StatusOr<CheckpointData> WriteFrozen(PageSink* pages);
  void Thaw();
  void Trim(uint64_t bytes);
  uint64_t resident_bytes() const;
  // Grown since the last checkpoint, by the callers' estimates.
  uint64_t dirty_bytes() const { return grown_; }
  void Grow(uint64_t bytes) { grown_ += bytes; }

  MetaPage& meta() { return meta_; }
  const MetaPage& meta() const { return meta_; }
  const ConfigPage& config() const { return config_->page; }
  ConfigPage& mutable_config() {
    Touch(config_);
    return config_->page;
  }
  int64_t log_us() const { return static_cast<int64_t>(meta_.tick) * ledger::kTickMicros; }
  base::Day log_day() const { return base::DayOf(log_us()); }

  absl::StatusOr<Cached<OwnersPage>*> Owners(std::string_view provider,
                                             std::string_view merchant_account);
  absl::StatusOr<Cached<HomePage>*> Home(std::string_view home);
  // The same where the home has state; else nullptr.
  absl::StatusOr<Cached<HomePage>*> FindHome(std::string_view home);
  absl::StatusOr<Cached<EntryPage>*> Entries(std::string_view home, PageNumber number);
  absl::StatusOr<Cached<FilterPage>*> Filters(std::string_view home, PageNumber number);
  absl::StatusOr<Cached<FilterPartPage>*> FilterPart(std::string_view home, uint32_t number);
  absl::StatusOr<Cached<ItemsPage>*> Items(std::string_view home, const PayoutState& payout,
                                           std::string_view currency);
  // Pages handed out stay where they are until this changes.
  uint64_t epoch() const { return epoch_; }
  // Marks a page as used now, which Trim goes by.
  template <typename Page>
  void Use(Cached<Page>* page) {
    page->used = ++clock_;
  }
  absl::StatusOr<Cached<BucketPage>*> Bucket(uint64_t bucket);
  absl::StatusOr<Cached<HomesPage>*> Homes(uint8_t first_byte);
  // Whether the home has any state, without making it.
  absl::StatusOr<bool> HasHome(std::string_view home);

 private:
  template <typename Visit>
  void ForEachTable(const Visit& visit) {
    visit(configs_), visit(owners_), visit(homes_), visit(entries_), visit(filters_);
    visit(parts_), visit(items_), visit(buckets_), visit(names_);
  }

  PageSource* source_;
  uint64_t clock_ = 0;  // counts page uses, for Trim
  uint64_t epoch_ = 1;
  uint64_t grown_ = 0;
  uint64_t being_written_ = 0;   // of it, frozen
  uint64_t looked_through_ = 0;  // Trim finds nothing below so many bytes; 0: not known
  MetaPage meta_;
  std::string frozen_meta_;
  CheckpointData frozen_;
  bool meta_stored_ = false;
  base::Digest meta_digest_;
  base::Digest digest_;  // of all stored pages but "z"
  Cached<ConfigPage>* config_ = nullptr;
  PageTable<ConfigPage> configs_{'c'};
  PageTable<OwnersPage> owners_{'a'};
  PageTable<HomePage> homes_{'h'};
  PageTable<EntryPage> entries_{'e'};
  PageTable<FilterPage> filters_{'f'};
  PageTable<FilterPartPage> parts_{'p'};
  PageTable<ItemsPage> items_{'i'};
  PageTable<BucketPage> buckets_{'t'};
  PageTable<HomesPage> names_{'n'};
  std::string scratch_;
};

struct Turn {
  State& state;
  Cached<HomePage>& cached;
  Output* out;
  ledger::Position position;   // of the event that caused it
  std::string_view caused_by;  // its event_id
  bool settled = false;        // a settled tick: nothing more is on its way

  HomePage& home() {
    Touch(&cached);
    return cached.page;
  }
  HotPages& hot() {
    HotPages& hot = cached.page.index.hot;
    if (hot.epoch != state.epoch()) {
      hot = HotPages{};
      hot.epoch = state.epoch();
    }
    return hot;
  }
  const RuleState& rule(uint32_t index) const { return state.config().rules[index]; }
};

// The account as declared for this home; nullptr: it never was.
DeclaredAccount* FindDeclared(HomePage& home, const ledger::AccountRef& account);
// The home's ownership of the account on that day; nullptr: none.
const Tenure* FindTenure(HomePage& home, const ledger::AccountRef& account, Day day);
// The home's account for (provider, merchant account, currency); kNone: missing.
uint32_t FindAccount(const HomePage& home, const ledger::AccountRef& account);
// The same, made when missing.
uint32_t AccountIndex(HomePage& home, const ledger::AccountRef& account);
// The home's payout of this entry and currency; kNone: none.
uint32_t FindPayout(const HomePage& home, std::string_view entry, std::string_view currency);
// PayoutState::key, and the index after a payout was appended.
uint64_t PayoutKey(std::string_view entry, std::string_view currency);
void IndexPayout(HomePage* home, uint32_t payout);
// Double entry: `from` loses, `to` gains.
void Post(AccountState& account, Bucket from, Bucket to, WideMinor amount);

// Something to judge at a tick: not before `business_us`, nor, unless a tick is settled, before ten
// minutes of log time from now.
inline constexpr int64_t kSettlingMicros = 600 * base::kMicrosPerSecond;
inline constexpr int64_t kBucketMicros = 600 * base::kMicrosPerSecond;
absl::Status Schedule(Turn& turn, DueKind kind, uint64_t id, int32_t day, int64_t business_us,
                      bool settles = true);
absl::Status ScheduleAt(Turn& turn, const Due& due);
// The deadline that it opened with: settling began when it came, not now.
absl::Status ScheduleAsOf(Turn& turn, int64_t seen_log_us, Due due);
// What was scheduled so is no longer to be judged: a tick needn't visit the home for it.
absl::Status CancelAsOf(Turn& turn, int64_t seen_log_us, Due due);
// The home is not looked at for the bucket when nothing of it stands there any more.
absl::Status LeaveBucket(Turn& turn, uint64_t bucket);
// The home's due items of one ten-minute bucket.
std::pair<DueItems::const_iterator, DueItems::const_iterator> DueInBucket(const HomePage& home,
                                                                          uint64_t bucket);
// The same, and settling begins anew: the subject keeps in `settles_us` when its last change will
// have settled. A due item of an earlier change finds HasSettled false and leaves it to the last.
absl::Status ScheduleAnew(Turn& turn, int64_t* settles_us, DueKind kind, uint64_t id, int32_t day,
                          int64_t business_us);
inline bool HasSettled(const Turn& turn, int64_t settles_us) {
  const bool ended_by_tick = settles_us - kSettlingMicros < turn.state.meta().settled_us;
  return turn.settled || ended_by_tick || settles_us <= turn.state.log_us();
}

}  // namespace tieout::matching
