#include "engine/audit/allocations.h"

#include <algorithm>

#include "engine/ledger/record.h"
#include "fmt/format.h"
#include "schemas/record.pb.h"

namespace tieout::audit {
namespace {

bool Allocates(v1::Record::Status status) {
  return status == v1::Record::MATCHED || status == v1::Record::PARTIALLY_MATCHED ||
         status == v1::Record::FORCE_MATCHED;
}

bool SaysNotApplied(const v1::Record& record) {
  return record.reason() == ledger::reason::kConflictingDuplicate ||
         record.reason() == ledger::reason::kPossibleDuplicateRow ||
         record.reason() == ledger::reason::kBeforeLookback;
}

}  // namespace

absl::Status Allocations::Add(std::string_view bytes) {
  v1::Record record;
  if (!record.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return base::DataLoss("a record that is no record");
  }
  if (SaysNotApplied(record)) refused_.insert(record.position().ordinal());
  if (!record.supersedes().empty()) live_.erase(record.supersedes());
  if (record.level() != v1::Record::BANK || !Allocates(record.status())) return absl::OkStatus();
  Live& live = live_[record.record_id()];
  live.home = {record.seller_id(), record.currency()};
  live.parts.clear();
  const bool closed = record.status() != v1::Record::PARTIALLY_MATCHED;
  for (const v1::Record::Member& member : record.members()) {
    if (member.role() == v1::Record::Member::EXPENSE) continue;  // no balance moves with it
    live.parts.push_back({member.event_id(), member.role() == v1::Record::Member::BANK_DEPOSIT,
                          member.amount_minor(), member.allocated_minor(),
                          closed ? member.residual_minor() : 0});
  }
  return absl::OkStatus();
}

std::map<HomeKey, Sums> Allocations::allocated(bool of_deposits) const {
  return SumOf(of_deposits, &Part::allocated);
}

std::map<HomeKey, Sums> Allocations::accepted(bool of_deposits) const {
  return SumOf(of_deposits, &Part::accepted);
}

std::map<HomeKey, Sums> Allocations::SumOf(bool of_deposits, ledger::Minor Part::*field) const {
  std::map<HomeKey, Sums> sums;
  for (const auto& [id, live] : live_) {
    for (const Part& part : live.parts) {
      if (part.is_deposit == of_deposits && part.*field != 0) sums[live.home].Add(part.*field);
    }
  }
  return sums;
}

std::vector<std::string> Allocations::Exceeded() const {
  struct Use {
    ledger::Minor amount = 0;
    ledger::WideMinor allocated = 0;
    std::string currency, record_id;
  };
  std::map<std::string, Use> uses;  // by event id
  for (const auto& [id, live] : live_) {
    for (const Part& part : live.parts) {
      Use& use = uses[part.event_id];
      use.amount = part.amount;
      use.allocated += part.allocated;
      use.currency = live.home.second;
      use.record_id = std::max(use.record_id, id);
    }
  }
  std::vector<std::string> lines;
  for (const auto& [event_id, use] : uses) {
    const ledger::WideMinor left = use.amount - use.allocated;
    const bool exceeded =
        use.amount >= 0 ? left < 0 || use.allocated < 0 : left > 0 || use.allocated > 0;
    if (!exceeded) continue;
    lines.push_back(fmt::format(
        "{}: record {} and others allocate {} of its {}", event_id, use.record_id.substr(0, 10),
        ledger::FormatMoney(static_cast<ledger::Minor>(use.allocated), use.currency),
        ledger::FormatMoney(use.amount, use.currency)));
  }
  return lines;
}

}  // namespace tieout::audit
