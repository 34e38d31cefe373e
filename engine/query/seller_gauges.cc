#include "engine/query/seller_gauges.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/ledger/books.h"
#include "engine/ledger/event.h"

namespace tieout::query {
namespace {

using ledger::WideMinor;
using std::chrono::milliseconds;

constexpr milliseconds kBetweenWalks{30'000};
constexpr milliseconds kUntilReady{1'000};
constexpr milliseconds kBreath{1};
constexpr size_t kSellersABreath = 8;
constexpr size_t kMostSources = 1'000;  // series; of more, those silent longest

// Log time since the end of the last day that the account's facts or reports speak of. nullopt:
// there is none yet.
std::optional<int64_t> SilentSeconds(const ledger::AccountProjection& account, int64_t now_us) {
  base::Day next = account.covered_until;  // the first that nothing speaks of
  for (const base::Day last : {account.last_sale, account.last_payout, account.last_bank_value}) {
    if (last.is_set() && (!next.is_set() || next <= last)) next = last.plus(1);
  }
  if (!next.is_set()) return std::nullopt;
  return std::max<int64_t>(0, now_us - next.start_us()) / base::kMicrosPerSecond;
}

// Of a source in several currencies or homes the latest fact counts.
class Silences {
 public:
  void Add(const ledger::AccountProjection& account, int64_t now_us) {
    const std::optional<int64_t> seconds = SilentSeconds(account, now_us);
    if (!seconds) return;
    const auto [it, is_new] =
        seconds_.try_emplace({account.provider, account.merchant_account}, *seconds);
    if (!is_new) it->second = std::min(it->second, *seconds);
  }
  std::map<prometheus::Labels, double> Longest() const {
    std::vector<std::pair<int64_t, const Source*>> longest;
    longest.reserve(seconds_.size());
    for (const auto& [source, seconds] : seconds_) longest.push_back({-seconds, &source});
    std::sort(longest.begin(), longest.end());
    if (longest.size() > kMostSources) longest.resize(kMostSources);
    std::map<prometheus::Labels, double> values;
    for (const auto& [seconds, source] : longest) {
      values[{{"provider", source->first}, {"account", source->second}}] =
          static_cast<double>(-seconds);
    }
    return values;
  }

 private:
  using Source = std::pair<std::string, std::string>;  // provider, merchant account
  std::map<Source, int64_t> seconds_;
};

WideMinor Absolute(WideMinor amount) { return amount < 0 ? -amount : amount; }

}  // namespace

SellerGauges::Gauges::Gauges(prometheus::Registry* registry, const char* name, const char* help)
    : family_(prometheus::BuildGauge().Name(name).Help(help).Register(*registry)) {}

void SellerGauges::Gauges::Show(const Values& values) {
  for (auto it = shown_.begin(); it != shown_.end();) {
    if (values.contains(it->first)) {
      ++it;
    } else {
      family_.Remove(it->second);
      it = shown_.erase(it);
    }
  }
  for (const auto& [labels, value] : values) {
    prometheus::Gauge*& gauge = shown_[labels];
    if (gauge == nullptr) gauge = &family_.Add(labels);
    gauge->Set(value);
  }
}

SellerGauges::SellerGauges(runtime::ReadModel* model, prometheus::Registry* registry)
    : model_(model),
      open_(registry, "tieout_open_breaks", "Open breaks and proposals, by reason and currency."),
      gross_(registry, "tieout_open_breaks_gross_minor",
             "Sum of the open breaks' absolute differences, in the currency's minor units: +10 and "
             "-10 are 20."),
      age_(registry, "tieout_oldest_break_age_seconds",
           "Log time since the oldest open break opened, by reason and currency."),
      items_(registry, "tieout_open_items",
             "Payouts and bank deposits waiting for their other side, by side and currency."),
      residual_(registry, "tieout_conservation_residual_minor",
                "What the sellers' books lack or have too much, absolute, in minor units, by "
                "level, side and currency; anything but 0 is a bug: run tieout verify."),
      last_fact_(registry, "tieout_source_last_fact_seconds",
                 "Log time since the last day that a source's facts or reports speak of, by "
                 "provider and account."),
      thread_([this] { Run(); }) {}

SellerGauges::~SellerGauges() {
  {
    std::lock_guard lock(mutex_);
    ending_ = true;
  }
  ending_changed_.notify_all();
  thread_.join();
}

bool SellerGauges::Rest(milliseconds time) {
  std::unique_lock lock(mutex_);
  return !ending_changed_.wait_for(lock, time, [this] { return ending_; });
}

void SellerGauges::Run() {
  while (true) {
    const bool walked = Walk().ok();
    if (!Rest(walked ? kBetweenWalks : kUntilReady)) return;
  }
}

absl::Status SellerGauges::Walk() {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> homes, model_->Homes());
  Gauges::Values open, age, items;
  std::map<prometheus::Labels, WideMinor> gross, residual;
  Silences silences;
  size_t asked = 0;
  for (const std::string& home : homes) {
    if (++asked % kSellersABreath == 0 && !Rest(kBreath)) return base::Aborted("ending");
    TIEOUT_ASSIGN_OR_RETURN(const ledger::SellerProjection seller, model_->Project(home));
    const int64_t now_us = static_cast<int64_t>(seller.tick) * ledger::kTickMicros;
    for (const ledger::Record& record : seller.breaks) {
      const prometheus::Labels labels{{"reason", record.reason}, {"currency", record.currency}};
      ++open[labels];
      gross[labels] += Absolute(record.difference);
      const int64_t seconds = record.opened_on.is_set()
                                  ? (now_us - record.opened_on.start_us()) / base::kMicrosPerSecond
                                  : 0;
      age[labels] = std::max(age[labels], static_cast<double>(seconds));
    }
    for (const ledger::OpenItem& item : seller.open_items) {
      ++items[{{"side", std::string(ledger::RoleName(item.role))}, {"currency", item.currency}}];
    }
    for (const ledger::AccountProjection& account : seller.accounts) {
      silences.Add(account, now_us);
    }
    // Absolute per seller, so that two wrong ones don't make a right one.
    for (const ledger::Residual& r : ledger::ResidualsOf(seller)) {
      residual[{{"level", r.level}, {"side", r.side}, {"currency", r.currency}}] +=
          Absolute(r.amount);
    }
  }
  const auto shown = [](const std::map<prometheus::Labels, WideMinor>& sums) {
    Gauges::Values values;
    for (const auto& [labels, sum] : sums) values[labels] = static_cast<double>(sum);
    return values;
  };
  open_.Show(open);
  gross_.Show(shown(gross));
  age_.Show(age);
  items_.Show(items);
  residual_.Show(shown(residual));
  last_fact_.Show(silences.Longest());
  return absl::OkStatus();
}

}  // namespace tieout::query
