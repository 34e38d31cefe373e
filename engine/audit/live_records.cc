#include "engine/audit/live_records.h"

#include <algorithm>

#include "schemas/record.pb.h"

namespace tieout::audit {
namespace {

using Member = v1::Record::Member;

bool Parse(std::string_view bytes, v1::Record* record) {
  return record->ParseFromArray(bytes.data(), static_cast<int>(bytes.size()));
}

}  // namespace

void LiveRecords::Supersede(std::string_view bytes) {
  v1::Record record;
  if (Parse(bytes, &record) && !record.supersedes().empty()) dead_.insert(record.supersedes());
}

void LiveRecords::Add(std::string_view bytes) {
  v1::Record record;
  if (!Parse(bytes, &record) || dead_.contains(record.record_id())) return;
  if (record.status() == v1::Record::REVOKED) return;
  if (record.level() != v1::Record::ORDER) return;
  const bool has_sale = std::any_of(record.members().begin(), record.members().end(),
                                    [](const Member& m) { return m.role() == Member::SALE; });
  for (const Member& member : record.members()) {
    const bool reverses = member.role() == Member::REFUND || member.role() == Member::CHARGEBACK;
    if (!has_sale || !reverses || member.position().partition() != partition_) continue;
    const uint64_t ordinal = member.position().ordinal();
    if (ordinal >= tied_.size()) tied_.resize(ordinal + 1);
    tied_[ordinal] = true;
  }
}

}  // namespace tieout::audit
