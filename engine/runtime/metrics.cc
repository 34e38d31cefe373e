#include "engine/runtime/metrics.h"

#include <algorithm>
#include <chrono>

namespace tieout::runtime {
namespace {

prometheus::Histogram::BucketBoundaries Seconds() {
  return {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};
}

auto& Counters(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildCounter().Name(name).Help(help).Register(registry);
}
auto& Gauges(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(registry);
}
prometheus::Histogram& Times(prometheus::Registry& registry, const char* name, const char* help) {
  return prometheus::BuildHistogram().Name(name).Help(help).Register(registry).Add({}, Seconds());
}

// A connector's name comes from events, which anybody may write, and each makes a series.
constexpr size_t kMostConnectors = 64;
constexpr std::string_view kOther = "other";

int64_t NowNanos() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

}  // namespace

void Tally::Event(ledger::Kind kind, std::string_view connector) {
  ++events;
  const auto find = [this](std::string_view name) {
    return std::find_if(sources_.begin(), sources_.end(),
                        [&](const Source& s) { return s.connector == name; });
  };
  auto it = find(connector);
  if (it == sources_.end() && sources_.size() >= kMostConnectors) it = find(connector = kOther);
  if (it == sources_.end()) it = sources_.insert(it, Source{std::string(connector), {}});
  ++it->events[static_cast<size_t>(kind)];
}

void Tally::Record(const ledger::Record& record) {
  ++records;
  auto it = std::find_if(verdicts_.begin(), verdicts_.end(), [&](const Verdict& v) {
    return v.level == record.level && v.status == record.status && v.reason == record.reason;
  });
  if (it == verdicts_.end()) {
    it = verdicts_.insert(it, Verdict{record.level, record.status, record.reason});
  }
  ++it->count;
}

void Tally::DeadLetter(std::string_view reason) {
  ++dead_letters;
  auto it = std::find_if(dead_letter_reasons_.begin(), dead_letter_reasons_.end(),
                         [&](const auto& r) { return r.first == reason; });
  if (it == dead_letter_reasons_.end()) {
    it = dead_letter_reasons_.insert(it, {std::string(reason), 0});
  }
  ++it->second;
}

Metrics::Metrics()
    : registry_(std::make_shared<prometheus::Registry>()),
      events_(Counters(*registry_, "tieout_events_total",
                       "Events folded (not again after a restart), by kind and connector.")),
      records_(Counters(*registry_, "tieout_records_total",
                        "Records committed, by level, status and reason.")),
      dead_letters_(
          Counters(*registry_, "tieout_dead_letters_total", "Dead letters committed, by reason.")),
      commits_family_(Counters(*registry_, "tieout_commits_total",
                               "Commits by outcome: committed, aborted (done again), lost (the "
                               "slot went to another holder).")),
      lag_(Gauges(*registry_, "tieout_lag_entries",
                  "Log entries behind the end of the events stream, by partition.")),
      log_time_(Gauges(*registry_, "tieout_log_time_seconds",
                       "Log time (the last tick folded), seconds since 1970, by partition.")),
      resident_(Gauges(*registry_, "tieout_state_resident_bytes",
                       "State pages in memory, by partition.")),
      dirty_(Gauges(*registry_, "tieout_state_dirty_bytes",
                    "State pages not yet in the store, by partition.")),
      duplicates(Counters(*registry_, "tieout_duplicate_events_total",
                          "Events seen before, without effect.")
                     .Add({})),
      muted_events(Counters(*registry_, "tieout_muted_events_total",
                            "Events folded again after a restart, without output.")
                       .Add({})),
      other_days_asked(Counters(*registry_, "tieout_memory_wide_lookups_total",
                                "Times the memory of ids looked beyond the event's own day.")
                           .Add({})),
      committed(commits_family_.Add({{"outcome", "committed"}})),
      aborted(commits_family_.Add({{"outcome", "aborted"}})),
      lost(commits_family_.Add({{"outcome", "lost"}})),
      checkpoints(Counters(*registry_, "tieout_checkpoints_total", "Checkpoints written.").Add({})),
      forced_checkpoints(Counters(*registry_, "tieout_forced_checkpoints_total",
                                  "Of these, brought forward by the bound on dirty pages.")
                             .Add({})),
      ticks(Counters(*registry_, "tieout_ticks_total", "Ticks appended by this process.").Add({})),
      ticker_stopped(Gauges(*registry_, "tieout_ticker_stopped",
                            "1: no ticks are appended, the clock differs too much from the log's.")
                         .Add({})),
      fold_seconds(Times(*registry_, "tieout_fold_seconds", "Decoding and folding one batch.")),
      commit_seconds(Times(*registry_, "tieout_commit_seconds", "Committing one batch.")),
      checkpoint_seconds(
          Times(*registry_, "tieout_checkpoint_seconds", "Writing one partition's checkpoint.")) {}

const std::string& Metrics::LabelOf(const std::string& connector) {
  const std::string name = connector.empty() ? "tieout" : connector;
  const bool known = connectors_.contains(name) || connectors_.size() < kMostConnectors;
  return *connectors_.insert(known ? name : std::string(kOther)).first;
}

void Metrics::Add(const Tally& tally) {
  for (const auto& source : tally.sources_) {
    for (size_t kind = 0; kind < source.events.size(); ++kind) {
      if (source.events[kind] == 0) continue;
      events_
          .Add({{"kind", std::string(ledger::KindName(static_cast<ledger::Kind>(kind)))},
                {"source", LabelOf(source.connector)}})
          .Increment(static_cast<double>(source.events[kind]));
    }
  }
  for (const auto& verdict : tally.verdicts_) {
    records_
        .Add({{"level", std::string(ledger::LevelName(verdict.level))},
              {"status", std::string(ledger::StatusName(verdict.status))},
              {"reason", verdict.reason}})
        .Increment(static_cast<double>(verdict.count));
  }
  for (const auto& [reason, count] : tally.dead_letter_reasons_) {
    dead_letters_.Add({{"reason", reason}}).Increment(static_cast<double>(count));
  }
  duplicates.Increment(static_cast<double>(tally.duplicates));
  muted_events.Increment(static_cast<double>(tally.muted));
  other_days_asked.Increment(static_cast<double>(tally.other_days_asked));
}

void Metrics::Partition(int partition, int64_t lag_entries, uint64_t tick, uint64_t resident_bytes,
                        uint64_t dirty_bytes) {
  const prometheus::Labels labels{{"partition", std::to_string(partition)}};
  lag_.Add(labels).Set(static_cast<double>(lag_entries));
  log_time_.Add(labels).Set(static_cast<double>(tick) * 10);
  resident_.Add(labels).Set(static_cast<double>(resident_bytes));
  dirty_.Add(labels).Set(static_cast<double>(dirty_bytes));
}

void Metrics::PartitionGone(int partition) {
  const prometheus::Labels labels{{"partition", std::to_string(partition)}};
  for (auto* family : {&lag_, &log_time_, &resident_, &dirty_}) {
    family->Remove(&family->Add(labels));
  }
}

Stopwatch::Stopwatch(prometheus::Histogram* histogram)
    : histogram_(histogram), start_ns_(NowNanos()) {}
Stopwatch::~Stopwatch() { histogram_->Observe(static_cast<double>(NowNanos() - start_ns_) / 1e9); }

}  // namespace tieout::runtime
