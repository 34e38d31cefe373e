#include "engine/query/break_gauges.h"

#include <algorithm>
#include <chrono>
#include <vector>

#include "engine/ledger/event.h"

namespace tieout::query {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kBetweenWalks{30'000};
constexpr milliseconds kUntilReady{1'000};
constexpr milliseconds kBreath{1};
constexpr size_t kSellersABreath = 8;

struct Sum {
  uint64_t open = 0;
  ledger::WideMinor gross_minor = 0;
  int64_t oldest_seconds = 0;
};

auto& Gauges(prometheus::Registry* registry, const char* name, const char* help) {
  return prometheus::BuildGauge().Name(name).Help(help).Register(*registry);
}

}  // namespace

BreakGauges::BreakGauges(runtime::ReadModel* model, prometheus::Registry* registry)
    : model_(model),
      open_(Gauges(registry, "tieout_open_breaks", "Open breaks and proposals, by reason.")),
      gross_(Gauges(registry, "tieout_open_breaks_gross_minor",
                    "Sum of the open breaks' absolute differences, in the currency's minor units: "
                    "+10 and -10 are 20.")),
      age_(Gauges(registry, "tieout_oldest_break_age_seconds",
                  "Log time since the oldest open break opened.")),
      thread_([this] { Run(); }) {}

BreakGauges::~BreakGauges() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_all();
  thread_.join();
}

bool BreakGauges::Rest(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !ending_changed_.wait_for(lock, time, [this] { return ending_; });
}

void BreakGauges::Run() {
  while (true) {
    const bool walked = Walk().ok();
    if (!Rest(walked ? kBetweenWalks : kUntilReady)) return;
  }
}

absl::Status BreakGauges::Walk() {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> homes, model_->Homes());
  std::map<std::pair<std::string, std::string>, Sum> sums;  // (reason, currency)
  size_t asked = 0;
  for (const std::string& home : homes) {
    if (++asked % kSellersABreath == 0 && !Rest(kBreath)) return base::Aborted("ending");
    TIEOUT_ASSIGN_OR_RETURN(const ledger::SellerProjection seller, model_->Project(home));
    const int64_t now_us = static_cast<int64_t>(seller.tick) * ledger::kTickMicros;
    for (const ledger::Record& record : seller.breaks) {
      Sum& sum = sums[{record.reason, record.currency}];
      ++sum.open;
      sum.gross_minor += record.difference < 0 ? -ledger::WideMinor{record.difference}
                                               : ledger::WideMinor{record.difference};
      if (!record.opened_on.is_set()) continue;
      sum.oldest_seconds = std::max(
          sum.oldest_seconds, (now_us - record.opened_on.start_us()) / base::kMicrosPerSecond);
    }
  }
  // Series that are gone would else stay at their last value.
  for (const auto& [labels, gauge] : std::exchange(shown_, {})) {
    open_.Remove(gauge.open);
    gross_.Remove(gauge.gross);
    age_.Remove(gauge.age);
  }
  for (const auto& [key, sum] : sums) {
    const prometheus::Labels labels{{"reason", key.first}, {"currency", key.second}};
    Shown shown{&open_.Add(labels), &gross_.Add(labels), &age_.Add(labels)};
    shown.open->Set(static_cast<double>(sum.open));
    shown.gross->Set(static_cast<double>(sum.gross_minor));
    shown.age->Set(static_cast<double>(sum.oldest_seconds));
    shown_.emplace(key, shown);
  }
  return absl::OkStatus();
}

}  // namespace tieout::query
