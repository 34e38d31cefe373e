#include "tests/properties/random_log.h"

#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "tests/properties/stories.h"
#include "tests/properties/world.h"

namespace tieout::properties {
namespace {

std::string HomeOf(const World& world, const ledger::Event& event) {
  const std::string_view home = world.HomeOf(event.account);
  if (!home.empty()) return std::string(home);
  return fmt::format("unassigned/{}/{}", event.account.provider, event.account.merchant_account);
}

Entry TickAt(int64_t time_us, bool settled) {
  ledger::Event event;
  event.event_id = "tick";
  event.body = ledger::Tick{static_cast<uint64_t>(time_us / ledger::kTickMicros), settled};
  return {Entry::Kind::kTick, "", codec::EncodeEvent(event)};
}

Entry Configured(const ledger::Event& event) {
  Entry entry{Entry::Kind::kConfiguration, "", codec::EncodeEvent(event)};
  if (event.kind() == ledger::Kind::kTick) entry.kind = Entry::Kind::kTick;
  return entry;
}

// What every log has, and what its owners declare.
bool IsBuiltIn(const ledger::Event& event) {
  const auto* rule = std::get_if<ledger::Rule>(&event.body);
  return event.kind() == ledger::Kind::kLog || event.kind() == ledger::Kind::kCalendar ||
         event.kind() == ledger::Kind::kAccount || (rule != nullptr && rule->bank_match);
}

bool IsExpenseRule(const ledger::Event& event) {
  const auto* rule = std::get_if<ledger::Rule>(&event.body);
  return rule != nullptr && rule->expense;
}

}  // namespace

Log RandomLog(uint64_t seed, const Taste& taste) {
  Chance chance(seed);
  World world(&chance);
  Log log;
  for (const ledger::Event& event : world.Beginning()) {
    if (!taste.starts && event.kind() == ledger::Kind::kStart) continue;
    if (!taste.expenses && IsExpenseRule(event)) continue;
    log.push_back(Configured(event));
    log.back().must_stay = IsBuiltIn(event);
  }
  std::vector<Told> told = Stories(&chance, &world, taste).Tell();
  std::stable_sort(told.begin(), told.end(),
                   [](const Told& a, const Told& b) { return a.heard_us < b.heard_us; });
  // Some logs are an import: all comes within seconds, long after it happened.
  const bool imported = chance.Percent(25);
  int64_t now_us = kFirstDay.start_us();
  for (const Told& fact : told) {
    if (!imported && fact.heard_us > now_us + 3600 * base::kMicrosPerSecond && chance.Percent(70)) {
      now_us = fact.heard_us;
      log.push_back(TickAt(now_us, chance.Percent(5)));
    } else if (chance.Percent(15)) {
      now_us += chance.Between(1, 90) * ledger::kTickMicros;
      log.push_back(TickAt(now_us, chance.Percent(5)));
    }
    if (taste.rule_changes && chance.Percent(3)) {
      const ledger::Event change = world.RuleChange();
      if (taste.expenses || !IsExpenseRule(change)) log.push_back(Configured(change));
    }
    if (taste.poison && chance.Percent(1)) {
      log.push_back({Entry::Kind::kPoison, "S0", "no event at all", false});
    }
    Entry entry{Entry::Kind::kFact, HomeOf(world, fact.event), codec::EncodeEvent(fact.event),
                fact.may_move};
    if (taste.poison && chance.Percent(1)) entry.key = "S_elsewhere";
    log.push_back(std::move(entry));
  }
  for (const int days : {50, 51, 80}) {
    const int64_t later = kFirstDay.plus(days).start_us();
    log.push_back(TickAt(later, days == 80 || chance.Percent(30)));
  }
  log.back().must_stay = true;  // the day of reckoning
  return log;
}

std::string Describe(const Log& log) {
  std::string text;
  for (size_t i = 0; i < log.size(); ++i) {
    const Entry& entry = log[i];
    std::string json = entry.value;
    if (entry.kind != Entry::Kind::kPoison) json = codec::EventToJson(entry.value).value();
    text += fmt::format("{:4} {} {}\n", i, entry.key.empty() ? "-" : entry.key, json);
  }
  return text;
}

}  // namespace tieout::properties
