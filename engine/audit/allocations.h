// What the records stream says is matched now: allocations of the live records of level bank, and
// the rests that a match accepted within its tolerance, read by generated protobuf code.
// Thread safety: none.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/audit/observed.h"

namespace tieout::audit {

class Allocations {
 public:
  absl::Status Add(std::string_view record);

  // Sums over live records' deposits, or payouts: what they allocate, what they accepted as a rest.
  std::map<HomeKey, Sums> allocated(bool of_deposits) const;
  std::map<HomeKey, Sums> accepted(bool of_deposits) const;
  // One line for each payout or deposit that live records allocate more of than there is.
  std::vector<std::string> Exceeded() const;
  // Ordinals of events that a record says were not applied.
  const std::set<uint64_t>& refused() const { return refused_; }

 private:
  struct Part {
    std::string event_id;
    bool is_deposit = false;
    ledger::Minor amount = 0;
    ledger::Minor allocated = 0;
    ledger::Minor accepted = 0;
  };
  struct Live {
    HomeKey home;
    std::vector<Part> parts;
  };
  std::map<HomeKey, Sums> SumOf(bool of_deposits, ledger::Minor Part::*field) const;

  std::unordered_map<std::string, Live> live_;  // by record id
  std::set<uint64_t> refused_;
};

}  // namespace tieout::audit
