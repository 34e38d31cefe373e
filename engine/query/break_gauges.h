// Open breaks as metrics: how many, how much gross, how old, by reason and currency. They are a
// property of all sellers' state, so a thread of its own walks the sellers now and then, slowly,
// and the gauges show its last walk; the fold never waits for more than one seller. Thread safety:
// none needed; starts and ends its thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>

#include "engine/base/status.h"
#include "engine/runtime/read_model.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace tieout::query {

class BreakGauges {
 public:
  // Both must outlive it.
  BreakGauges(runtime::ReadModel* model, prometheus::Registry* registry);
  ~BreakGauges();
  BreakGauges(const BreakGauges&) = delete;
  BreakGauges& operator=(const BreakGauges&) = delete;

 private:
  struct Shown {
    prometheus::Gauge *open, *gross, *age;
  };
  void Run();
  absl::Status Walk();
  // False: it is time to end.
  bool Rest(std::chrono::milliseconds time);

  runtime::ReadModel* const model_;
  prometheus::Family<prometheus::Gauge>& open_;
  prometheus::Family<prometheus::Gauge>& gross_;
  prometheus::Family<prometheus::Gauge>& age_;
  std::map<std::pair<std::string, std::string>, Shown> shown_;  // by (reason, currency)
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tieout::query
