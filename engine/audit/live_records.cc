#include "engine/audit/live_records.h"

#include <algorithm>

#include "schemas/record.pb.h"

namespace tieout::audit {

using Member = v1::Record::Member;

void LiveRecords::Add(std::string_view bytes) {
  v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) return;
  if (const auto dead = ties_.find(record.supersedes()); dead != ties_.end()) {
    for (const uint64_t ordinal : dead->second) {
      if (const auto tied = tied_.find(ordinal); --tied->second == 0) tied_.erase(tied);
    }
    ties_.erase(dead);
  }
  if (record.status() == v1::Record::REVOKED || record.level() != v1::Record::ORDER) return;
  const bool has_sale = std::any_of(record.members().begin(), record.members().end(),
                                    [](const Member& m) { return m.role() == Member::SALE; });
  for (const Member& member : record.members()) {
    const bool reverses = member.role() == Member::REFUND || member.role() == Member::CHARGEBACK;
    if (!has_sale || !reverses || member.position().partition() != partition_) continue;
    ties_[record.record_id()].push_back(member.position().ordinal());
    ++tied_[member.position().ordinal()];
  }
}

}  // namespace tieout::audit
