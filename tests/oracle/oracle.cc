#include "tests/oracle/oracle.h"

#include "engine/base/hash.h"
#include "tests/oracle/configuration.h"
#include "tests/oracle/home.h"

namespace tieout::oracle {

Oracle::Oracle(int partition)
    : partition_(partition), configuration_(std::make_unique<Configuration>()) {}
Oracle::~Oracle() = default;

bool Oracle::BelongsHere(std::string_view key) const {
  return base::PartitionOf(key, partitions_) == partition_;
}

Answer Oracle::ApplyPoison() {
  ++next_ordinal_;
  return {.dead_letters = {std::string(ledger::reason::kUndecodable)}};
}

void Oracle::Tick(const ledger::Tick& tick, Answer* answer) {
  const int64_t time_us = static_cast<int64_t>(tick.number) * ledger::kTickMicros;
  if (time_us < now_us_ || (time_us == now_us_ && !tick.settled)) return;
  now_us_ = time_us;
  for (const auto& [name, home] : homes_) home->Tick(next_ordinal_, now_us_, tick.settled, answer);
}

Home& Oracle::HomeNamed(const std::string& name) {
  std::unique_ptr<Home>& home = homes_[name];
  if (home == nullptr) home = std::make_unique<Home>(name, configuration_.get());
  return *home;
}

Answer Oracle::Apply(std::string_view key, const Event& event) {
  Answer answer;
  if (const auto* log = std::get_if<ledger::LogBeginning>(&event.body)) {
    partitions_ = static_cast<int>(log->partitions);
  } else if (const auto* tick = std::get_if<ledger::Tick>(&event.body)) {
    Tick(*tick, &answer);
  } else if (ledger::IsForEveryPartition(event.kind())) {
    configuration_->Add(next_ordinal_, event);
    // An opening is there before the home's first event.
    const std::string name = configuration_->HomeOf(event, next_ordinal_);
    if (event.kind() == ledger::Kind::kStart && BelongsHere(name)) HomeNamed(name);
  } else if (configuration_->HomeOf(event, next_ordinal_) != key || !BelongsHere(key)) {
    answer.dead_letters.emplace_back(ledger::reason::kWrongPartition);
  } else {
    HomeNamed(std::string(key)).Apply(next_ordinal_, event, now_us_, &answer);
  }
  ++next_ordinal_;
  return answer;
}

std::map<std::string, End> Oracle::ends() const {
  std::map<std::string, End> ends;
  for (const auto& [name, home] : homes_) ends[name] = home->end();
  return ends;
}

}  // namespace tieout::oracle
