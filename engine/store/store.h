// Where a fold's state survives a restart: a cache of a prefix of the log, one page store a
// partition. Losing it loses nothing but the time to fold again.
//
//   TIEOUT_ASSIGN_OR_RETURN(auto pages, states->Open(partition));
//   if (pages->meta()) TIEOUT_RETURN_IF_ERROR(CheckMeta(*pages->meta(), expected, ...));
//   TIEOUT_ASSIGN_OR_RETURN(auto fold, matching::Fold::Open(partition, pages.get()));
//   ...
//   TIEOUT_ASSIGN_OR_RETURN(auto checkpoint, fold->WriteFrozen(pages.get()));
//   TIEOUT_RETURN_IF_ERROR(pages->Commit(meta));
//
// Two implementations behave alike (a property test holds them equal): memory, which lives as long
// as its StateStore, and RocksDB (rocks_store.h).
// Thread safety: a StateStore from several threads, a PartitionStore from one, but for Put and
// Commit, which may run on another beside Load (not over an overlay).
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/matching/fold.h"

namespace tieout::store {

// What the pages are the state of: everything before `next_position` of one partition of one log.
struct Meta {
  std::string log_id;
  int partition = 0;
  int64_t next_position = 0;
  uint64_t next_ordinal = 0;
  uint32_t semantics = 0;
  base::Digest digest;
  friend bool operator==(const Meta&, const Meta&) = default;
};

struct PageWrite {
  std::string key;
  std::string value;  // empty: delete the page
};

class PartitionStore : public matching::PageSource, public matching::PageSink {
 public:
  // As of the last Commit, or nullopt: there was none.
  virtual const std::optional<Meta>& meta() const = 0;
  // What was Put since the last Commit: all of it or nothing, durable when it returns OK. Until
  // then Load and Scan don't show it. After an error of either the store must be opened anew.
  virtual absl::Status Commit(const Meta& meta) = 0;
  // Both, of pages in ascending order of keys.
  absl::Status Write(const Meta& meta, std::span<const PageWrite> pages);
  // Every page in ascending order of keys. The views are valid during the call.
  virtual absl::Status Scan(
      const std::function<absl::Status(std::string_view key, std::string_view value)>& visit) = 0;
};

class StateStore {
 public:
  virtual ~StateStore() = default;
  // kFailedPrecondition: somebody holds it. The StateStore must outlive what it opened.
  virtual absl::StatusOr<std::unique_ptr<PartitionStore>> Open(int partition) = 0;
  // For messages: the folder a person would remove.
  virtual std::string Place(int partition) const = 0;
};

std::unique_ptr<StateStore> NewMemoryStore();

// What a store must agree with before it is folded on.
struct Expected {
  std::string log_id;
  int partition = 0;
  int64_t committed_position = 0;  // C
  uint32_t newest_semantics = 0;   // this build knows
};
// kFailedPrecondition with the way out: the store is of another log or partition, of a newer
// semantics number, or ahead of what the log says was committed.
absl::Status CheckMeta(const Meta& meta, const Expected& expected, std::string_view place);

// Meta's bytes:
//   format:u8=1 partition:u32 next_position:i64 next_ordinal:u64 semantics:u32 digest:32
//   log_id:rest
// Integers little endian.
std::string EncodeMeta(const Meta& meta);
absl::StatusOr<Meta> DecodeMeta(std::string_view bytes);

}  // namespace tieout::store
