#include "engine/matching/order.h"

#include <algorithm>

#include "engine/matching/coverage.h"
#include "engine/matching/rules.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Kind;
using ledger::Role;
using ledger::Status;
namespace reason = ledger::reason;

constexpr int32_t kDisputeReachDays = 540;

struct Reversed {
  WideMinor refunds = 0, chargebacks = 0, gross = 0;
  bool exceeds() const { return refunds + chargebacks > gross; }
};

// In the customer's currency where all of them state it, else in the account's.
Reversed Total(const Payment& payment) {
  bool by_customer = !payment.customer_currency.empty();
  for (const ReversalSeen& r : payment.reversals)
    by_customer = by_customer && r.customer_currency == payment.customer_currency;
  Reversed total;
  total.gross = by_customer ? payment.customer_gross : payment.gross;
  for (const ReversalSeen& r : payment.reversals) {
    const Minor amount = by_customer ? r.customer_amount : r.amount;
    (r.kind == Kind::kRefund ? total.refunds : total.chargebacks) -= amount;
  }
  return total;
}

// The open break says the same already.
bool IsSaid(const Turn& turn, const Anchor& anchor, const ledger::Record& record) {
  const auto open = turn.cached.page.open.find(anchor.break_id);
  return open != turn.cached.page.open.end() && open->second.reason == record.reason &&
         open->second.actual == record.actual && open->second.expected == record.expected &&
         open->second.members.size() == record.members.size();
}

bool WithinRounding(WideMinor a, WideMinor b) { return a - b <= 1 && b - a <= 1; }

}  // namespace

const std::vector<uint32_t>& OrderLevel::Schedules(uint32_t account) {
  AccountState& a = turn_.cached.page.accounts[account];
  const ConfigPage& config = turn_.state.config();
  if (a.schedules_of != config.rules.size()) {
    a.schedules = SchedulesInForce(config, a);
    a.schedules_of = config.rules.size();
  }
  return a.schedules;
}

absl::Status OrderLevel::Sale(const ledger::Event& event, uint64_t ordinal, uint32_t account,
                              Cached<DayPage>* page) {
  if (event.refs.payment_id.empty()) return absl::OkStatus();
  const uint64_t hash = PaymentHash(event.account, event.refs.payment_id);
  const base::Day day = base::DayOf(event.occurred_at_us);
  const auto& sale = std::get<ledger::Sale>(event.body);
  TIEOUT_ASSIGN_OR_RETURN(Found found, memory_.FindPayment(hash, day));
  if (found.page != nullptr) {  // another capture of the same payment
    Payment& payment = found.page->page.payments[found.index];
    found.page->dirty = true;
    payment.gross += event.amount;
    payment.customer_gross += sale.customer_amount;
    for (FeeState& s : payment.schedules) {
      const std::optional<Minor> gross = ledger::Narrow(payment.gross);
      const std::optional<Minor> expected =
          gross ? ExpectedFee(turn_.rule(s.rule), *gross) : std::nullopt;
      if (!expected || s.expected == *expected) continue;
      s.expected = *expected;
      TIEOUT_RETURN_IF_ERROR(ExpectFee(s, found.day));  // where none has come
      TIEOUT_RETURN_IF_ERROR(CheckFees(payment, s, found.day.days, false));
    }
    return CheckReversals(payment, found.day.days, false);
  }
  Payment payment;
  payment.payment = hash;
  payment.event_id = event.event_id;
  payment.ordinal = ordinal;
  payment.account = account;
  payment.gross = event.amount;
  payment.customer_gross = sale.customer_amount;
  payment.customer_currency = sale.customer_currency;
  for (uint32_t s : Schedules(account)) {
    const std::optional<Minor> expected =
        event.amount > 0 ? ExpectedFee(turn_.rule(s), event.amount) : std::nullopt;
    if (!expected) continue;
    FeeState& schedule = payment.schedules.emplace_back();
    schedule.rule = s;
    schedule.expected = *expected;
    TIEOUT_RETURN_IF_ERROR(ExpectFee(schedule, day));
  }
  TIEOUT_RETURN_IF_ERROR(memory_.KeepPayment(page, std::move(payment)));

  const auto waiting = turn_.cached.page.index.waiting_by_payment.find(hash);
  if (waiting == turn_.cached.page.index.waiting_by_payment.end()) return absl::OkStatus();
  const std::vector<uint32_t> came = std::move(waiting->second);
  turn_.cached.page.index.waiting_by_payment.erase(waiting);
  const Found own{page, static_cast<uint32_t>(page->page.payments.size() - 1), day};
  for (uint32_t w : came) {
    Waiting item = std::move(turn_.home().waiting[w]);
    turn_.home().waiting[w] = Waiting{};
    turn_.home().waiting[w].done = true;
    if (item.kind == Kind::kFee) {
      AddFee(item, &page->page.payments[own.index]);  // judged together
    } else {
      TIEOUT_RETURN_IF_ERROR(Attach(item, item.anchor, own));
    }
  }
  Payment& kept = page->page.payments[own.index];
  for (FeeState& s : kept.schedules)
    TIEOUT_RETURN_IF_ERROR(CheckFees(kept, s, own.day.days, false));
  return absl::OkStatus();
}

