// A map that may grow beyond memory: what came last is held, the rest goes to a store that is
// thrown away. Keys are kept as 128-bit hashes.
//
//   ScratchMap seen(store.get(), 200'000);
//   TIEOUT_ASSIGN_OR_RETURN(std::string before, seen.Get(id));
//   if (before.empty()) TIEOUT_RETURN_IF_ERROR(seen.Put(id, "1"));
//
// Thread safety: none.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/container/flat_hash_map.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/store/store.h"

namespace tieout::audit {

class ScratchMap {
 public:
  // `spilled` is empty, the map's own, and outlives it.
  ScratchMap(store::PartitionStore* spilled, size_t held_at_most)
      : spilled_(spilled), held_at_most_(held_at_most) {}

  // Empty: there is none. Errors: the store's.
  absl::StatusOr<std::string> Get(std::string_view key);
  // `value` isn't empty.
  absl::Status Put(std::string_view key, std::string value);

 private:
  absl::Status Spill();

  store::PartitionStore* const spilled_;
  const size_t held_at_most_;
  absl::flat_hash_map<base::Hash128, std::string> held_;
};

}  // namespace tieout::audit
