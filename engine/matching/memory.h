// The memory of ids: has this fact been folded before? Every event_id of a home is kept, in pages
// by day of occurred_at; streams come nearly in order, so today's page is hot. A filter over all
// ids of the home spares the other days unless it says maybe.
#pragma once

#include <string>

#include "engine/matching/turn.h"

namespace tieout::matching {

enum class Sighting : uint8_t {
  kNew,
  kSame,      // same id and content: no effect
  kConflict,  // same id, other content
  kUnclear,   // a row without an id that may be the same or another
};

struct Found {
  Cached<DayPage>* page = nullptr;
  uint32_t index = 0;
  base::Day day{};  // the page's, where it was searched for
  const Entry& entry() const { return page->page.entries[index]; }
};

class Memory {
 public:
  explicit Memory(Turn& turn) : turn_(turn) {}

  // What the event is; for all but kNew `first` is where it was seen. A row that is another of
  // equal looks comes back kNew with the id of its copy in `id`.
  absl::StatusOr<Sighting> Recall(const ledger::Event& event, uint64_t content, Hash128* id,
                                  Found* first);
  // Keeps it, in the page of its day. The entry is the caller's to complete before the next call.
  absl::StatusOr<Found> Keep(const ledger::Event& event, const Hash128& id, uint64_t content,
                             uint64_t ordinal);

  // A payment's stub, wherever its day. page == nullptr: none.
  absl::StatusOr<Found> FindPayment(uint64_t payment, base::Day hint);
  absl::Status KeepPayment(Cached<DayPage>* page, Payment payment);

 private:
  absl::StatusOr<Found> Find(const Hash128& id, base::Day hint);
  // Pages of the home's days but the hint, newest first.
  template <typename Match>
  absl::StatusOr<Found> Search(base::Day hint, const Match& match);
  absl::StatusOr<Cached<DayPage>*> PageOf(const ledger::Event& event, uint64_t entry);
  absl::Status GatherAmendments(Cached<DayPage>* page, base::Day day, uint64_t entry);
  Sighting Compare(const ledger::Event& event, const Entry& first) const;

  Turn& turn_;
};

// The home's number for a source, made when missing.
uint32_t SourceIndex(HomePage& home, std::string_view sha256);
uint64_t PaymentHash(const ledger::AccountRef& account, std::string_view payment_id);

}  // namespace tieout::matching