// By the end of its grace, counted from the day of the first sale.
absl::Status OrderLevel::ExpectFee(FeeState& schedule, base::Day day) {
  const int64_t business_us =
      day.plus(1 + static_cast<int32_t>(turn_.rule(schedule.rule).grace_days)).start_us();
  return ScheduleAnew(turn_, &schedule.settles_us, DueKind::kFeeMissing, schedule.rule, day.days,
                      business_us);
}

absl::Status OrderLevel::FeeOrReversal(const ledger::Event& event, uint64_t ordinal,
                                       uint32_t account) {
  if (event.refs.payment_id.empty()) return absl::OkStatus();
  Waiting item;
  item.kind = event.kind();
  item.payment = PaymentHash(event.account, event.refs.payment_id);
  item.account = account;
  item.event_id = event.event_id;
  item.ordinal = ordinal;
  item.amount = event.amount;
  if (const auto* fee = std::get_if<ledger::Fee>(&event.body)) {
    item.fee_type = fee->type;
  } else if (const auto* refund = std::get_if<ledger::Refund>(&event.body)) {
    item.customer_amount = refund->customer_amount;
    item.customer_currency = refund->customer_currency;
  } else if (const auto* chargeback = std::get_if<ledger::Chargeback>(&event.body)) {
    item.customer_amount = chargeback->customer_amount;
    item.customer_currency = chargeback->customer_currency;
  }
  const base::Day day = base::DayOf(event.occurred_at_us);
  TIEOUT_ASSIGN_OR_RETURN(Found payment, memory_.FindPayment(item.payment, day));
  if (payment.page != nullptr) return Attach(item, Anchor{}, payment);

  HomePage& home = turn_.home();
  const auto index = static_cast<uint32_t>(home.waiting.size());
  if (item.kind != Kind::kFee) {
    const ConfigPage& config = turn_.state.config();
    const uint32_t rule = RuleInForce(config, kPaymentReference, home.accounts[account]);
    const uint32_t grace = rule == kNone ? 0 : turn_.rule(rule).grace_banking_days;
    item.business_deadline_us =
        AddBankingDays(config, rule == kNone ? "" : turn_.rule(rule).calendar, day, grace)
            .plus(1)
            .start_us();
    TIEOUT_RETURN_IF_ERROR(Schedule(turn_, DueKind::kOrphan, index, 0, item.business_deadline_us));
  }
  home.index.waiting_by_payment[item.payment].push_back(index);
  home.waiting.push_back(std::move(item));
  return absl::OkStatus();
}

FeeState* OrderLevel::AddFee(const Waiting& fee, Payment* payment) {
  for (FeeState& s : payment->schedules) {
    if (turn_.rule(s.rule).fee_type != fee.fee_type) continue;
    payment->fees.push_back({fee.fee_type, fee.event_id, fee.ordinal, fee.amount});
    return &s;
  }
  return nullptr;  // no schedule was in force at the sale's place
}

