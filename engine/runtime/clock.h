// The only clock of the engine. It decides *when* something is done (ticks appended, batches
// committed, checkpoints taken), never what a record says: the fold knows log time only.
#pragma once

#include <cstdint>

namespace tieout::runtime {

class Clock {
 public:
  virtual ~Clock() = default;
  // UTC, microseconds since 1970. Thread safe.
  virtual int64_t NowMicros() = 0;
};

// The machine's clock. Lives as long as the process.
Clock& SystemClock();

// Stands still until told: tests, and `demo`, whose month lies in the past.
class ManualClock : public Clock {
 public:
  explicit ManualClock(int64_t now_us) : now_us_(now_us) {}
  int64_t NowMicros() override { return now_us_; }
  void Set(int64_t now_us) { now_us_ = now_us; }

 private:
  int64_t now_us_;
};

}  // namespace tieout::runtime
