// A store that is read, and one that takes what is written: for who may change nothing but folds
// on, further than memory reaches. Nobody else sees what was written; it isn't missed when lost.
//
//   auto overlay = NewOverlayStore(states.get(), make_scratch);
//
// Beneath, a page is written as a byte that says whether it is there, and the page.
// Thread safety: as StateStore.
#pragma once

#include <functional>
#include <memory>

#include "engine/base/status.h"
#include "engine/store/store.h"

namespace tieout::store {

// `base` outlives it and is never written. `make_scratch` is called at the first Write, if any.
using MakeStore = std::function<absl::StatusOr<std::unique_ptr<StateStore>>()>;
std::unique_ptr<StateStore> NewOverlayStore(StateStore* base, MakeStore make_scratch);

}  // namespace tieout::store
