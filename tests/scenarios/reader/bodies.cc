#include "tests/scenarios/reader/bodies.h"

#include <fmt/format.h>

#include <cstdlib>

namespace tieout::scenarios {
namespace {

uint32_t Number(const std::string& text) {
  return static_cast<uint32_t>(std::strtoul(text.c_str(), nullptr, 10));
}

template <typename T>
absl::StatusOr<T> OneOf(std::string_view word, const std::map<std::string_view, T>& choices) {
  const auto found = choices.find(word);
  if (found == choices.end()) {
    return base::InvalidArgument(fmt::format("\"{}\" is none of the choices", word));
  }
  return found->second;
}

// of=stripe or of=stripe/acct_1, and currency=.
absl::StatusOr<ledger::AccountRef> ReadScope(const Words& words) {
  const std::string& scope = words.option("of");
  const std::string& currency = words.option("currency");
  if (scope.find('/') == std::string::npos) return ledger::AccountRef{scope, {}, currency};
  return ParseAccount(scope, currency);
}

// Amounts of rules for every currency are written as if they were euros.
absl::StatusOr<ledger::Minor> RuleAmount(const Words& words, const std::string& key) {
  const std::string& text = words.option(key);
  if (text.empty()) return 0;
  const std::string& currency = words.option("currency");
  return ParseMinor(text, currency.empty() ? "EUR" : currency);
}

absl::StatusOr<ledger::Rule> ReadRuleHead(const Words& words) {
  ledger::Rule rule{.rule_id = words.at(1), .version = Number(words.option("version"))};
  TIEOUT_ASSIGN_OR_RETURN(rule.scope, ReadScope(words));
  rule.withdrawn = words.at(2) == "withdrawn";
  return rule;
}

absl::StatusOr<ledger::Body> ReadPayout(const Words& words) {
  using State = ledger::Payout::State;
  using Method = ledger::Payout::Method;
  ledger::Payout payout{.method = Method::kAutomatic};
  TIEOUT_ASSIGN_OR_RETURN(payout.state,
                          OneOf<State>(words.at(6), {{"initiated", State::kInitiated},
                                                     {"paid", State::kPaid},
                                                     {"failed", State::kFailed},
                                                     {"returned", State::kReturned},
                                                     {"cancelled", State::kCancelled}}));
  TIEOUT_ASSIGN_OR_RETURN(payout.arrival_date, ParseDate(words.option("arrival")));
  payout.list_complete = words.at(7) == "complete";
  if (!words.option("method").empty()) {
    TIEOUT_ASSIGN_OR_RETURN(payout.method,
                            OneOf<Method>(words.option("method"), {{"cash", Method::kCash}}));
  }
  return payout;
}

absl::StatusOr<ledger::Chargeback::Phase> ReadPhase(const Words& words) {
  using Phase = ledger::Chargeback::Phase;
  return OneOf<Phase>(words.at(6), {{"inquiry", Phase::kInquiry},
                                    {"opened", Phase::kOpened},
                                    {"won", Phase::kWon},
                                    {"lost", Phase::kLost},
                                    {"second", Phase::kSecond}});
}

absl::StatusOr<ledger::Body> ReadShipment(const Words& words) {
  using Status = ledger::Shipment::Status;
  ledger::Shipment shipment{.tracking_number = words.at(1)};
  TIEOUT_ASSIGN_OR_RETURN(shipment.status,
                          OneOf<Status>(words.at(6), {{"label", Status::kLabelled},
                                                      {"lost", Status::kLost},
                                                      {"claimed", Status::kClaimed}}));
  shipment.claim_id = words.option("claim");
  const std::string& cost = words.option("cost");
  if (!cost.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(shipment.label_cost, ParseMinor(cost, words.at(3)));
  }
  return shipment;
}

}  // namespace

absl::StatusOr<ledger::Rule> ReadRule(const Words& words) {
  TIEOUT_ASSIGN_OR_RETURN(ledger::Rule rule, ReadRuleHead(words));
  ledger::BankMatch match;
  TIEOUT_ASSIGN_OR_RETURN(match.tolerance, RuleAmount(words, "tolerance"));
  match.tolerance_bp = Number(words.option("tolerance_basis_points"));
  match.window_before_days = Number(words.option("before"));
  match.window_after_days = Number(words.option("after"));
  match.lag_banking_days = Number(words.option("lag"));
  match.grace_banking_days = Number(words.option("grace"));
  match.chance_bound = Number(words.option("chance"));
  match.calendar = words.option("calendar");
  rule.bank_match = match;
  return rule;
}

absl::StatusOr<ledger::Rule> ReadSchedule(const Words& words) {
  TIEOUT_ASSIGN_OR_RETURN(ledger::Rule rule, ReadRuleHead(words));
  ledger::Rule::FeeSchedule schedule{.fee_type = words.option("type"),
                                     .percent_bp = Number(words.option("basis_points"))};
  TIEOUT_ASSIGN_OR_RETURN(schedule.fixed, RuleAmount(words, "fixed"));
  TIEOUT_ASSIGN_OR_RETURN(schedule.minimum, RuleAmount(words, "minimum"));
  TIEOUT_ASSIGN_OR_RETURN(schedule.maximum, RuleAmount(words, "maximum"));
  schedule.grace_days = Number(words.option("grace_days"));
  using Rounding = ledger::Rule::FeeSchedule::Rounding;
  const std::string& rounding = words.option("rounding");
  if (!rounding.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(schedule.rounding,
                            OneOf<Rounding>(rounding, {{"half_up", Rounding::kHalfUp},
                                                       {"down", Rounding::kDown},
                                                       {"half_even", Rounding::kHalfEven}}));
  }
  rule.fee_schedule = schedule;
  return rule;
}

absl::StatusOr<ledger::Rule> ReadExpenseRule(const Words& words) {
  TIEOUT_ASSIGN_OR_RETURN(ledger::Rule rule, ReadRuleHead(words));
  ledger::ExpenseRule expense{.text = words.option("text"), .category = words.option("category")};
  TIEOUT_ASSIGN_OR_RETURN(expense.maximum, RuleAmount(words, "maximum"));
  if (!rule.withdrawn) rule.expense = expense;
  return rule;
}

// holidays=2026-04-03,2026-04-06 weekend=6,7
absl::StatusOr<ledger::Calendar> ReadCalendar(const Words& words) {
  ledger::Calendar calendar{.calendar_id = words.at(1), .version = Number(words.option("version"))};
  const std::string& holidays = words.option("holidays");
  constexpr size_t kDateAndComma = 11;
  for (size_t i = 0; i < holidays.size(); i += kDateAndComma) {
    TIEOUT_ASSIGN_OR_RETURN(const base::Day day,
                            ParseDate(std::string_view(holidays).substr(i, kDateAndComma - 1)));
    calendar.holidays.push_back(day);
  }
  for (const char weekday : words.option("weekend")) {
    if (weekday != ',') calendar.weekend.push_back(static_cast<uint32_t>(weekday - '0'));
  }
  return calendar;
}

absl::StatusOr<ledger::Body> ReadFactBody(const Words& words, base::Day occurred_on) {
  const std::string& kind = words.at(0);
  // customer="50.00 GBP": what the customer paid or got back.
  const std::string_view customer = words.option("customer");
  ledger::Minor amount = 0;
  std::string_view currency;
  if (!customer.empty()) {
    currency = customer.substr(customer.rfind(' ') + 1);
    TIEOUT_ASSIGN_OR_RETURN(amount, ParseMinor(customer.substr(0, customer.rfind(' ')), currency));
  }
  if (kind == "sale") {
    return ledger::Sale{.customer_amount = amount, .customer_currency = currency};
  }
  if (kind == "fee") return ledger::Fee{.type = words.option("type")};
  if (kind == "refund") return ledger::Refund{amount, currency, {}};
  if (kind == "chargeback") {
    TIEOUT_ASSIGN_OR_RETURN(const ledger::Chargeback::Phase phase, ReadPhase(words));
    return ledger::Chargeback{phase, {}, amount, currency};
  }
  if (kind == "adjustment") return ledger::Adjustment{words.option("reason"), {}};
  if (kind == "reserve") return ledger::Reserve{};
  if (kind == "payout") return ReadPayout(words);
  if (kind == "shipment") return ReadShipment(words);
  if (kind == "expense") {
    return ledger::Expense{.category = words.option("category"),
                           .supplier = words.option("supplier"),
                           .paid_from = words.option("paid_from")};
  }
  return ledger::BankDeposit{.booking_date = occurred_on,
                             .value_date = occurred_on,
                             .provisional = words.at(6) == "provisional",
                             .counterparty = words.option("from"),
                             .remittance = words.option("text")};
}

}  // namespace tieout::scenarios
