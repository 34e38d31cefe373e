// The filter over all ids of a home: what it excludes was never seen. A small home's stands in its
// page; what goes beyond stands in pages of their own, of which only the last changes.
//
//   HomeFilter filter(turn);
//   TIEOUT_ASSIGN_OR_RETURN(const bool may_hold, filter.MayHold(id));
//
// Thread safety: none.
#pragma once

#include "engine/matching/turn.h"

namespace tieout::matching {

class HomeFilter {
 public:
  explicit HomeFilter(Turn& turn) : turn_(turn) {}

  absl::StatusOr<bool> MayHold(const Hash128& id);
  absl::Status Insert(const Hash128& id, int32_t generation);
  // Forgets the ids of generations before this one.
  absl::Status DropBefore(int32_t generation);

 private:
  using Parts = std::vector<Cached<FilterPartPage>*>;
  absl::StatusOr<Parts*> Load();
  absl::Status AddPart(int32_t generation, Parts* parts);

  Turn& turn_;
};

}  // namespace tieout::matching
