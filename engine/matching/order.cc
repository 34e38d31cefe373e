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

// Appends to a chain through `all`, behind its last.
template <typename T>
void Chain(uint32_t* first, std::vector<T>* all, T added) {
  uint32_t* link = first;
  while (*link != kNone) link = &(*all)[*link].next;
  *link = static_cast<uint32_t>(all->size());
  all->push_back(std::move(added));
}

// In the customer's currency where all of them state it, else in the account's.
Reversed Total(const EntryPage& page, const Payment& payment) {
  bool by_customer = !payment.customer_currency.empty();
  for (uint32_t i = payment.first_reversal; i != kNone; i = page.reversals[i].next) {
    by_customer = by_customer && page.reversals[i].customer_currency == payment.customer_currency;
  }
  Reversed total;
  if (payment.first_reversal == kNone) return total;  // a sale taken back by itself exceeds nothing
  total.gross = by_customer ? payment.customer_gross : payment.gross;
  for (uint32_t i = payment.first_reversal; i != kNone; i = page.reversals[i].next) {
    const ReversalSeen& r = page.reversals[i];
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
  return SchedulesInForce(turn_.state.config(), turn_.cached.page.accounts[account]);
}

absl::Status OrderLevel::Sale(const ledger::Event& event, uint64_t ordinal, uint32_t account,
                              Cached<EntryPage>* page) {
  if (event.refs.payment_id.empty()) return absl::OkStatus();
  const uint64_t hash = PaymentHash(event.account, event.refs.payment_id);
  const base::Day day = base::DayOf(event.occurred_at_us);
  const auto& sale = std::get<ledger::Sale>(event.body);
  TIEOUT_ASSIGN_OR_RETURN(Found found, memory_.FindPayment(hash, day));
  if (found.page != nullptr) {  // another capture of the same payment
    EntryPage& p = found.page->page;
    Payment& payment = found.payment();
    Touch(found.page);
    payment.gross += event.amount;
    payment.customer_gross += sale.customer_amount;
    for (uint32_t i = payment.first_schedule; i != kNone; i = p.schedules[i].next) {
      TIEOUT_ASSIGN_OR_RETURN(const bool changed, ExpectFee(p.schedules[i], payment));
      if (changed) TIEOUT_RETURN_IF_ERROR(CheckFees(found, i, false));
    }
    return CheckReversals(found, false);
  }
  Payment payment;
  payment.payment = hash;
  payment.event_id = page->page.Keep(event.event_id);
  payment.ordinal = ordinal;
  payment.account = account;
  payment.day = day;
  payment.gross = event.amount;
  payment.customer_gross = sale.customer_amount;
  payment.customer_currency = sale.customer_currency;
  for (uint32_t s : Schedules(account)) {
    FeeState state;
    state.rule = s;
    TIEOUT_RETURN_IF_ERROR(ExpectFee(state, payment).status());
    Chain(&payment.first_schedule, &page->page.schedules, state);
  }
  TIEOUT_RETURN_IF_ERROR(memory_.KeepPayment(page, std::move(payment)));

  const auto waiting = turn_.cached.page.index.waiting_by_payment.find(hash);
  if (waiting == turn_.cached.page.index.waiting_by_payment.end()) return absl::OkStatus();
  const std::vector<uint32_t> came = std::move(waiting->second);
  turn_.cached.page.index.waiting_by_payment.erase(waiting);
  const Found own{page, static_cast<uint32_t>(page->page.payments.size() - 1)};
  for (uint32_t w : came) {
    const Waiting item = std::move(turn_.home().waiting[w]);
    turn_.home().waiting[w] = Waiting{};
    turn_.home().waiting[w].done = true;
    const Observed observed{item.kind,   item.event_id,        item.ordinal,          item.fee_type,
                            item.amount, item.customer_amount, item.customer_currency};
    if (item.kind == Kind::kFee) {
      TIEOUT_RETURN_IF_ERROR(AddFee(observed, own).status());  // judged together
    } else {
      TIEOUT_RETURN_IF_ERROR(Attach(observed, item.anchor, own));
    }
  }
  const EntryPage& p = page->page;
  for (uint32_t i = own.payment().first_schedule; i != kNone; i = p.schedules[i].next) {
    TIEOUT_RETURN_IF_ERROR(CheckFees(own, i, false));
  }
  return absl::OkStatus();
}

// Grace counts from the day of the first sale.
Due OrderLevel::MissingFee(const FeeState& schedule, const Payment& payment) const {
  const auto grace = static_cast<int32_t>(turn_.rule(schedule.rule).grace_days);
  return {0,
          payment.day.plus(1 + grace).start_us(),
          DueKind::kFeeMissing,
          payment.payment,
          payment.day.days,
          schedule.rule};
}

absl::StatusOr<bool> OrderLevel::ExpectFee(FeeState& schedule, const Payment& payment) {
  const RuleState& rule = turn_.rule(schedule.rule);
  const std::optional<Minor> gross = ledger::Narrow(payment.gross);
  const Minor expected =
      (gross ? ExpectedFee(rule, *gross) : std::nullopt).value_or(FeeState::kNothing);
  if (expected == schedule.expected) return false;
  if (schedule.first_fee == kNone) TIEOUT_RETURN_IF_ERROR(CancelMissingFee(schedule, payment));
  schedule.expected = expected;
  if (expected == FeeState::kNothing) return true;
  schedule.settles_us = turn_.state.log_us() + kSettlingMicros;
  if (schedule.first_fee == kNone && !WithinRounding(expected, 0)) {
    TIEOUT_RETURN_IF_ERROR(
        ScheduleAsOf(turn_, turn_.state.log_us(), MissingFee(schedule, payment)));
  }
  return true;
}

absl::Status OrderLevel::CancelMissingFee(const FeeState& schedule, const Payment& payment) {
  return CancelAsOf(turn_, schedule.settles_us - kSettlingMicros, MissingFee(schedule, payment));
}

WideMinor OrderLevel::AddFees(const EntryPage& p, const FeeState& schedule, uint32_t count,
                              ledger::Record* record) const {
  WideMinor sum = 0;
  for (uint32_t i = schedule.first_fee; count > 0; i = p.fees[i].next, --count) {
    const FeeSeen& f = p.fees[i];
    sum += f.amount;
    record->members.push_back(
        NewMember(turn_, Role::kFee, p.text(f.event_id), f.ordinal, f.amount, f.amount));
  }
  return sum;
}

// Its captures sum to zero or less: what was said of its fees no longer stands.
void OrderLevel::TakeBackFees(Found found, FeeState& s) {
  if (!s.anchor.is_said() || s.anchor.status == Status::kRevoked) return;
  const EntryPage& p = found.page->page;
  ledger::Record record = OrderRecord(found, Status::kRevoked, "");
  NameRule(turn_, s.rule, &record);
  SetAmounts(s.said_expected, AddFees(p, s, s.said_fees, &record), &record);
  s.said_fees = 0;
  Say(turn_, std::move(record), s.anchor, p.text(found.payment().event_id),
      turn_.rule(s.rule).fee_type);
}

absl::Status OrderLevel::FeeOrReversal(const ledger::Event& event, uint64_t ordinal,
                                       uint32_t account) {
  if (event.refs.payment_id.empty()) return absl::OkStatus();
  Observed item{event.kind(), event.event_id, ordinal, {}, event.amount, 0, {}};
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
  const uint64_t payment = PaymentHash(event.account, event.refs.payment_id);
  TIEOUT_ASSIGN_OR_RETURN(const Found sale, memory_.FindPayment(payment, day));
  return sale.page != nullptr ? Attach(item, Anchor{}, sale) : Wait(item, payment, account, day);
}

// Its sale has not come: an orphan when its grace ends.
absl::Status OrderLevel::Wait(const Observed& item, uint64_t payment, uint32_t account,
                              base::Day day) {
  HomePage& home = turn_.home();
  const auto index = static_cast<uint32_t>(home.waiting.size());
  Waiting waiting;
  waiting.kind = item.kind;
  waiting.payment = payment;
  waiting.account = account;
  waiting.event_id = item.event_id;
  waiting.ordinal = item.ordinal;
  waiting.amount = item.amount;
  waiting.customer_amount = item.customer_amount;
  waiting.customer_currency = item.customer_currency;
  waiting.fee_type = item.fee_type;
  if (item.kind != Kind::kFee) {
    const ConfigPage& config = turn_.state.config();
    const uint32_t rule = RuleInForce(config, kPaymentReference, home.accounts[account]);
    const uint32_t grace = rule == kNone ? 0 : turn_.rule(rule).grace_banking_days;
    waiting.business_deadline_us =
        AddBankingDays(config, rule == kNone ? "" : turn_.rule(rule).calendar, day, grace)
            .plus(1)
            .start_us();
    TIEOUT_RETURN_IF_ERROR(
        Schedule(turn_, DueKind::kOrphan, index, 0, waiting.business_deadline_us));
  }
  home.index.waiting_by_payment[payment].push_back(index);
  home.waiting.push_back(std::move(waiting));
  return absl::OkStatus();
}

absl::StatusOr<uint32_t> OrderLevel::AddFee(const Observed& fee, Found found) {
  EntryPage& p = found.page->page;
  for (uint32_t i = found.payment().first_schedule; i != kNone; i = p.schedules[i].next) {
    if (turn_.rule(p.schedules[i].rule).fee_type != fee.fee_type) continue;
    if (p.schedules[i].first_fee == kNone) {
      TIEOUT_RETURN_IF_ERROR(CancelMissingFee(p.schedules[i], found.payment()));
    }
    Chain(&p.schedules[i].first_fee, &p.fees,
          {kNone, p.Keep(fee.event_id), fee.ordinal, fee.amount});
    return i;
  }
  return kNone;  // no schedule was in force at the sale's place
}

absl::Status OrderLevel::Attach(const Observed& item, Anchor anchor, Found found) {
  EntryPage& p = found.page->page;
  Touch(found.page);
  if (item.kind == Kind::kFee) {
    TIEOUT_ASSIGN_OR_RETURN(const uint32_t schedule, AddFee(item, found));
    return schedule == kNone ? absl::OkStatus() : CheckFees(found, schedule, false);
  }
  Chain(&found.payment().first_reversal, &p.reversals,
        {kNone, item.kind, p.Keep(item.event_id), item.ordinal, item.amount, item.customer_amount,
         std::string(item.customer_currency)});
  const Payment& payment = found.payment();
  const AccountState& account = turn_.home().accounts[payment.account];
  ledger::Record record = OrderRecord(found, Status::kMatched, "");
  NameRule(turn_, RuleInForce(turn_.state.config(), kPaymentReference, account), &record);
  record.members.push_back(NewMember(turn_, ledger::RoleOf(item.kind), item.event_id, item.ordinal,
                                     item.amount, item.amount));
  SetAmounts(item.amount, item.amount, &record);
  Say(turn_, std::move(record), anchor, item.event_id);
  return CheckReversals(found, false);
}

ledger::Record OrderLevel::OrderRecord(Found found, Status status, std::string_view reason) const {
  const Payment& payment = found.payment();
  const AccountState& account = turn_.cached.page.accounts[payment.account];
  ledger::Record record = NewRecord(turn_, account, ledger::Level::kOrder, status, reason);
  record.members.push_back(NewMember(turn_, Role::kSale, found.page->page.text(payment.event_id),
                                     payment.ordinal,
                                     ledger::Narrow(payment.gross).value_or(INT64_MAX), 0));
  return record;
}

absl::Status OrderLevel::CheckFees(Found found, uint32_t schedule, bool at_tick) {
  const EntryPage& p = found.page->page;
  FeeState& s = found.page->page.schedules[schedule];
  if (s.expected == FeeState::kNothing) {
    TakeBackFees(found, s);
    return absl::OkStatus();
  }
  WideMinor sum = 0;
  uint32_t count = 0;
  bool each_as_expected = true;
  for (uint32_t i = s.first_fee; i != kNone; i = p.fees[i].next) {
    sum += p.fees[i].amount;
    ++count;
    each_as_expected = each_as_expected && WithinRounding(p.fees[i].amount, s.expected);
  }
  if (count == 0) return absl::OkStatus();
  const bool right = WithinRounding(sum, s.expected);
  if (right) s.settles_us = 0;
  if (right && s.anchor.status == Status::kMatched && s.said_fees == count) return absl::OkStatus();
  if (!right && !at_tick) {
    const Payment& payment = found.payment();
    return ScheduleAnew(turn_, &s.settles_us, DueKind::kFees, payment.payment, payment.day.days, 0);
  }
  if (!right && !HasSettled(turn_, s.settles_us)) return absl::OkStatus();

  ledger::Record record = OrderRecord(found, Status::kMatched, "");
  NameRule(turn_, s.rule, &record);
  SetAmounts(s.expected, AddFees(p, s, count, &record), &record);
  if (!right) {
    record.status = Status::kPartiallyMatched;
    record.reason = count >= 2 && each_as_expected ? reason::kFeeDuplicate : reason::kFeeVariance;
    if (IsSaid(turn_, s.anchor, record)) return absl::OkStatus();
  }
  s.said_fees = count;
  s.said_expected = s.expected;
  Say(turn_, std::move(record), s.anchor, p.text(found.payment().event_id),
      turn_.rule(s.rule).fee_type);
  return absl::OkStatus();
}

absl::Status OrderLevel::CheckReversals(Found found, bool at_tick) {
  const EntryPage& p = found.page->page;
  Payment& payment = found.payment();
  const Reversed total = Total(p, payment);
  Anchor& anchor = payment.reversal_anchor;
  if (!total.exceeds() && !anchor.is_open()) return absl::OkStatus();
  if (total.exceeds() && !at_tick) {
    return ScheduleAnew(turn_, &payment.reversals_settle_us, DueKind::kReversals, payment.payment,
                        payment.day.days, 0);
  }
  if (total.exceeds() && !HasSettled(turn_, payment.reversals_settle_us)) return absl::OkStatus();
  if (!total.exceeds()) payment.reversals_settle_us = 0;
  ledger::Record record = OrderRecord(found, Status::kMatched, "");
  NameRule(
      turn_,
      RuleInForce(turn_.state.config(), kPaymentReference, turn_.home().accounts[payment.account]),
      &record);
  WideMinor actual = 0;
  for (uint32_t i = payment.first_reversal; i != kNone; i = p.reversals[i].next) {
    const ReversalSeen& r = p.reversals[i];
    actual += r.amount;
    record.members.push_back(NewMember(turn_, ledger::RoleOf(r.kind), p.text(r.event_id), r.ordinal,
                                       r.amount, r.amount));
  }
  SetAmounts(-payment.gross, actual, &record);
  if (total.exceeds()) {
    record.status = Status::kPartiallyMatched;
    record.reason = total.refunds > 0 && total.chargebacks > 0 ? reason::kReversedTwice
                                                               : reason::kRefundExceedsSale;
    if (IsSaid(turn_, anchor, record)) return absl::OkStatus();
  }
  Say(turn_, std::move(record), anchor, p.text(payment.event_id), "reversals");
  return absl::OkStatus();
}

absl::Status OrderLevel::JudgeFees(uint64_t payment, int32_t day) {
  TIEOUT_ASSIGN_OR_RETURN(const Found found, memory_.FindPayment(payment, base::Day{day}));
  if (found.page == nullptr) return absl::OkStatus();
  Touch(found.page);
  const EntryPage& p = found.page->page;
  for (uint32_t i = found.payment().first_schedule; i != kNone; i = p.schedules[i].next) {
    TIEOUT_RETURN_IF_ERROR(CheckFees(found, i, true));
  }
  return absl::OkStatus();
}

absl::Status OrderLevel::JudgeReversals(uint64_t payment, int32_t day) {
  TIEOUT_ASSIGN_OR_RETURN(const Found found, memory_.FindPayment(payment, base::Day{day}));
  if (found.page == nullptr) return absl::OkStatus();
  Touch(found.page);
  return CheckReversals(found, true);
}

absl::Status OrderLevel::JudgeMissingFees(const Due& due) {
  TIEOUT_ASSIGN_OR_RETURN(const Found found, memory_.FindPayment(due.id, base::Day{due.day}));
  if (found.page == nullptr) return absl::OkStatus();
  EntryPage& p = found.page->page;
  const Payment& payment = found.payment();
  for (uint32_t i = payment.first_schedule; i != kNone; i = p.schedules[i].next) {
    FeeState& s = p.schedules[i];
    if (s.rule != due.rule || s.first_fee != kNone || s.expected == FeeState::kNothing ||
        WithinRounding(s.expected, 0) || !HasSettled(turn_, s.settles_us)) {
      continue;
    }
    ledger::Record record = OrderRecord(found, Status::kUnmatched, reason::kFeeMissing);
    NameRule(turn_, s.rule, &record);
    record.due_on = base::DayOf(due.business_us - 1);
    SetAmounts(s.expected, 0, &record);
    if (IsSaid(turn_, s.anchor, record)) continue;
    TIEOUT_ASSIGN_OR_RETURN(const bool covered, CoveredOrParked(turn_, {payment.account}, due));
    if (!covered) continue;
    Touch(found.page);
    s.said_expected = s.expected;
    Say(turn_, std::move(record), s.anchor, p.text(payment.event_id), turn_.rule(s.rule).fee_type);
  }
  return absl::OkStatus();
}

absl::Status OrderLevel::JudgeOrphan(uint32_t waiting, const Due& due) {
  HomePage& home = turn_.home();
  if (home.waiting[waiting].done || home.waiting[waiting].anchor.is_open()) {
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
