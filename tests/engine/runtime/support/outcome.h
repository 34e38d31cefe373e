// What a run leaves behind, to be compared byte by byte.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/log/log.h"
#include "engine/store/store.h"

namespace tieout::runtime {

struct Outcome {
  std::map<int, std::vector<std::string>> records, dead_letters;  // by partition
  std::map<int, std::string> digests;                             // of the stores
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

std::vector<std::string> ReadAll(log::EventLog* log, log::Stream stream, int partition);
Outcome OutcomeOf(log::EventLog* log, store::StateStore* states);
// Empty: the same. Else where they first differ, for a person.
std::string FirstDifference(const Outcome& expected, const Outcome& actual);

}  // namespace tieout::runtime
