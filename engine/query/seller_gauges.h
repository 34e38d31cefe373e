// What all sellers' states add up to, as metrics: open breaks (how many, how much gross, how old),
// open items, how long each source is silent, and whether the books are whole (ledger/books.h). A
// thread of its own walks the sellers now and then, slowly, and the gauges show its last walk; the
// fold never waits for more than one seller. Thread safety: none needed; starts and ends its
// thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>

#include "engine/base/status.h"
#include "engine/runtime/read_model.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/registry.h"

namespace tieout::query {

class SellerGauges {
 public:
  // Both must outlive it.
  SellerGauges(runtime::ReadModel* model, prometheus::Registry* registry);
  ~SellerGauges();
  SellerGauges(const SellerGauges&) = delete;
  SellerGauges& operator=(const SellerGauges&) = delete;

 private:
  // A gauge whose series are those of the last walk: what is gone would else keep its value.
  class Gauges {
   public:
    using Values = std::map<prometheus::Labels, double>;
    Gauges(prometheus::Registry* registry, const char* name, const char* help);
    void Show(const Values& values);

   private:
    prometheus::Family<prometheus::Gauge>& family_;
    std::map<prometheus::Labels, prometheus::Gauge*> shown_;
  };

  void Run();
  absl::Status Walk();
  // False: it is time to end.
  bool Rest(std::chrono::milliseconds time);

  runtime::ReadModel* const model_;
  Gauges open_, gross_, age_, items_, residual_, last_fact_;
  std::mutex mutex_;
  std::condition_variable ending_changed_;
  bool ending_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace tieout::query
