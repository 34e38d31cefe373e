// The fold: state × event -> state', records. One Fold per partition.
//
// Pure: no I/O, clock, randomness, threads, inexact numbers, or iteration in hash order. The same
// events in the same order give the same records and the same digest, whatever the batches,
// checkpoints and restarts. State is pages, keyed and valued by bytes, loaded on demand through
// PageSource and handed out dirty at a checkpoint; the fold never knows where they live.
//
//   auto fold = Fold::Open(partition, &pages).value();
//   for (entry : log) { out.Clear(); fold->Apply(entry.key, event, &out); ... }
//   fold->Freeze();
//   CheckpointData data = fold->WriteFrozen(&sink).value();   // commit them with the position
//   fold->Thaw();
//
// Errors from Apply: kFailedPrecondition: a semantics number this build doesn't know, stop;
// anything else: the store failed, stop. What is wrong with an event itself is never an error of
// Apply but a dead letter or record in `out`.
// Thread safety: one thread at a time, but for WriteFrozen, which may run beside Apply and the
// rest on another.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::matching {

class PageSource {
 public:
  virtual ~PageSource() = default;
  // false: no such page.
  virtual absl::StatusOr<bool> Load(std::string_view key, std::string* value) = 0;
};

class PageSink {
 public:
  virtual ~PageSink() = default;
  // Keys ascend; an empty value deletes the page. The views are valid during the call.
  virtual absl::Status Put(std::string_view key, std::string_view value) = 0;
};

struct CheckpointData {
  uint64_t next_ordinal = 0;
  uint32_t semantics = 0;
  base::Digest digest;  // of the whole state
};

// Counts since the last Clear(), for metrics; never part of state or records.
struct Counters {
  std::array<uint64_t, ledger::kKindCount> events{};
  uint64_t duplicates = 0;
  uint64_t other_days_asked = 0;  // the memory of ids had to look beyond the event's day
};

struct Output {
  std::vector<ledger::Record> records;
  std::vector<ledger::DeadLetter> dead_letters;
  Counters counters;
  void Clear() {
    records.clear();
    dead_letters.clear();
    counters = {};
  }
};

struct FoldStats {
  uint64_t next_ordinal = 0;
  uint64_t tick = 0;            // log time, units of 10 s
  uint64_t resident_bytes = 0;  // estimate: pages in memory
  uint64_t dirty_bytes = 0;
};

class Fold {
 public:
  // Reads the partition's meta page from `pages` (not owned, must outlive the fold).
  static absl::StatusOr<std::unique_ptr<Fold>> Open(int partition, PageSource* pages);
  virtual ~Fold() = default;

  // `key` is the entry's key in the log, the event's home.
  virtual absl::Status Apply(std::string_view key, const ledger::Event& event, Output* out) = 0;
  // An entry that codec could not decode: takes its ordinal, becomes a dead letter.
  virtual absl::Status ApplyPoison(std::string_view key, std::string_view value,
                                   std::string_view error, Output* out) = 0;

  // A checkpoint in three steps, so that the fold need not stand still: Freeze says that the pages
  // changed since the last one are to be written as they stand; WriteFrozen hands them out one by
  // one, on any thread, while Apply goes on; Thaw, once the page source shows them. After an error
  // the fold is no longer usable.
  virtual void Freeze() = 0;
  virtual absl::StatusOr<CheckpointData> WriteFrozen(PageSink* pages) = 0;
  virtual void Thaw() = 0;
  // Drops clean pages until about `bytes` stay resident.
  virtual void Trim(uint64_t bytes) = 0;

  virtual FoldStats stats() const = 0;
  // Homes with any state, ascending.
  virtual absl::StatusOr<std::vector<std::string>> Homes() = 0;
  virtual absl::StatusOr<ledger::SellerProjection> Project(std::string_view home) = 0;
};

// The rules and calendars every log begins with, as events to append after `log` and the first
// tick. The ids are "builtin/...".
std::vector<ledger::Event> BuiltinConfiguration();

// "unassigned/<provider>/<merchant account>": the home of what no declared account owns.
std::string UnassignedHome(const ledger::AccountRef& account);

// The home of an event, the log's key: the owner's seller id, or "unassigned/<account>". Publishers
// call it with the accounts the log has declared; the fold calls it to refuse a foreign key.
class AccountDirectory {
 public:
  void Declare(const ledger::AccountRef& account, const ledger::AccountOpened& opened);
  // Empty: the account is unknown.
  std::string_view OwnerOn(const ledger::AccountRef& account, base::Day day) const;
  std::string HomeOf(const ledger::Event& event) const;
  // The provider's accounts, ascending.
  std::vector<std::string> Of(std::string_view provider) const;

 private:
  struct Ownership {
    base::Day from;
    std::string owner;
  };
  // Ascending by (provider, merchant account); few hundred thousand at most.
  std::vector<std::pair<std::string, std::vector<Ownership>>> accounts_;
};

}  // namespace tieout::matching
