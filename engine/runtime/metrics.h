// What the engine counts, in a Prometheus registry: names begin with tieout_, units are in the
// name, times in seconds. The query room serves it under /metrics.
//
// prometheus-cpp keeps the families; this class gives each series a name the code can't misspell.
// Thread safety: all.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/ledger/event.h"
#include "engine/ledger/record.h"
#include "prometheus/counter.h"
#include "prometheus/family.h"
#include "prometheus/gauge.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace tieout::runtime {

// What one batch brought, gathered without locks or look-ups by label; counted once it is
// committed.
class Tally {
 public:
  void Event(ledger::Kind kind, std::string_view connector);
  void Record(const ledger::Record& record);
  void DeadLetter(std::string_view reason);

  uint64_t events = 0, muted = 0, duplicates = 0, other_days_asked = 0;
  uint64_t records = 0, dead_letters = 0;

 private:
  friend class Metrics;
  struct Source {
    std::string connector;
    std::array<uint64_t, ledger::kKindCount> events{};
  };
  struct Verdict {
    ledger::Level level;
    ledger::Status status;
    std::string reason;
    uint64_t count = 0;
  };
  // A handful each: looked through from the front.
  std::vector<Source> sources_;
  std::vector<Verdict> verdicts_;
  std::vector<std::pair<std::string, uint64_t>> dead_letter_reasons_;
};

class Metrics {
 public:
  Metrics();

  // From one thread.
  void Add(const Tally& tally);

  // One partition's, after each commit.
  void Partition(int partition, int64_t lag_entries, uint64_t tick, uint64_t resident_bytes,
                 uint64_t dirty_bytes);
  void PartitionGone(int partition);

  const std::shared_ptr<prometheus::Registry>& registry() const { return registry_; }

 private:
  const std::string& LabelOf(const std::string& connector);

  const std::shared_ptr<prometheus::Registry> registry_;
  std::set<std::string> connectors_;  // seen; what comes after too many is "other"
  prometheus::Family<prometheus::Counter>& events_;
  prometheus::Family<prometheus::Counter>& records_;
  prometheus::Family<prometheus::Counter>& dead_letters_;
  prometheus::Family<prometheus::Counter>& commits_family_;
  prometheus::Family<prometheus::Gauge>& lag_;
  prometheus::Family<prometheus::Gauge>& log_time_;
  prometheus::Family<prometheus::Gauge>& resident_;
  prometheus::Family<prometheus::Gauge>& dirty_;

 public:
  prometheus::Counter& duplicates;
  prometheus::Counter& muted_events;
  prometheus::Counter& other_days_asked;
  prometheus::Counter& committed;
  prometheus::Counter& aborted;
  prometheus::Counter& lost;
  prometheus::Counter& checkpoints;
  prometheus::Counter& forced_checkpoints;
  prometheus::Counter& ticks;
  prometheus::Gauge& ticker_stopped;  // 1: its clock differs too much from the log's
  prometheus::Histogram& fold_seconds;
  prometheus::Histogram& commit_seconds;
  prometheus::Histogram& checkpoint_seconds;
};

// Observes the time from its making to its end.
class Stopwatch {
 public:
  explicit Stopwatch(prometheus::Histogram* histogram);
  ~Stopwatch();
  Stopwatch(const Stopwatch&) = delete;
  Stopwatch& operator=(const Stopwatch&) = delete;

 private:
  prometheus::Histogram* histogram_;
  int64_t start_ns_;
};

}  // namespace tieout::runtime
