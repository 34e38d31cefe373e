// Runs of a slot, for comparison.
#pragma once

#include <memory>
#include <random>
#include <string>

#include "engine/log/log.h"
#include "engine/runtime/slot_runner.h"
#include "engine/store/store.h"
#include "tests/engine/runtime/support/outcome.h"

namespace tieout::runtime {

// All partitions are held and folded to the end of the log.
bool AtEnd(log::EventLog* log, const SlotRunner& runner);

// Folds the events of the log in `script` (which stays as it is) in one go, on an embedded log and
// a store in memory. An error fails the test.
Outcome RunUninterrupted(const std::string& script);

// Small bounds, so that every path is taken in a short run.
SlotRunner::Options RandomOptions(std::mt19937_64* random);

std::unique_ptr<store::StateStore> SmallRocks(const std::string& directory);

// Runs a slot that fails on purpose, stops it after a random number of steps without a commit (what
// a crash leaves of it), and starts it again, until everything is folded and in the store. Returns
// what the runs counted together.
struct Interrupted {
  uint64_t muted = 0, forced_checkpoints = 0;
  int faults = 0, restarts = 0;
};
Interrupted RunInterrupted(log::EventLog* log, store::StateStore* states, uint64_t seed);

}  // namespace tieout::runtime
