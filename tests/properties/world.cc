#include "tests/properties/world.h"

#include <fmt/format.h>

namespace tieout::properties {

using ledger::Event;

World::World(Chance* chance) : chance_(*chance) {
  const std::vector<std::string_view> currencies = {"EUR", "EUR", "JPY", "BHD"};
  const std::vector<std::string_view> names = {"stripe", "shopify", "till"};
  const int homes = chance_.Between(1, 3);
  for (int h = 0; h < homes; ++h) {
    const std::string_view home = Keep(fmt::format("S{}", h));
    const std::string_view currency = chance_.OneOf(currencies);
    const int banks = chance_.Between(1, 2);
    const size_t first_bank = banks_.size();
    for (int b = 0; b < banks; ++b) {
      banks_.push_back({{"bank", Keep(fmt::format("DE{}{}", h, b)), currency}, home, {}});
    }
    if (chance_.Percent(30)) {
      apps_.push_back({{"shipping", Keep(fmt::format("app{}", h)), currency}, home, {}});
    }
    books_.push_back(
        {{ledger::kExpensesProvider, Keep(fmt::format("book{}", h)), currency}, home, {}});
    const int accounts = chance_.Between(1, 3);
    for (int a = 0; a < accounts; ++a) {
      const std::string_view into =
          chance_.Percent(70)
              ? banks_[first_bank + static_cast<size_t>(chance_.Below(banks))].ref.merchant_account
              : std::string_view();
      const std::string_view name = a == 0 ? names[0] : chance_.OneOf(names);
      providers_.push_back({{name, Keep(fmt::format("acct{}{}", h, a)), currency}, home, into});
    }
  }
}

Event World::Configured(ledger::Body body) {
  Event event;
  event.event_id = Keep(fmt::format("config/{}", ++configured_));
  event.body = std::move(body);
  return event;
}

ledger::AccountRef World::Scope() {
  if (chance_.Percent(70)) return {};
  const ledger::AccountRef& account = chance_.OneOf(providers_).ref;
  if (chance_.Percent(50)) return {account.provider, {}, {}};
  return account;
}

ledger::Rule World::BankRule(std::string_view id) {
  ledger::Rule::BankMatch match{
      .tolerance = chance_.Below(4),
      .tolerance_bp = static_cast<uint32_t>(chance_.Below(3) * 50),
      .window_before_days = static_cast<uint32_t>(chance_.Below(4)),
      .window_after_days = static_cast<uint32_t>(chance_.Between(1, 6)),
      .lag_banking_days = static_cast<uint32_t>(chance_.Below(3)),
      .grace_banking_days = static_cast<uint32_t>(chance_.Below(4)),
      .chance_bound = static_cast<uint64_t>(chance_.OneOf(std::vector<int>{1, 10, 100})),
      .calendar = chance_.Percent(85) ? "banking" : ""};
  return {.rule_id = id, .version = static_cast<uint32_t>(configured_ + 1), .bank_match = match};
}

ledger::Rule World::Schedule(std::string_view id, std::string_view type) {
  using Rounding = ledger::Rule::FeeSchedule::Rounding;
  ledger::Rule::FeeSchedule schedule{
      .fee_type = type,
      .percent_bp = static_cast<uint32_t>(chance_.OneOf(std::vector<int>{0, 100, 290, 325})),
      .fixed = chance_.OneOf(std::vector<int>{0, 25, 30}),
      .minimum = chance_.OneOf(std::vector<int>{0, 0, 40}),
      .maximum = chance_.OneOf(std::vector<int>{0, 0, 500}),
      .rounding = chance_.OneOf(
          std::vector<Rounding>{Rounding::kHalfUp, Rounding::kDown, Rounding::kHalfEven}),
      .grace_days = static_cast<uint32_t>(chance_.Below(3))};
  return {.rule_id = id,
          .version = static_cast<uint32_t>(configured_ + 1),
          .scope = Scope(),
          .fee_schedule = schedule};
}

// Of texts that stand in deposits of payouts as well as in others.
ledger::Rule World::ExpenseRule() {
  const std::vector<std::string_view> texts = {"stripe", "Shopify", "PAYOUT", "ads", "stripe ads"};
  ledger::ExpenseRule expense{
      .text = chance_.OneOf(texts),
      .category = chance_.OneOf(std::vector<std::string_view>{"advertising", "subscriptions"})};
  ledger::Rule rule{.rule_id = Keep(fmt::format("spent-{}", chance_.Below(3))),
                    .version = static_cast<uint32_t>(configured_ + 1),
                    .withdrawn = chance_.Percent(15)};
  if (chance_.Percent(40)) rule.scope = chance_.OneOf(banks_).ref;
  if (chance_.Percent(20)) rule.scope = {"bank", {}, {}};
  if (!rule.scope.currency.empty() && chance_.Percent(50)) {
    expense.maximum = chance_.Between(1, 8) * 1000;
  }
  rule.expense = expense;
  return rule;
}

std::vector<Event> World::Beginning() {
  std::vector<Event> events;
  events.push_back(Configured(ledger::LogBeginning{"random", 1, "murmur2", 1}));
  const auto number = static_cast<uint64_t>(kFirstDay.start_us() / ledger::kTickMicros);
  events.push_back(Configured(ledger::Tick{number, false}));
  events.push_back(
      Configured(ledger::Calendar{"banking", 1, {kFirstDay.plus(9), kFirstDay.plus(10)}, {6, 7}}));
  for (const std::string_view id :
       {"payout_expectation", "deposit_expectation", "reference_exact", "reference_set",
        "reference_partial", "reference_over", "reference_tolerance", "amount_date",
        "payment_reference", "payout_list"}) {
    events.push_back(Configured(BankRule(id)));
  }
  if (chance_.Percent(60)) {
    events.push_back(Configured(Schedule("processing_fee", "processing")));
  }
  if (chance_.Percent(20)) events.push_back(Configured(Schedule("platform_fee", "platform")));
  for (int i = chance_.Below(3); i > 0; --i) events.push_back(Configured(ExpenseRule()));
  for (const std::vector<Account>* accounts : {&banks_, &providers_, &apps_, &books_}) {
    for (const Account& account : *accounts) {
      Event event = Configured(
          ledger::AccountOpened{account.home, false, account.pays_into, "UTC", base::Day{}});
      event.account = account.ref;
      events.push_back(event);
    }
  }
  for (const Account& account : providers_) {
    if (!chance_.Percent(15)) continue;
    Event event = Configured(ledger::Start{.first_day = kFirstDay.plus(chance_.Below(12)),
                                           .pending = chance_.Below(3) * 100,
                                           .available = chance_.Between(-2, 3) * 1000,
                                           .reserved = chance_.Below(2) * 500});
    event.account = account.ref;
    event.occurred_at_us = std::get<ledger::Start>(event.body).first_day.start_us();
    events.push_back(event);
  }
  return events;
}

Event World::RuleChange() {
  const std::vector<std::string_view> ids = {"payout_expectation", "deposit_expectation",
                                             "reference_tolerance", "amount_date",
                                             "payment_reference"};
  if (chance_.Percent(40)) {
    ledger::Rule rule = Schedule("processing_fee", "processing");
    rule.withdrawn = chance_.Percent(20);
    return Configured(rule);
  }
  if (chance_.Percent(30)) return Configured(ExpenseRule());
  ledger::Rule rule = BankRule(chance_.OneOf(ids));
  rule.scope = Scope();
  return Configured(rule);
}

const Account& World::BankOf(const Account& provider) {
  std::vector<size_t> own;
  for (size_t b = 0; b < banks_.size(); ++b) {
    if (banks_[b].home != provider.home) continue;
    if (banks_[b].ref.merchant_account == provider.pays_into && chance_.Percent(90)) {
      return banks_[b];
    }
    own.push_back(b);
  }
  return banks_[chance_.OneOf(own)];
}

std::string_view World::HomeOf(const ledger::AccountRef& account) const {
  for (const std::vector<Account>* accounts : {&banks_, &providers_, &apps_, &books_}) {
    for (const Account& known : *accounts) {
      if (known.ref == account) return known.home;
    }
  }
  return {};
}

}  // namespace tieout::properties
