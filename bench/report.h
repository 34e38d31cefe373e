// How a bench says what it found: `name value unit` lines on stdout, for bench/run to pass on.
#pragma once

#include <fmt/format.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/status.h"

namespace tieout::bench {

inline void Report(const std::string& name, double value, const std::string& unit) {
  fmt::print("{} {:.6g} {}\n", name, value, unit);
  std::fflush(stdout);
}

// Median and tail of what took so many milliseconds each, at least one; sorts them.
inline void ReportPercentiles(const std::string& prefix, std::vector<double>* milliseconds) {
  std::sort(milliseconds->begin(), milliseconds->end());
  for (const int percentile : {50, 95, 99}) {
    const size_t at = milliseconds->size() * static_cast<size_t>(percentile) / 100;
    Report(fmt::format("{}p{}", prefix, percentile), (*milliseconds)[at], "ms");
  }
}

// A bench has no way out of an error but its message.
inline void Must(const absl::Status& status) {
  if (!status.ok()) fmt::print(stderr, "{}\n", std::string(status.message()));
  TIEOUT_CHECK(status.ok());
}
template <typename T>
T Must(absl::StatusOr<T> result) {
  Must(result.status());
  return *std::move(result);
}

// Wall and CPU time (all threads) since it was made.
class Stopwatch {
 public:
  double wall_s() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
  }
  double cpu_s() const { return ProcessCpu() - cpu_start_; }

 private:
  static double ProcessCpu() {
    rusage used;
    getrusage(RUSAGE_SELF, &used);
    auto seconds = [](const timeval& t) {
      return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) * 1e-6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
  }
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
  double cpu_start_ = ProcessCpu();
};

}  // namespace tieout::bench
