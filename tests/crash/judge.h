// What must hold at the end of a crash run, whatever happened in between.
#pragma once

#include <string>

#include "engine/log/log.h"
#include "engine/store/store.h"
#include "tests/engine/runtime/support/outcome.h"

namespace tieout::crash {

// The outputs and the store's digests are those of `expected`, an uninterrupted fold of the same
// events; and `tieout verify` finds nothing. Empty: so it is. Else what differs, for a person.
std::string Judge(const runtime::Outcome& expected, log::EventLog* log, store::StateStore* states);

}  // namespace tieout::crash
