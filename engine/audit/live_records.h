// Which refunds and chargebacks the live records tie to their sale. Read by generated protobuf
// code; a bit an entry.
//
//   for each record: live.Supersede(bytes);   // first all of them
//   for each record: live.Add(bytes);         // then again
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

namespace tieout::audit {

class LiveRecords {
 public:
  explicit LiveRecords(int partition) : partition_(static_cast<uint32_t>(partition)) {}

  void Supersede(std::string_view record);
  void Add(std::string_view record);

  // The refund or chargeback at an ordinal is tied to its sale.
  bool IsTied(uint64_t ordinal) const { return ordinal < tied_.size() && tied_[ordinal]; }

 private:
  const uint32_t partition_;
  std::unordered_set<std::string> dead_;  // ids of what was superseded
  std::vector<bool> tied_;                // by ordinal
};

}  // namespace tieout::audit
