// The memory of ids: has this fact been folded before? Every event_id of a home is kept, in pages
// by 32 days of occurred_at, more of them where there are many; streams come nearly in order, so
// the last page is hot. A filter over all ids of the home spares the other pages unless it says
// maybe; then each page's own says whether to load it.
//
// What has one entry (an amendment and its items, a row's gross and fee) stands in one page, that
// of the entry's first item: one page tells an entry's whole story.
#pragma once

#include <string>

#include "engine/matching/turn.h"

namespace tieout::matching {

inline constexpr int32_t kLookbackDays = 800;  // of log time; older facts are not folded

enum class Sighting : uint8_t {
  kNew,
  kSame,      // same id and content: no effect
  kConflict,  // same id, other content
  kUnclear,   // a row without an id that may be the same or another
};

// An entry or a payment of a page.
struct Found {
  Cached<EntryPage>* page = nullptr;
  uint32_t index = 0;
  uint32_t row = 0;  // of a row without an id: its ordinal
  const Entry& entry() const { return page->page.entries[index]; }
  Payment& payment() const { return page->page.payments[index]; }
};

class Memory {
 public:
  explicit Memory(Turn& turn) : turn_(turn) {}

  // What the event is; for all but kNew `first` is where it was seen. A row without an id that is
  // another than all that look like it comes back kNew, `first->row` is the ordinal that is free,
  // and `id` that one's.
  absl::StatusOr<Sighting> Recall(const ledger::Event& event, uint64_t content, Hash128* id,
                                  Found* first);
  // Keeps it.
  absl::StatusOr<Found> Keep(const ledger::Event& event, const Hash128& id, uint64_t content,
                             uint64_t ordinal, uint32_t account);

  // A payment's stub, wherever its day. page == nullptr: none.
  absl::StatusOr<Found> FindPayment(uint64_t payment, base::Day hint);
  absl::Status KeepPayment(Cached<EntryPage>* page, Payment payment);

 private:
  // The page that the next entry of the day's month goes to; nullptr: none yet.
  absl::StatusOr<Cached<EntryPage>*> LastOf(base::Day day) const;
  // What `match` finds (an index, or kNone) in the last page of the hinted month, else in any that
  // may hold the key. page == nullptr: nothing.
  template <typename Match>
  absl::StatusOr<Found> FindBy(const Hash128& key, base::Day hint, const Match& match);
  absl::StatusOr<Found> Find(const Hash128& id, base::Day hint);
  // The same in all pages but one, newest first.
  template <typename Match>
  absl::StatusOr<Found> Search(const Hash128& key, const Cached<EntryPage>* but,
                               const Match& match);
  absl::StatusOr<Cached<EntryPage>*> PlaceOf(const ledger::Event& event, uint64_t entry);
  absl::StatusOr<Cached<EntryPage>*> Open(PageNumber number);
  absl::Status Close();
  absl::Status Forget();
  absl::Status Remember(const Hash128& key, const Cached<EntryPage>* page);
  absl::Status GatherAmendments(Cached<EntryPage>* page, uint64_t entry);
  absl::StatusOr<Sighting> RecallRow(const ledger::Event& event, uint64_t content, Hash128* id,
                                     Found* first);
  absl::Status ReadLook(const ledger::Event& event, Look* look);

  Turn& turn_;
};

// The home's number for a source as far as it speaks of the account, made when missing.
uint32_t SourceIndex(HomePage& home, std::string_view sha256, uint32_t account);
uint64_t PaymentHash(const ledger::AccountRef& account, std::string_view payment_id);

}  // namespace tieout::matching
