// Rules and calendars of tieout.toml as events.
#include <algorithm>
#include <cctype>

#include "engine/base/text.h"
#include "engine/cli/config.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

absl::Status Wrong(const RuleSetting& rule, std::string_view key, std::string_view text,
                   std::string_view why) {
  return base::InvalidArgument(fmt::format("{}: rule {}: {} = {}: {}", rule.where,
                                           base::Quoted(rule.id), key, base::Quoted(text), why));
}

absl::Status ReadDecimal(const RuleSetting& rule, std::string_view key, const std::string& text,
                         int exponent, int64_t* value) {
  *value = 0;
  if (text.empty()) return absl::OkStatus();
  const absl::StatusOr<int64_t> parsed = ledger::ParseAmount(text, exponent);
  if (!parsed.ok()) return Wrong(rule, key, text, base::Message(parsed.status()));
  if (*parsed < 0) return Wrong(rule, key, text, "it can't be negative");
  *value = *parsed;
  return absl::OkStatus();
}

absl::Status ReadAmount(const RuleSetting& rule, std::string_view key, const std::string& text,
                        int64_t* value) {
  if (text.empty() || text == "0") return ReadDecimal(rule, key, "", 0, value);
  const std::optional<int> exponent = ledger::CurrencyExponent(rule.currency);
  if (!exponent) {
    return Wrong(
        rule, key, text,
        "the rule needs currency = \"EUR\" (or another of ISO 4217), since it holds amounts");
  }
  return ReadDecimal(rule, key, text, *exponent, value);
}

absl::StatusOr<ledger::Rule::BankMatch> BankMatchOf(const RuleSetting& rule) {
  ledger::Rule::BankMatch match;
  TIEOUT_RETURN_IF_ERROR(ReadAmount(rule, "tolerance", rule.tolerance, &match.tolerance));
  int64_t basis_points = 0;
  TIEOUT_RETURN_IF_ERROR(
      ReadDecimal(rule, "tolerance_percent", rule.tolerance_percent, 2, &basis_points));
  if (basis_points > 10'000) {
    return Wrong(rule, "tolerance_percent", rule.tolerance_percent, "at most 100");
  }
  match.tolerance_bp = static_cast<uint32_t>(basis_points);
  match.window_before_days = rule.window_before_days;
  match.window_after_days = rule.window_after_days;
  match.lag_banking_days = rule.lag_banking_days;
  match.grace_banking_days = rule.grace_banking_days;
  match.chance_bound = rule.chance_bound;
  match.calendar = rule.calendar;
  return match;
}