absl::Status OrderLevel::Attach(const Waiting& item, Anchor anchor, Found found) {
  Payment& payment = found.page->page.payments[found.index];
  found.page->dirty = true;
  if (item.kind == Kind::kFee) {
    FeeState* const s = AddFee(item, &payment);
    return s == nullptr ? absl::OkStatus() : CheckFees(payment, *s, found.day.days, false);
  }
  payment.reversals.push_back({item.kind, item.event_id, item.ordinal, item.amount,
                               item.customer_amount, item.customer_currency});
  const AccountState& account = turn_.home().accounts[payment.account];
  ledger::Record record = NewRecord(turn_, account, ledger::Level::kOrder, Status::kMatched, "");
  NameRule(turn_, RuleInForce(turn_.state.config(), kPaymentReference, account), &record);
  record.members.push_back(NewMember(turn_, Role::kSale, payment.event_id, payment.ordinal,
                                     ledger::Narrow(payment.gross).value_or(INT64_MAX), 0));
  record.members.push_back(NewMember(turn_, ledger::RoleOf(item.kind), item.event_id, item.ordinal,
                                     item.amount, item.amount));
  SetAmounts(item.amount, item.amount, &record);
  Say(turn_, std::move(record), anchor, item.event_id);
  return CheckReversals(payment, found.day.days, false);
}

ledger::Record OrderLevel::OrderRecord(const Payment& payment, Status status,
                                       std::string_view reason) const {
  const AccountState& account = turn_.cached.page.accounts[payment.account];
  ledger::Record record = NewRecord(turn_, account, ledger::Level::kOrder, status, reason);
  record.members.push_back(NewMember(turn_, Role::kSale, payment.event_id, payment.ordinal,
                                     ledger::Narrow(payment.gross).value_or(INT64_MAX), 0));
  return record;
}

absl::Status OrderLevel::CheckFees(Payment& payment, FeeState& s, int32_t day, bool at_tick) {
  const RuleState& rule = turn_.rule(s.rule);
  WideMinor sum = 0;
  size_t count = 0;
  bool each_as_expected = true;
  for (const FeeSeen& f : payment.fees) {
    if (f.type != rule.fee_type) continue;
    sum += f.amount;
    ++count;
    each_as_expected = each_as_expected && WithinRounding(f.amount, s.expected);
  }
  if (count == 0) return absl::OkStatus();
  const bool right = WithinRounding(sum, s.expected);
  if (right) s.settles_us = 0;
  if (right && s.anchor.status == Status::kMatched && s.said_fees == count) return absl::OkStatus();
  if (!right && !at_tick)
    return ScheduleAnew(turn_, &s.settles_us, DueKind::kFees, payment.payment, day, 0);
  if (!right && !HasSettled(turn_, s.settles_us)) return absl::OkStatus();

  ledger::Record record = OrderRecord(payment, Status::kMatched, "");
  NameRule(turn_, s.rule, &record);
  for (const FeeSeen& f : payment.fees) {
    if (f.type != rule.fee_type) continue;
    record.members.push_back(
        NewMember(turn_, Role::kFee, f.event_id, f.ordinal, f.amount, f.amount));
  }
  SetAmounts(s.expected, sum, &record);
  if (!right) {
    record.status = Status::kPartiallyMatched;
    record.reason = count >= 2 && each_as_expected ? reason::kFeeDuplicate : reason::kFeeVariance;
    if (IsSaid(turn_, s.anchor, record)) return absl::OkStatus();
  }
  s.said_fees = count;
  Say(turn_, std::move(record), s.anchor, payment.event_id + rule.fee_type);
  return absl::OkStatus();
}

absl::Status OrderLevel::CheckReversals(Payment& payment, int32_t day, bool at_tick) {
  const Reversed total = Total(payment);
  Anchor& anchor = payment.reversal_anchor;
  const bool is_open = !anchor.break_id.empty();
  if (!total.exceeds() && !is_open) return absl::OkStatus();
  if (total.exceeds() && !at_tick)
    return ScheduleAnew(turn_, &payment.reversals_settle_us, DueKind::kReversals, payment.payment,
                        day, 0);
  if (total.exceeds() && !HasSettled(turn_, payment.reversals_settle_us)) return absl::OkStatus();
  if (!total.exceeds()) payment.reversals_settle_us = 0;
  ledger::Record record = OrderRecord(payment, Status::kMatched, "");
  NameRule(
      turn_,
      RuleInForce(turn_.state.config(), kPaymentReference, turn_.home().accounts[payment.account]),
      &record);
  WideMinor actual = 0;
  for (const ReversalSeen& r : payment.reversals) {
    actual += r.amount;
    record.members.push_back(
        NewMember(turn_, ledger::RoleOf(r.kind), r.event_id, r.ordinal, r.amount, r.amount));
  }
  SetAmounts(-payment.gross, actual, &record);
  if (total.exceeds()) {
    record.status = Status::kPartiallyMatched;
    record.reason = total.refunds > 0 && total.chargebacks > 0 ? reason::kReversedTwice
                                                               : reason::kRefundExceedsSale;
    if (IsSaid(turn_, anchor, record)) return absl::OkStatus();
  }
  Say(turn_, std::move(record), anchor, payment.event_id + "reversals");
  return absl::OkStatus();
}

