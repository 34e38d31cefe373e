// Log time: a `tick` event in every partition each 10 seconds of a clock. A tick's number is its
// time in units of 10 s; one not later than the last has no effect.
//
// After a pause the missed ticks come first, at most an hour apart, so that deadlines expire in
// order. A settled tick says that nothing more is on its way; its number is later than the last,
// so several in a row run ahead of the clock, 10 s each.
//
// Deterministic given the clock and the last tick. Thread safety: all.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>

#include "engine/base/status.h"
#include "engine/log/log.h"
#include "engine/runtime/clock.h"

namespace tieout::runtime {

class Ticker {
 public:
  // Both must outlive it.
  Ticker(log::EventLog* log, Clock* clock) : log_(log), clock_(clock) {}

  // The last tick of the log, told by whoever read it. Never goes back.
  void Know(uint64_t last_tick);
  // The clock has passed the next tick.
  bool IsDue();
  // When the log's own clock took in a tick. Over 60 s off our clock for a tick of ours, and this
  // ticker appends no more: one of the two machines is wrong, and log time must not follow it.
  void Seen(uint64_t tick, int64_t append_time_us);
  bool stopped();

  // Appends the ticks from the last one known to now; nothing when none is due. Returns how many.
  // kAborted: another ticker took over; the next call takes the role back.
  absl::StatusOr<int> CatchUp();
  // CatchUp, then a settled tick.
  absl::Status Settle();

 private:
  absl::StatusOr<int> CatchUpLocked();
  absl::Status AppendLocked(const std::vector<log::Entry>& entries, uint64_t last);

  log::EventLog* const log_;
  Clock* const clock_;
  std::mutex mutex_;
  // Guarded by mutex_:
  std::unique_ptr<log::RoleWriter> writer_;
  uint64_t last_tick_ = 0;
  uint64_t appended_tick_ = 0;  // the last one of ours, and our clock then
  int64_t appended_at_us_ = 0;
  bool stopped_ = false;
};

// What Settle, CatchUp append: numbers after `last` up to `now`, at most an hour apart, ending at
// `now`.
std::vector<uint64_t> MissedTicks(uint64_t last, uint64_t now);

}  // namespace tieout::runtime