absl::StatusOr<ledger::Rule::FeeSchedule> FeeScheduleOf(const RuleSetting& rule) {
  using Rounding = ledger::Rule::FeeSchedule::Rounding;
  ledger::Rule::FeeSchedule schedule;
  if (rule.fee_type.empty()) {
    return Wrong(rule, "fee_schedule.fee_type", "", "name the fee it prices, like \"processing\"");
  }
  schedule.fee_type = rule.fee_type;
  int64_t basis_points = 0;
  TIEOUT_RETURN_IF_ERROR(ReadDecimal(rule, "percent", rule.percent, 2, &basis_points));
  if (basis_points > 10'000) return Wrong(rule, "percent", rule.percent, "at most 100");
  schedule.percent_bp = static_cast<uint32_t>(basis_points);
  TIEOUT_RETURN_IF_ERROR(ReadAmount(rule, "fixed", rule.fixed, &schedule.fixed));
  TIEOUT_RETURN_IF_ERROR(ReadAmount(rule, "minimum", rule.minimum, &schedule.minimum));
  TIEOUT_RETURN_IF_ERROR(ReadAmount(rule, "maximum", rule.maximum, &schedule.maximum));
  if (rule.rounding.empty() || rule.rounding == "half_up") {
    schedule.rounding = Rounding::kHalfUp;
  } else if (rule.rounding == "half_even") {
    schedule.rounding = Rounding::kHalfEven;
  } else if (rule.rounding == "down") {
    schedule.rounding = Rounding::kDown;
  } else {
    return Wrong(rule, "rounding", rule.rounding, "it is half_up, half_even or down");
  }
  schedule.grace_days = rule.fee_grace_days;
  return schedule;
}

absl::StatusOr<ledger::Rule::Expense> ExpenseOf(const RuleSetting& rule) {
  ledger::Rule::Expense expense{.text = rule.expense_text, .category = rule.expense_category};
  const auto is_word = [](unsigned char c) { return c < 0x80 && std::isalnum(c) != 0; };
  if (std::none_of(rule.expense_text.begin(), rule.expense_text.end(), is_word)) {
    return Wrong(rule, "expense.text", rule.expense_text,
                 "say the words by which your bank names the payee, like \"google ads\"");
  }
  if (expense.category.empty()) {
    return Wrong(rule, "expense.category", "", "name what it is spent on, like \"advertising\"");
  }
  if (!rule.provider.empty() && rule.provider != ledger::kBankProvider) {
    return Wrong(rule, "provider", rule.provider,
                 "an expense is seen on a bank account: leave it out, or write \"bank\"");
  }
  TIEOUT_RETURN_IF_ERROR(
      ReadAmount(rule, "expense.maximum", rule.expense_maximum, &expense.maximum));
  return expense;
}

absl::StatusOr<ledger::Event> RuleEvent(const RuleSetting& setting) {
  if (setting.id.empty()) {
    return base::InvalidArgument(
        fmt::format("{}: a rule without id: add id = \"its name\"", setting.where));
  }
  if (!setting.has_bank_match && !setting.has_fee_schedule && !setting.has_expense &&
      !setting.withdrawn) {
    return base::InvalidArgument(fmt::format(
        "{}: rule {} says nothing: add bank_match = {{…}}, fee_schedule = {{…}} or expense = {{…}}",
        setting.where, base::Quoted(setting.id)));
  }
  ledger::Rule rule;
  rule.rule_id = setting.id;
  rule.scope = {setting.provider, setting.account, setting.currency};
  rule.withdrawn = setting.withdrawn;
  if (setting.has_bank_match) {
    TIEOUT_ASSIGN_OR_RETURN(rule.bank_match, BankMatchOf(setting));
  }
  if (setting.has_fee_schedule) {
    TIEOUT_ASSIGN_OR_RETURN(rule.fee_schedule, FeeScheduleOf(setting));
  }
  if (setting.has_expense) {
    TIEOUT_ASSIGN_OR_RETURN(rule.expense, ExpenseOf(setting));
  }
  ledger::Event event;
  event.body = rule;
  return event;
}

absl::StatusOr<ledger::Event> CalendarEvent(const CalendarSetting& setting) {
  if (setting.id.empty()) {
    return base::InvalidArgument(
        fmt::format("{}: a calendar without id: add id = \"its name\"", setting.where));
  }
  ledger::Calendar calendar;
  calendar.calendar_id = setting.id;
  calendar.weekend = setting.weekend;
  for (const std::string& text : setting.holidays) {
    const std::optional<base::Day> day = base::ParseDay(text);
    if (!day) {
      return base::InvalidArgument(
          fmt::format("{}: calendar {}: holiday {}: it is a date like 2026-04-03", setting.where,
                      setting.id, base::Quoted(text)));
    }
    calendar.holidays.push_back(*day);
  }
  ledger::Event event;
  event.body = calendar;
  return event;
}

}  // namespace

absl::StatusOr<std::vector<ledger::Event>> RuleEvents(const Config& config) {
  std::vector<ledger::Event> events;
  for (const CalendarSetting& calendar : config.calendars) {
    TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, CalendarEvent(calendar));
    events.push_back(std::move(event));
  }
  for (const RuleSetting& rule : config.rules) {
    TIEOUT_ASSIGN_OR_RETURN(ledger::Event event, RuleEvent(rule));
    events.push_back(std::move(event));
  }
  return events;
}

}  // namespace tieout::cli
