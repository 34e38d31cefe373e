#include "engine/matching/rules.h"

#include <algorithm>
#include <array>
#include <tuple>

#include "engine/base/check.h"

namespace tieout::matching {
namespace {

bool Fits(const RuleState& rule, const AccountState& account) {
  const auto fits = [](const std::string& wanted, const std::string& actual) {
    return wanted.empty() || wanted == actual;
  };
  return fits(rule.provider, account.provider) &&
         fits(rule.merchant_account, account.merchant_account) &&
         fits(rule.currency, account.currency);
}

int Specificity(const RuleState& rule) {
  return (rule.merchant_account.empty() ? 0 : 4) + (rule.provider.empty() ? 0 : 2) +
         (rule.currency.empty() ? 0 : 1);
}

bool SameScope(const RuleState& a, const RuleState& b) {
  return a.provider == b.provider && a.merchant_account == b.merchant_account &&
         a.currency == b.currency;
}

// Withdrawn by itself or replaced by a later version of the same scope.
bool Replaced(const ConfigPage& config, size_t index) {
  const RuleState& rule = config.rules[index];
  if (rule.withdrawn) return true;
  for (size_t i = index + 1; i < config.rules.size(); ++i) {
    if (config.rules[i].rule_id == rule.rule_id && SameScope(config.rules[i], rule)) return true;
  }
  return false;
}

uint32_t FindRule(const ConfigPage& config, std::string_view rule_id, const AccountState& account) {
  uint32_t best = kNone;
  for (uint32_t i = 0; i < config.rules.size(); ++i) {
    const RuleState& rule = config.rules[i];
    if (rule.rule_id != rule_id || !Fits(rule, account) || Replaced(config, i)) continue;
    if (best == kNone || Specificity(rule) >= Specificity(config.rules[best])) best = i;
  }
  return best;
}

std::vector<uint32_t> FindSchedules(const ConfigPage& config, const AccountState& account) {
  std::vector<uint32_t> found;
  for (uint32_t i = 0; i < config.rules.size(); ++i) {
    const RuleState& rule = config.rules[i];
    if (!rule.has_fee_schedule || !Fits(rule, account) || Replaced(config, i)) continue;
    const auto same = std::find_if(found.begin(), found.end(), [&](uint32_t f) {
      return config.rules[f].fee_type == rule.fee_type;
    });
    if (same == found.end()) {
      found.push_back(i);
    } else if (Specificity(rule) >= Specificity(config.rules[*same])) {
      *same = i;
    }
  }
  return found;
}

// The longest text first, then the most specific scope, then the last in the log.
std::vector<InForce::Expense> FindExpenses(const ConfigPage& config, const AccountState& account) {
  std::vector<InForce::Expense> found;
  for (const ExpenseState& expense : config.expenses) {
    if (!Fits(config.rules[expense.rule], account) || Replaced(config, expense.rule)) continue;
    found.push_back({expense.rule, Tokens(expense.text), expense.maximum});
  }
  std::sort(found.begin(), found.end(), [&](const auto& a, const auto& b) {
    const auto rank = [&](const InForce::Expense& e) {
      return std::make_tuple(e.text.size(), Specificity(config.rules[e.rule]), e.rule);
    };
    return rank(a) > rank(b);
  });
  return found;
}

Minor RoundQuotient(WideMinor numerator, WideMinor denominator,
                    ledger::Rule::FeeSchedule::Rounding rounding) {
  using Rounding = ledger::Rule::FeeSchedule::Rounding;
  const WideMinor quotient = numerator / denominator;
  const WideMinor rest = numerator % denominator;
  const bool up = rounding == Rounding::kHalfUp ? rest * 2 >= denominator
                  : rounding == Rounding::kHalfEven
                      ? rest * 2 > denominator || (rest * 2 == denominator && quotient % 2 == 1)
                      : false;
  return static_cast<Minor>(quotient + (up ? 1 : 0));
}

// Found anew when the log has more rules than when it was found.
const InForce& InForceFor(const ConfigPage& config, const AccountState& account) {
  InForce& known = account.in_force;
  if (known.of_rules == config.rules.size()) return known;
  known.of_rules = config.rules.size();
  for (size_t i = 0; i < kRuleNames; ++i) known.rules[i] = FindRule(config, kRuleIds[i], account);
  known.schedules = FindSchedules(config, account);
  known.expenses = FindExpenses(config, account);
  return known;
}

}  // namespace

uint32_t RuleInForce(const ConfigPage& config, RuleName name, const AccountState& account) {
  return InForceFor(config, account).rules[static_cast<size_t>(name)];
}

const std::vector<uint32_t>& SchedulesInForce(const ConfigPage& config,
                                              const AccountState& account) {
  return InForceFor(config, account).schedules;
}

uint32_t ExpenseRuleInForce(const ConfigPage& config, const AccountState& account, Minor amount,
                            std::string_view counterparty, std::string_view remittance) {
  const std::vector<InForce::Expense>& expenses = InForceFor(config, account).expenses;
  if (amount >= 0 || expenses.empty()) return kNone;
  const Tokens texts[] = {Tokens(counterparty), Tokens(remittance)};
  const auto speaks = [&](const InForce::Expense& e) {
    return (e.maximum == 0 || amount >= -e.maximum) &&
           std::any_of(std::begin(texts), std::end(texts),
                       [&](const Tokens& t) { return t.Find(e.text, 0) < t.size(); });
  };
  const auto first = std::find_if(expenses.begin(), expenses.end(), speaks);
  return first == expenses.end() ? kNone : first->rule;
}

const std::string& ExpenseCategory(const ConfigPage& config, uint32_t rule) {
  const auto found = std::lower_bound(config.expenses.begin(), config.expenses.end(), rule,
                                      [](const ExpenseState& e, uint32_t r) { return e.rule < r; });
  TIEOUT_CHECK(found != config.expenses.end() && found->rule == rule);
  return found->category;
}

namespace {

const CalendarState& CalendarOf(const ConfigPage& config, std::string_view calendar) {
  static const CalendarState kWeekends{{}, {6, 7}};
  const auto it = config.calendars.find(std::string(calendar));
  return it == config.calendars.end() ? kWeekends : it->second;
}

// A calendar with no working day at all would never end: every day is one then.
bool IsBankingDay(const CalendarState& calendar, Day day) {
  return calendar.weekend.size() >= 7 ||
         (!calendar.weekend.contains(static_cast<uint32_t>(day.iso_weekday())) &&
          !calendar.holidays.contains(day.days));
}

}  // namespace

Day AddBankingDays(const ConfigPage& config, std::string_view calendar, Day day, uint32_t n) {
  const CalendarState& c = CalendarOf(config, calendar);
  while (n > 0) {
    day = day.plus(1);
    if (IsBankingDay(c, day)) --n;
  }
  return day;
}

uint32_t BankingDaysBetween(const ConfigPage& config, std::string_view calendar, Day from, Day to) {
  if (!from.is_set() || !to.is_set()) return 0;
  const CalendarState& c = CalendarOf(config, calendar);
  uint32_t count = 0;
  while (from < to) {
    from = from.plus(1);
    if (IsBankingDay(c, from)) ++count;
  }
  return count;
}

std::optional<Minor> ExpectedFee(const RuleState& schedule, Minor gross) {
  constexpr WideMinor kBasis = 10'000;
  if (gross <= 0) return std::nullopt;
  const WideMinor percent = WideMinor{gross} * schedule.percent_bp;
  if (percent / kBasis > INT64_MAX - 1) return std::nullopt;
  WideMinor fee = RoundQuotient(percent, kBasis, schedule.rounding);
  fee += schedule.fixed;
  if (fee < schedule.minimum) fee = schedule.minimum;
  if (schedule.maximum > 0 && fee > schedule.maximum) fee = schedule.maximum;
  return ledger::Narrow(-fee);
}

void ApplyRule(const ledger::Rule& rule, ConfigPage* config) {
  RuleState& s = config->rules.emplace_back();
  s.rule_id = rule.rule_id;
  s.version = rule.version;
  s.provider = rule.scope.provider;
  s.merchant_account = rule.scope.merchant_account;
  s.currency = rule.scope.currency;
  s.withdrawn = rule.withdrawn;
  if (rule.bank_match) {
    const ledger::Rule::BankMatch& m = *rule.bank_match;
    s.has_bank_match = true;
    s.tolerance = m.tolerance;
    s.tolerance_bp = m.tolerance_bp;
    s.window_before_days = m.window_before_days;
    s.window_after_days = m.window_after_days;
    s.lag_banking_days = m.lag_banking_days;
    s.grace_banking_days = m.grace_banking_days;
    s.chance_bound = m.chance_bound;
    s.calendar = m.calendar;
  }
  if (rule.fee_schedule) {
    const ledger::Rule::FeeSchedule& f = *rule.fee_schedule;
    s.has_fee_schedule = true;
    s.fee_type = f.fee_type;
    s.percent_bp = f.percent_bp;
    s.fixed = f.fixed;
    s.minimum = f.minimum;
    s.maximum = f.maximum;
    s.rounding = f.rounding;
    s.grace_days = f.grace_days;
  }
  if (rule.expense) {
    config->expenses.push_back({static_cast<uint32_t>(config->rules.size() - 1),
                                std::string(rule.expense->text),
                                std::string(rule.expense->category), rule.expense->maximum});
  }
}

void ApplyCalendar(const ledger::Calendar& calendar, ConfigPage* config) {
  CalendarState& s = config->calendars[std::string(calendar.calendar_id)];
  s.holidays.clear();
  s.weekend.clear();
  for (Day d : calendar.holidays) s.holidays.insert(d.days);
  for (uint32_t w : calendar.weekend) s.weekend.insert(w);
}

std::vector<ledger::Event> BuiltinConfiguration() {
  // One event a rule, so that a log can replace each by itself. Windows in days before and after
  // the arrival date; lag and grace in banking days.
  struct Builtin {
    std::string_view event_id, rule_id;
    uint32_t before, after, lag, grace;
    uint64_t chance_bound;
  };
  static constexpr std::array kRules = {
      Builtin{"builtin/rule/payout_expectation/1", "payout_expectation", 3, 10, 2, 5, 0},
      Builtin{"builtin/rule/deposit_expectation/1", "deposit_expectation", 0, 0, 0, 5, 0},
      Builtin{"builtin/rule/payout_list/1", "payout_list", 0, 0, 0, 0, 0},
      Builtin{"builtin/rule/payment_reference/1", "payment_reference", 0, 0, 0, 5, 0},
      Builtin{"builtin/rule/reference_exact/1", "reference_exact", 0, 0, 0, 0, 0},
      Builtin{"builtin/rule/reference_set/1", "reference_set", 0, 0, 0, 0, 0},
      Builtin{"builtin/rule/reference_tolerance/1", "reference_tolerance", 0, 0, 0, 0, 0},
      Builtin{"builtin/rule/reference_partial/1", "reference_partial", 0, 0, 0, 0, 0},
      Builtin{"builtin/rule/reference_over/1", "reference_over", 0, 0, 0, 0, 0},
      Builtin{"builtin/rule/amount_date/1", "amount_date", 0, 0, 0, 0, 100},
  };
  std::vector<ledger::Event> events;
  ledger::Event calendar;
  calendar.event_id = "builtin/calendar/weekends/1";
  calendar.body = ledger::Calendar{"weekends", 1, {}, {6, 7}};
  events.push_back(calendar);
  for (const Builtin& b : kRules) {
    ledger::Rule rule;
    rule.rule_id = b.rule_id;
    rule.version = 1;
    ledger::Rule::BankMatch& m = rule.bank_match.emplace();
    m.window_before_days = b.before;
    m.window_after_days = b.after;
    m.lag_banking_days = b.lag;
    m.grace_banking_days = b.grace;
    m.chance_bound = b.chance_bound;
    m.calendar = "weekends";
    ledger::Event event;
    event.event_id = b.event_id;
    event.body = std::move(rule);
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace tieout::matching
