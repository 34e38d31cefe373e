// Which refunds and chargebacks the live records tie to their sale. Read by generated protobuf
// code. Memory grows with the refunds and chargebacks.
//
//   for each record, in the order of the stream: live.Add(bytes);
//
// Thread safety: none.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace tieout::audit {

class LiveRecords {
 public:
  explicit LiveRecords(int partition) : partition_(static_cast<uint32_t>(partition)) {}

  // Takes the place of what it supersedes.
  void Add(std::string_view record);

  // The refund or chargeback at an ordinal is tied to its sale.
  bool IsTied(uint64_t ordinal) const { return tied_.contains(ordinal); }

 private:
  const uint32_t partition_;
  // By record id: the ordinals that a live record ties; and how many tie each.
  std::unordered_map<std::string, std::vector<uint64_t>> ties_;
  std::unordered_map<uint64_t, uint32_t> tied_;
};

}  // namespace tieout::audit
