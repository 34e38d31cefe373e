// Log time: ticks expire what is due, in order and with a bound.
#include <algorithm>
#include <ranges>

#include "engine/matching/bank.h"
#include "engine/matching/coverage.h"
#include "engine/matching/fold_impl.h"
#include "engine/matching/order.h"
#include "engine/matching/payout.h"

namespace tieout::matching {
namespace {

constexpr size_t kJudgedPerTick = 10'000;  // a partition; the rest wait for the next tick

bool IsDue(const Due& due, bool settled, int64_t now_us) {
  return settled ? due.business_us <= now_us : due.deadline_us <= now_us;
}

}  // namespace

absl::Status FoldImpl::Tick(const ledger::Tick& tick, std::string_view event_id, uint64_t ordinal,
                            Output* out) {
  MetaPage& meta = state_.meta();
  if (tick.number <= meta.tick && !(tick.settled && tick.number == meta.tick))
    return absl::OkStatus();
  meta.tick = tick.number;
  if (tick.settled) meta.settled_us = state_.log_us();
  // A settled tick ends settling: what would be due by then stands at most one settling time ahead.
  const int64_t horizon_us = state_.log_us() + (tick.settled ? kSettlingMicros : 0);
  const auto last = static_cast<uint64_t>(std::max<int64_t>(horizon_us, 0) / kBucketMicros);
  size_t budget = tick.settled ? SIZE_MAX : kJudgedPerTick;
  // Judging may make more due (a report's release, a revoked match): go round until nothing is.
  for (bool again = true; again && budget > 0;) {
    again = false;
    const std::set<uint64_t> buckets(meta.due_buckets.begin(), meta.due_buckets.upper_bound(last));
    for (uint64_t bucket : buckets) {
      TIEOUT_ASSIGN_OR_RETURN(const bool judged,
                              JudgeBucket(bucket, tick, event_id, ordinal, out, &budget));
      again = again || judged;
      if (budget == 0) break;
    }
  }
  return absl::OkStatus();
}

// True when something was judged.
absl::StatusOr<bool> FoldImpl::JudgeBucket(uint64_t bucket, const ledger::Tick& tick,
                                           std::string_view event_id, uint64_t ordinal, Output* out,
                                           size_t* budget) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<BucketPage>* const page, state_.Bucket(bucket));
  bool judged = false;
  const absl::btree_set<std::string> homes = page->page.homes;
  for (const std::string& name : homes) {
    TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const cached, state_.Home(name));
    Turn turn{state_,   *cached,     out, {static_cast<uint32_t>(partition_), ordinal},
              event_id, tick.settled};
    std::vector<Due> due;
    const auto [first, last] = DueInBucket(cached->page, bucket);
    for (const Due& d : std::ranges::subrange(first, last)) {
      if (IsDue(d, tick.settled, state_.log_us()) && due.size() < *budget) due.push_back(d);
    }
    for (const Due& d : due) turn.home().due.erase(d);
    for (const Due& d : due) TIEOUT_RETURN_IF_ERROR(Judge(turn, d));
    judged = judged || !due.empty();
    *budget -= due.size();
    TIEOUT_RETURN_IF_ERROR(LeaveBucket(turn, bucket));
    if (*budget == 0) break;
  }
  return judged;
}

absl::Status FoldImpl::Judge(Turn& turn, const Due& due) {
  switch (due.kind) {
    case DueKind::kMature: {
      AccountState& a = turn.home().accounts[due.id];
      for (auto day = a.maturing.begin();
           day != a.maturing.end() && day->first <= state_.log_day().days;) {
        Post(a, Bucket::kPending, Bucket::kAvailable, day->second);
        day = a.maturing.erase(day);
      }
      return absl::OkStatus();
    }
    case DueKind::kPayoutBank:
      return BankLevel(turn).JudgePayout(static_cast<uint32_t>(due.id), due);
    case DueKind::kDeposit:
      return BankLevel(turn).JudgeDeposit(static_cast<uint32_t>(due.id), due);
    case DueKind::kComposition:
      return PayoutLevel(turn).Check(static_cast<uint32_t>(due.id), PayoutLevel::Why::kTick);
    case DueKind::kFees:
      return OrderLevel(turn).JudgeFees(due.id, due.day);
    case DueKind::kReversals:
      return OrderLevel(turn).JudgeReversals(due.id, due.day);
    case DueKind::kFeeMissing:
      return OrderLevel(turn).JudgeMissingFees(due);
    case DueKind::kOrphan:
      return OrderLevel(turn).JudgeOrphan(static_cast<uint32_t>(due.id), due);
    case DueKind::kSource:
      JudgeSource(turn, static_cast<uint32_t>(due.id));
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

}  // namespace tieout::matching
