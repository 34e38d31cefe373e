// The memory of ids: whether an event is known already.
#pragma once

#include <string>

#include "tests/oracle/facts.h"

namespace tieout::oracle {

struct Recollection {
  enum class Kind { kNew, kDuplicate, kConflict, kUnclear };
  Kind kind = Kind::kNew;
  std::string event_id;         // kNew: the id to apply it under
  const Fact* first = nullptr;  // else what it was compared with
};

// A known row may learn its balance from the event.
Recollection Recall(Facts* facts, const Event& event);

}  // namespace tieout::oracle
