// Progress of anything that takes longer than two seconds: rate, done, time left, on stderr.
//
//   Progress progress("reading", "events", stderr_terminal);
//   progress.Update(done, total);   // as often as you like; total 0: not known
//
// At a terminal one line is written over; elsewhere a line every ten seconds. The destructor
// leaves the line clean. Thread safety: none.
#pragma once

#include <chrono>
#include <cstdint>
#include <ostream>
#include <string>

#include "engine/cli/terminal.h"

namespace tieout::cli {

class Progress {
 public:
  using Clock = std::chrono::steady_clock;
  Progress(std::string doing, std::string unit, const Terminal& terminal, std::ostream& out,
           Clock::time_point start = Clock::now());
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void Update(uint64_t done, uint64_t total, Clock::time_point now = Clock::now());

 private:
  const std::string doing_, unit_;
  const Terminal terminal_;
  std::ostream& out_;
  const Clock::time_point start_;
  Clock::time_point last_;
  size_t shown_width_ = 0;
};

// "reading: 1,204,000 events, 402,000/s, 61%, 2 s left".
std::string ProgressLine(const std::string& doing, const std::string& unit, uint64_t done,
                         uint64_t total, std::chrono::milliseconds elapsed);
// 1204000 -> "1,204,000".
std::string Grouped(uint64_t number);

}  // namespace tieout::cli