absl::StatusOr<Payment*> OrderLevel::PaymentOf(uint64_t payment, int32_t day) {
  TIEOUT_ASSIGN_OR_RETURN(Found found, memory_.FindPayment(payment, base::Day{day}));
  if (found.page == nullptr) return nullptr;
  found.page->dirty = true;
  return &found.page->page.payments[found.index];
}

absl::Status OrderLevel::JudgeFees(uint64_t payment, int32_t day) {
  TIEOUT_ASSIGN_OR_RETURN(Payment* const p, PaymentOf(payment, day));
  if (p == nullptr) return absl::OkStatus();
  for (FeeState& s : p->schedules) TIEOUT_RETURN_IF_ERROR(CheckFees(*p, s, day, true));
  return absl::OkStatus();
}

absl::Status OrderLevel::JudgeReversals(uint64_t payment, int32_t day) {
  TIEOUT_ASSIGN_OR_RETURN(Payment* const p, PaymentOf(payment, day));
  return p == nullptr ? absl::OkStatus() : CheckReversals(*p, day, true);
}

// One due item stands for all sales of the day under one schedule.
absl::Status OrderLevel::JudgeMissingFees(int32_t day, const Due& due) {
  TIEOUT_ASSIGN_OR_RETURN(Cached<DayPage>* const page, turn_.state.DayOf(turn_.home().home, day));
  for (Payment& payment : page->page.payments) {
    for (FeeState& s : payment.schedules) {
      const std::string& type = turn_.rule(s.rule).fee_type;
      const bool came = std::any_of(payment.fees.begin(), payment.fees.end(),
                                    [&](const FeeSeen& f) { return f.type == type; });
      if (s.rule != due.id || came || WithinRounding(s.expected, 0) ||
          !HasSettled(turn_, s.settles_us)) {
        continue;
      }
      ledger::Record record = OrderRecord(payment, Status::kUnmatched, reason::kFeeMissing);
      NameRule(turn_, s.rule, &record);
      record.due_on = base::DayOf(due.business_us - 1);
      SetAmounts(s.expected, 0, &record);
      if (IsSaid(turn_, s.anchor, record)) continue;
      TIEOUT_ASSIGN_OR_RETURN(const bool covered, CoveredOrParked(turn_, {payment.account}, due));
      if (!covered) continue;
      page->dirty = true;
      Say(turn_, std::move(record), s.anchor, payment.event_id + type);
    }
  }
  return absl::OkStatus();
}

absl::Status OrderLevel::JudgeOrphan(uint32_t waiting, const Due& due) {
  HomePage& home = turn_.home();
  if (home.waiting[waiting].done || !home.waiting[waiting].anchor.break_id.empty()) {
    return absl::OkStatus();
  }
  // Its sale may stand before the account's first day; disputes reach back that far.
  const Day first_day = home.accounts[home.waiting[waiting].account].first_day;
  if (first_day.is_set() &&
      base::DayOf(home.waiting[waiting].business_deadline_us) < first_day.plus(kDisputeReachDays)) {
    return absl::OkStatus();
  }
  TIEOUT_ASSIGN_OR_RETURN(const bool covered,
                          CoveredOrParked(turn_, {home.waiting[waiting].account}, due));
  if (!covered) return absl::OkStatus();
  Waiting& w = home.waiting[waiting];
  const AccountState& account = home.accounts[w.account];
  ledger::Record record =
      NewRecord(turn_, account, ledger::Level::kOrder, Status::kUnmatched,
                w.kind == Kind::kRefund ? reason::kOrphanRefund : reason::kOrphanChargeback);
  NameRule(turn_, RuleInForce(turn_.state.config(), kPaymentReference, account), &record);
  record.members.push_back(
      NewMember(turn_, ledger::RoleOf(w.kind), w.event_id, w.ordinal, w.amount, 0));
  record.due_on = base::DayOf(w.business_deadline_us - 1);
  SetAmounts(0, w.amount, &record);
  Say(turn_, std::move(record), w.anchor, w.event_id);
  return absl::OkStatus();
}

}  // namespace tieout::matching
