// How properties are tried on random logs.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "tests/oracle/subject.h"
#include "tests/properties/random_log.h"

namespace tieout::properties {

// Of the command line: --seed=N --count=N.
extern uint64_t first_seed, seeds;

oracle::Answer Apply(const Entry& entry, oracle::Subject* subject);
std::string Describe(oracle::Answer answer);

// Says what is wrong with a log; empty: nothing. The seed is the log's, for further chance.
using Property = std::function<std::string(const Log& log, uint64_t seed)>;

// Fails with the seed and a small log. `share`: a property that costs more is tried on a part.
void HoldsForAll(const Taste& taste, const Property& property, uint64_t share = 1);

}  // namespace tieout::properties
