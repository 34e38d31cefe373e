// Rows of a scenario that are events.
#pragma once

#include <deque>
#include <map>
#include <string>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "tests/scenarios/reader/words.h"

namespace tieout::scenarios {

// Short names of rows -> event ids: "c1/fee", and "c1" for the first row of that name.
using Names = std::map<std::string, std::string, std::less<>>;

class RowReader {
 public:
  // The event's views point into `words` and this reader.
  absl::StatusOr<ledger::Event> Read(const Words& words);
  const Names& names() const { return names_; }

 private:
  absl::Status ReadConfiguration(const Words& words, ledger::Event* event);
  absl::Status ReadStart(const Words& words, ledger::Event* event);
  absl::Status ReadFact(const Words& words, ledger::Event* event);
  absl::Status ReadAmendment(const Words& words, ledger::Event* event);
  absl::Status ReadReport(const Words& words, ledger::Event* event);
  absl::Status ReadRowIdentity(const Words& words, ledger::Event* event);
  std::string_view Keep(std::string text) { return kept_.emplace_back(std::move(text)); }

  Names names_;
  std::deque<std::string> kept_;
  int unnamed_ = 0, reports_ = 0;
};

}  // namespace tieout::scenarios
