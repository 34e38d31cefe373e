#include "engine/audit/before_start.h"

#include <map>
#include <set>
#include <tuple>

#include "engine/audit/refold.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/matching/fold.h"

namespace tieout::audit {
namespace {

// One partition's entries in order, as far as it takes to know who began when.
class Listing {
 public:
  explicit Listing(int partition) : partition_(static_cast<uint32_t>(partition)) {}

  absl::Status Take(const log::Stored& entry, const std::string& seller,
                    const std::function<absl::Status(const BeforeStart&)>& visit) {
    const uint64_t ordinal = next_ordinal_++;
    event_.Clear();
    if (!codec::DecodeEvent(entry.value, &event_).ok()) return absl::OkStatus();  // a dead letter
    if (entry.key.empty()) {
      Configure();
      return absl::OkStatus();
    }
    if (!seller.empty() && entry.key != seller) return absl::OkStatus();
    const auto start = first_days_.find(AccountOf(entry.key));
    if (start == first_days_.end() || base::DayOf(event_.occurred_at_us) >= start->second ||
        !IsFact()) {
      return absl::OkStatus();
    }
    if (!seen_.emplace(std::string(entry.key), std::string(event_.event_id)).second) {
      return absl::OkStatus();
    }
    return visit({entry.key, event_, start->second, {partition_, ordinal}});
  }

 private:
  using Account = std::tuple<std::string, std::string, std::string, std::string>;

  Account AccountOf(std::string_view home) const {
    return {std::string(home), std::string(event_.account.provider),
            std::string(event_.account.merchant_account), std::string(event_.account.currency)};
  }
  bool IsFact() const {
    return event_.kind() != ledger::Kind::kSourceReport &&
           event_.kind() != ledger::Kind::kAmendment && event_.kind() != ledger::Kind::kSeller;
  }
  void Configure() {
    if (const auto* opened = std::get_if<ledger::AccountOpened>(&event_.body)) {
      accounts_.Declare(event_.account, *opened);
    } else if (const auto* start = std::get_if<ledger::Start>(&event_.body)) {
      first_days_[AccountOf(accounts_.HomeOf(event_))] = start->first_day;
    }
  }

  const uint32_t partition_;
  matching::AccountDirectory accounts_;
  std::map<Account, base::Day> first_days_;
  std::set<std::pair<std::string, std::string>> seen_;  // home, event_id
  uint64_t next_ordinal_ = 0;
  ledger::Event event_;
};

}  // namespace

absl::Status ForEachBeforeStart(log::EventLog& log, const std::string& seller,
                                const std::function<absl::Status(const BeforeStart&)>& visit,
                                const std::function<void(uint64_t, uint64_t)>& progress) {
  const int partitions = log.identity().partitions;
  const int only = seller.empty() ? -1 : base::PartitionOf(seller, partitions);
  uint64_t done = 0, total = 0;
  std::map<int, int64_t> ends;
  for (int partition = 0; partition < partitions; ++partition) {
    if (only >= 0 && partition != only) continue;
    TIEOUT_ASSIGN_OR_RETURN(ends[partition], log.End(log::Stream::kEvents, partition));
    total += static_cast<uint64_t>(ends[partition]);
  }
  for (const auto& [partition, end] : ends) {
    Listing listing(partition);
    TIEOUT_RETURN_IF_ERROR(ReadAll(log, log::Stream::kEvents, partition, end,
                                   [&](const log::Stored& entry) -> absl::Status {
                                     if (progress && ++done % 4096 == 0) progress(done, total);
                                     return listing.Take(entry, seller, visit);
                                   }));
  }
  return absl::OkStatus();
}

}  // namespace tieout::audit
