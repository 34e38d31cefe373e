// Level order: a sale with its fees, refunds and chargebacks.
#include <algorithm>
#include <cstdlib>

#include "tests/oracle/verdict.h"

namespace tieout::oracle {
namespace {

using ledger::Kind;
using ledger::Level;
using ledger::Status;

constexpr int kDisputeReachDays = 540;

bool SamePayment(const Fact& a, const Fact& b) {
  return a.event->account.provider == b.event->account.provider &&
         a.event->account.merchant_account == b.event->account.merchant_account &&
         a.event->refs.payment_id == b.event->refs.payment_id;
}

Minor SumOf(const std::vector<const Fact*>& facts) {
  Minor sum = 0;
  for (const Fact* fact : facts) sum += fact->event->amount;
  return sum;
}

std::vector<Share> Shares(const Fact* sale, const std::vector<const Fact*>& others) {
  std::vector<Share> shares;
  if (sale != nullptr) shares.push_back({sale->event_id, 0});
  for (const Fact* fact : others) shares.push_back({fact->event_id, fact->event->amount});
  std::sort(shares.begin(), shares.end());
  return shares;
}

Minor ExpectedFee(const ledger::Rule::FeeSchedule& schedule, Minor gross) {
  using Rounding = ledger::Rule::FeeSchedule::Rounding;
  const __int128 product = static_cast<__int128>(gross) * schedule.percent_bp;
  auto fee = static_cast<Minor>(product / 10'000);
  const auto rest = static_cast<Minor>(product % 10'000);
  if (schedule.rounding == Rounding::kHalfUp && rest >= 5'000) ++fee;
  if (schedule.rounding == Rounding::kHalfEven &&
      (rest > 5'000 || (rest == 5'000 && fee % 2 != 0))) {
    ++fee;
  }
  fee += schedule.fixed;
  fee = std::max(fee, schedule.minimum);
  if (schedule.maximum != 0) fee = std::min(fee, schedule.maximum);
  return -fee;
}

bool Near(Minor a, Minor b) { return a - b <= 1 && b - a <= 1; }

// Two or more fees of one amount, each the expected one.
bool IsChargedTwice(const std::vector<const Fact*>& fees, Minor expected) {
  return std::any_of(fees.begin(), fees.end(), [&](const Fact* fee) {
    return Near(fee->event->amount, expected) &&
           std::count_if(fees.begin(), fees.end(), [&](const Fact* other) {
             return other->event->amount == fee->event->amount;
           }) >= 2;
  });
}

Verdict JudgeFee(const Fact& sale, Minor gross, const ledger::Rule& rule,
                 const std::vector<const Fact*>& fees) {
  const ledger::Rule::FeeSchedule& schedule = *rule.fee_schedule;
  Verdict verdict;
  verdict.subject = "fee " + std::string(schedule.fee_type) + " of " + sale.event_id;
  Said& said = verdict.said;
  said.level = Level::kOrder;
  said.rule_id = rule.rule_id;
  said.currency = sale.event->account.currency;
  said.expected = ExpectedFee(schedule, gross);
  said.actual = SumOf(fees);
  said.members = Shares(&sale, fees);
  if (Near(said.actual, said.expected)) {
    said.status = Status::kMatched;
    return verdict;
  }
  verdict.negative = true;
  if (fees.empty()) {
    said.status = Status::kUnmatched;
    said.reason = ledger::reason::kFeeMissing;
    verdict.due_us = base::DayOf(sale.event->occurred_at_us)
                         .plus(1 + static_cast<int32_t>(schedule.grace_days))
                         .start_us();
    verdict.needs = {sale.event->account};
    return verdict;
  }
  said.status = Status::kPartiallyMatched;
  said.reason = IsChargedTwice(fees, said.expected) ? ledger::reason::kFeeDuplicate
                                                    : ledger::reason::kFeeVariance;
  return verdict;
}

Verdict JudgeTie(const Fact& reversal, const Fact* sale, const Configuration& configuration) {
  Verdict verdict;
  verdict.subject = "tie of " + reversal.event_id;
  Said& said = verdict.said;
  said.level = Level::kOrder;
  said.rule_id = "payment_reference";
  said.currency = reversal.event->account.currency;
  said.expected = reversal.event->amount;
  said.actual = reversal.event->amount;
  if (sale != nullptr) {
    said.status = Status::kMatched;
    said.members = Shares(sale, {&reversal});
    return verdict;
  }
  verdict.negative = true;
  said.status = Status::kUnmatched;
  said.reason = reversal.event->kind() == Kind::kRefund ? ledger::reason::kOrphanRefund
                                                        : ledger::reason::kOrphanChargeback;
  said.members = {{reversal.event_id, 0}};
  said.expected = 0;
  const ledger::Rule* rule =
      configuration.RuleAt("payment_reference", reversal.event->account, reversal.ordinal);
  const ledger::Rule::BankMatch match =
      rule != nullptr && rule->bank_match ? *rule->bank_match : ledger::Rule::BankMatch{};
  verdict.due_us =
      configuration
          .AddBankingDays(match.calendar, reversal.ordinal,
                          base::DayOf(reversal.event->occurred_at_us), match.grace_banking_days)
          .plus(1)
          .start_us();
  verdict.needs = {reversal.event->account};
  return verdict;
}

// A payment's captures: their gross adds up, the first in the log stands for them.
struct Payment {
  const Fact* sale = nullptr;
  std::vector<const Fact*> captures;
};

struct Customer {
  Minor amount = 0;
  std::string_view currency;
};

Customer CustomerOf(const Fact& fact) {
  if (const auto* sale = std::get_if<ledger::Sale>(&fact.event->body)) {
    return {sale->customer_amount, sale->customer_currency};
  }
  if (const auto* refund = std::get_if<ledger::Refund>(&fact.event->body)) {
    return {refund->customer_amount, refund->customer_currency};
  }
  const auto& chargeback = std::get<ledger::Chargeback>(fact.event->body);
  return {chargeback.customer_amount, chargeback.customer_currency};
}

Verdict JudgeReversals(const Payment& payment, const std::vector<const Fact*>& reversals) {
  const Fact& sale = *payment.sale;
  const std::string_view currency = CustomerOf(sale).currency;
  const auto in_currency = [&](const Fact* f) { return CustomerOf(*f).currency == currency; };
  const bool by_customer =
      !currency.empty() && std::all_of(reversals.begin(), reversals.end(), in_currency) &&
      std::all_of(payment.captures.begin(), payment.captures.end(), in_currency);
  const auto amount = [&](const Fact& f) {
    return by_customer ? CustomerOf(f).amount : f.event->amount;
  };
  Minor gross = 0;
  for (const Fact* capture : payment.captures) gross += amount(*capture);
  Minor refunded = 0;
  Minor charged_back = 0;
  for (const Fact* f : reversals) {
    (f->event->kind() == Kind::kRefund ? refunded : charged_back) -= amount(*f);
  }
  Verdict verdict;
  verdict.subject = "reversals of " + sale.event_id;
  Said& said = verdict.said;
  said.level = Level::kOrder;
  said.rule_id = "payment_reference";
  said.currency = sale.event->account.currency;
  said.expected = -SumOf(payment.captures);
  said.actual = SumOf(reversals);
  said.members = Shares(&sale, reversals);
  verdict.negative = refunded + charged_back > gross;
  verdict.only_heals = !verdict.negative;
  said.status = verdict.negative ? Status::kPartiallyMatched : Status::kMatched;
  if (verdict.negative) {
    said.reason = refunded > 0 && charged_back > 0 ? ledger::reason::kReversedTwice
                                                   : ledger::reason::kRefundExceedsSale;
  }
  return verdict;
}

void JudgeFees(const Payment& payment, const Facts& facts, const Configuration& configuration,
               std::vector<Verdict>* verdicts) {
  const Fact& sale = *payment.sale;
  const Minor gross = SumOf(payment.captures);
  if (gross <= 0) return;
  for (const ledger::Rule* rule : configuration.SchedulesAt(sale.event->account, sale.ordinal)) {
    std::vector<const Fact*> fees;
    for (const Fact* fee : facts.OfKind(Kind::kFee)) {
      if (SamePayment(*fee, sale) &&
          std::get<ledger::Fee>(fee->event->body).type == rule->fee_schedule->fee_type) {
        fees.push_back(fee);
      }
    }
    Verdict verdict = JudgeFee(sale, gross, *rule, fees);
    // A fee of at most the rounding unit that nobody charged.
    if (fees.empty() && verdict.said.status == Status::kMatched) continue;
    verdicts->push_back(std::move(verdict));
  }
}

}  // namespace

std::vector<Verdict> OrderVerdicts(const Facts& facts, const Configuration& configuration) {
  std::vector<Payment> payments;
  for (const Fact* sale : facts.OfKind(Kind::kSale)) {
    if (sale->event->refs.payment_id.empty()) continue;
    const auto known = std::find_if(payments.begin(), payments.end(),
                                    [&](const Payment& p) { return SamePayment(*p.sale, *sale); });
    if (known == payments.end()) {
      payments.push_back({sale, {sale}});
    } else {
      known->captures.push_back(sale);
    }
  }
  std::vector<const Fact*> reversals = facts.OfKind(Kind::kRefund);
  for (const Fact* chargeback : facts.OfKind(Kind::kChargeback)) reversals.push_back(chargeback);
  std::erase_if(reversals, [](const Fact* f) { return f->event->refs.payment_id.empty(); });

  std::vector<Verdict> verdicts;
  for (const Payment& payment : payments) {
    JudgeFees(payment, facts, configuration, &verdicts);
    std::vector<const Fact*> own;
    for (const Fact* reversal : reversals) {
      if (SamePayment(*reversal, *payment.sale)) own.push_back(reversal);
    }
    if (!own.empty()) verdicts.push_back(JudgeReversals(payment, own));
  }
  for (const Fact* reversal : reversals) {
    const Fact* sale = nullptr;
    for (const Payment& payment : payments) {
      if (SamePayment(*payment.sale, *reversal)) sale = payment.sale;
    }
    Verdict verdict = JudgeTie(*reversal, sale, configuration);
    // Of accounts that began lately the sale may stand before their first day.
    const ledger::Start* start = configuration.StartOf(reversal->event->account, UINT64_MAX);
    if (sale == nullptr && start != nullptr &&
        base::DayOf(verdict.due_us) < start->first_day.plus(kDisputeReachDays)) {
      continue;
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace tieout::oracle
