#include "tests/oracle/facts.h"

#include <algorithm>
#include <limits>

namespace tieout::oracle {
namespace {

using Field = ledger::Amendment::Field;
using State = ledger::Payout::State;

const ledger::Payout& PayoutOf(const Fact& fact) {
  return std::get<ledger::Payout>(fact.event->body);
}

bool IsSent(const Fact& fact) {
  const State state = PayoutOf(fact).state;
  return state == State::kInitiated || state == State::kPaid;
}

bool SamePayout(const Fact& a, const Fact& b) {
  return a.event->account == b.event->account && a.event->refs.payout_id == b.event->refs.payout_id;
}

// Others are of a payout.
bool IsOfItem(Field field) {
  return field == Field::kPayoutId || field == Field::kAvailableOn || field == Field::kStatus ||
         field == Field::kOrderId;
}

// Of an entry, as the provider writes it: %2F is a slash, %25 a percent sign.
std::string LastPart(std::string_view entry) {
  const size_t slash = entry.rfind('/');
  std::string part(slash == std::string_view::npos ? entry : entry.substr(slash + 1));
  for (size_t at = part.find('%'); at != std::string::npos; at = part.find('%', at + 1)) {
    part.replace(at, 3, part.compare(at, 3, "%2F") == 0 ? "/" : "%");
  }
  return part;
}

}  // namespace

std::vector<const Fact*> Facts::OfKind(ledger::Kind kind) const {
  std::vector<const Fact*> found;
  for (const Fact& fact : facts_) {
    if (fact.event->kind() == kind) found.push_back(&fact);
  }
  return found;
}

std::string_view Facts::Amended(std::string_view entry, Field field,
                                const std::vector<std::string_view>& inlined,
                                const Fact* last) const {
  using Told = std::pair<int64_t, std::string_view>;
  std::vector<Told> told;
  for (const std::string_view value : inlined) {
    if (!value.empty()) told.emplace_back(std::numeric_limits<int64_t>::min(), value);
  }
  for (const Fact* fact : OfKind(ledger::Kind::kAmendment)) {
    if (last != nullptr && fact->ordinal > last->ordinal) break;
    const auto& amendment = std::get<ledger::Amendment>(fact->event->body);
    if (amendment.entry == entry && amendment.field == field) {
      told.emplace_back(amendment.as_of_us, amendment.value);
    }
  }
  return told.empty() ? std::string_view() : std::max_element(told.begin(), told.end())->second;
}

std::string_view Facts::PayoutIdOf(const Fact& item, const Fact* last) const {
  return Amended(ledger::EntryOf(item.event_id), Field::kPayoutId, {item.event->refs.payout_id},
                 last);
}

std::vector<PayoutSeen> Facts::Payouts() const {
  std::vector<PayoutSeen> payouts;
  const std::vector<const Fact*> states = OfKind(ledger::Kind::kPayout);
  for (const Fact* one : states) {
    const bool known = std::any_of(payouts.begin(), payouts.end(),
                                   [&](const PayoutSeen& p) { return SamePayout(*p.first, *one); });
    if (known) continue;
    PayoutSeen payout{.account = one->event->account,
                      .id = std::string(one->event->refs.payout_id)};
    std::vector<std::string_view> trace, reference, end_to_end;
    Day arrival;
    for (const Fact* state : states) {
      if (!SamePayout(*one, *state)) continue;
      const Fact*& first = IsSent(*state) ? payout.first : payout.back;
      if (first == nullptr) first = state;
      payout.list_complete |= PayoutOf(*state).list_complete;
      arrival = std::max(arrival, PayoutOf(*state).arrival_date);
      trace.push_back(state->event->refs.trace_id);
      reference.push_back(state->event->refs.bank_reference);
      end_to_end.push_back(state->event->refs.end_to_end_id);
    }
    payout.sent = payout.first != nullptr;
    payout.failed = payout.back != nullptr;
    if (!payout.sent) payout.first = payout.back;
    payout.amount = payout.first->event->amount;
    payout.in_cash = PayoutOf(*payout.first).method == ledger::Payout::Method::kCash;
    const std::string_view entry = ledger::EntryOf(payout.first->event_id);
    payout.list_complete |= Amended(entry, Field::kListComplete, {}) == "true";
    const std::optional<Day> amended = base::ParseDay(Amended(entry, Field::kArrivalDate, {}));
    for (const std::string_view id :
         {std::string_view(payout.id), Amended(entry, Field::kTraceId, trace),
          Amended(entry, Field::kBankReference, reference),
          Amended(entry, Field::kEndToEndId, end_to_end)}) {
      if (!id.empty()) payout.ids.emplace_back(id);
    }
    Place(&payout, amended.value_or(arrival));
    payouts.push_back(std::move(payout));
  }
  return payouts;
}

std::vector<PayoutSeen> Facts::Spendings() const {
  std::vector<PayoutSeen> spendings;
  for (const Fact* fact : OfKind(ledger::Kind::kExpense)) {
    const auto& expense = std::get<ledger::Expense>(fact->event->body);
    if (expense.paid_from.empty() || fact->event->amount == 0) continue;
    PayoutSeen spending{.account = fact->event->account, .first = fact};
    spending.amount = fact->event->amount;
    spending.sent = true;
    spending.spent = &expense;
    const ledger::References& refs = fact->event->refs;
    for (const std::string_view id : {refs.trace_id, refs.bank_reference, refs.end_to_end_id}) {
      if (!id.empty()) spending.ids.emplace_back(id);
    }
    Place(&spending, Day{});
    spending.pays_into = expense.paid_from;
    spendings.push_back(std::move(spending));
  }
  return spendings;
}

std::vector<PayoutNamed> Facts::PayoutsNamed() const {
  std::vector<PayoutNamed> named;
  for (const PayoutSeen& spent : Spendings()) named.push_back({spent.account.provider, spent.ids});
  for (const PayoutSeen& seen : Payouts()) named.push_back({seen.account.provider, seen.ids});
  // By the payout that held for an item at some time.
  for (const Fact& fact : facts_) {
    const auto* amendment = std::get_if<ledger::Amendment>(&fact.event->body);
    for (const Fact& item : facts_) {
      const bool tells =
          &item == &fact ||
          (amendment != nullptr && amendment->field == Field::kPayoutId &&
           item.ordinal < fact.ordinal && ledger::EntryOf(item.event_id) == amendment->entry);
      if (!tells || !ledger::IsBalanceItem(item.event->kind())) continue;
      const std::string_view id = PayoutIdOf(item, &fact);
      if (!id.empty()) named.push_back({item.event->account.provider, {std::string(id)}});
    }
    if (amendment == nullptr || IsOfItem(amendment->field)) continue;
    PayoutNamed payout{fact.event->account.provider, {LastPart(amendment->entry)}};
    for (const Field field : {Field::kTraceId, Field::kBankReference, Field::kEndToEndId}) {
      payout.ids.emplace_back(Amended(amendment->entry, field, {}));
    }
    named.push_back(std::move(payout));
  }
  return named;
}

void Facts::Place(PayoutSeen* payout, Day stated_arrival) const {
  const uint64_t at = payout->first->ordinal;
  const Day sent_on = base::DayOf(payout->first->event->occurred_at_us);
  const ledger::Rule* rule = configuration_.RuleAt("payout_expectation", payout->account, at);
  const ledger::Rule::BankMatch match =
      rule != nullptr && rule->bank_match ? *rule->bank_match : ledger::Rule::BankMatch{};
  payout->arrival =
      stated_arrival.is_set()
          ? stated_arrival
          : configuration_.AddBankingDays(match.calendar, at, sent_on, match.lag_banking_days);
  payout->window_from = payout->arrival.plus(-static_cast<int32_t>(match.window_before_days));
  payout->window_to = payout->arrival.plus(static_cast<int32_t>(match.window_after_days));
  payout->due_us =
      configuration_.AddBankingDays(match.calendar, at, payout->arrival, match.grace_banking_days)
          .plus(1)
          .start_us();
  const ledger::AccountOpened* owned = configuration_.OwnershipOn(payout->account, sent_on, at);
  if (owned != nullptr) payout->pays_into = owned->pays_into;
}

std::vector<DepositSeen> Facts::Deposits() const {
  std::vector<DepositSeen> deposits;
  for (const Fact* fact : OfKind(ledger::Kind::kBankDeposit)) {
    const auto& body = std::get<ledger::BankDeposit>(fact->event->body);
    DepositSeen deposit{.fact = fact, .account = fact->event->account};
    deposit.amount = fact->event->amount;
    deposit.value_date = body.value_date.is_set()     ? body.value_date
                         : body.booking_date.is_set() ? body.booking_date
                                                      : base::DayOf(fact->event->occurred_at_us);
    const ledger::Rule* rule =
        configuration_.RuleAt("deposit_expectation", deposit.account, fact->ordinal);
    const ledger::Rule::BankMatch match =
        rule != nullptr && rule->bank_match ? *rule->bank_match : ledger::Rule::BankMatch{};
    deposit.due_us = configuration_
                         .AddBankingDays(match.calendar, fact->ordinal, deposit.value_date,
                                         match.grace_banking_days)
                         .plus(1)
                         .start_us();
    deposits.push_back(deposit);
  }
  return deposits;
}

bool Facts::Covers(const AccountRef& account, int64_t until_us) const {
  for (const Fact* fact : OfKind(ledger::Kind::kSourceReport)) {
    const auto& report = std::get<ledger::SourceReport>(fact->event->body);
    if (report.phase == ledger::SourceReport::Phase::kClosed && fact->event->account == account &&
        report.coverage_to_us >= until_us) {
      return true;
    }
  }
  return false;
}

}  // namespace tieout::oracle
