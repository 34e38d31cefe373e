#include "tests/properties/harness.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/properties/shrink.h"

namespace tieout::properties {

uint64_t first_seed = 1;
uint64_t seeds = 4;

oracle::Answer Apply(const Entry& entry, oracle::Subject* subject) {
  return entry.kind == Entry::Kind::kPoison ? subject->ApplyPoison(entry.key, entry.value)
                                            : subject->Apply(entry.key, entry.value);
}

std::string Describe(oracle::Answer answer) {
  std::sort(answer.records.begin(), answer.records.end());
  std::string text;
  for (const oracle::Said& said : answer.records) text += "  " + Describe(said) + "\n";
  for (const std::string& reason : answer.dead_letters) text += "  dead letter " + reason + "\n";
  return text.empty() ? "  nothing\n" : text;
}

void HoldsForAll(const Taste& taste, const Property& property, uint64_t share) {
  const uint64_t count = std::max<uint64_t>(1, seeds / share);
  for (uint64_t seed = first_seed; seed < first_seed + count; ++seed) {
    const Log log = RandomLog(seed, taste);
    if (property(log, seed).empty()) continue;
    const Log small = Shrink(log, [&](const Log& l) { return !property(l, seed).empty(); });
    FAIL() << "seed " << seed << ", " << small.size() << " of " << log.size()
           << " entries are enough:\n"
           << Describe(small) << property(small, seed);
  }
}

}  // namespace tieout::properties
