#include "engine/runtime/ticker.h"

#include <algorithm>
#include <cstdlib>
#include <vector>

#include "engine/base/check.h"
#include "engine/ledger/event.h"
#include "engine/runtime/beginning.h"

namespace tieout::runtime {
namespace {

constexpr uint64_t kTicksAnHour = 360;
constexpr size_t kTicksAnAppend = 256;
constexpr int64_t kClocksMayDifferUs = 60 * base::kMicrosPerSecond;

}  // namespace

std::vector<uint64_t> MissedTicks(uint64_t last, uint64_t now) {
  std::vector<uint64_t> missed;
  while (last < now) {
    last = std::min(last + kTicksAnHour, now);
    missed.push_back(last);
  }
  return missed;
}

void Ticker::Know(uint64_t last_tick) {
  std::lock_guard lock(mutex_);
  last_tick_ = std::max(last_tick_, last_tick);
}

bool Ticker::IsDue() {
  std::lock_guard lock(mutex_);
  return static_cast<uint64_t>(clock_->NowMicros() / ledger::kTickMicros) > last_tick_;
}

void Ticker::Seen(uint64_t tick, int64_t append_time_us) {
  std::lock_guard lock(mutex_);
  if (tick != appended_tick_ || append_time_us == 0) return;
  stopped_ = std::abs(append_time_us - appended_at_us_) > kClocksMayDifferUs;
}

bool Ticker::stopped() {
  std::lock_guard lock(mutex_);
  return stopped_;
}

absl::StatusOr<int> Ticker::CatchUp() {
  std::lock_guard lock(mutex_);
  if (stopped_) return 0;
  return CatchUpLocked();
}

absl::StatusOr<int> Ticker::CatchUpLocked() {
  TIEOUT_CHECK(last_tick_ > 0);  // every log begins with one: else half a century would be missed
  const uint64_t now = static_cast<uint64_t>(clock_->NowMicros() / ledger::kTickMicros);
  const std::vector<uint64_t> missed = MissedTicks(last_tick_, now);
  std::vector<log::Entry> entries;
  for (size_t i = 0; i < missed.size(); ++i) {
    AppendToEvery(log_->identity().partitions, EncodeTick(missed[i], false), &entries);
    if ((i + 1) % kTicksAnAppend != 0 && i + 1 != missed.size()) continue;
    TIEOUT_RETURN_IF_ERROR(AppendLocked(entries, missed[i]));
    entries.clear();
  }
  return static_cast<int>(missed.size());
}

absl::Status Ticker::Settle() {
  std::lock_guard lock(mutex_);
  TIEOUT_RETURN_IF_ERROR(CatchUpLocked().status());
  std::vector<log::Entry> entries;
  AppendToEvery(log_->identity().partitions, EncodeTick(last_tick_ + 1, true), &entries);
  return AppendLocked(entries, last_tick_ + 1);
}

absl::Status Ticker::AppendLocked(const std::vector<log::Entry>& entries, uint64_t last) {
  if (writer_ == nullptr) {
    TIEOUT_ASSIGN_OR_RETURN(writer_, log_->TakeRole(log::Role::kTicker));
  }
  absl::Status status = writer_->Append(entries);
  if (!status.ok()) {
    writer_.reset();
    return status;
  }
  last_tick_ = std::max(last_tick_, last);
  appended_tick_ = last;
  appended_at_us_ = clock_->NowMicros();
  return absl::OkStatus();
}

}  // namespace tieout::runtime
