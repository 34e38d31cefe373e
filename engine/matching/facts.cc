// What an event of each kind does at its home, by the table (table.h).
#include <algorithm>

#include "engine/base/check.h"
#include "engine/matching/bank.h"
#include "engine/matching/coverage.h"
#include "engine/matching/fold_impl.h"
#include "engine/matching/order.h"
#include "engine/matching/payout.h"
#include "engine/matching/rules.h"
#include "engine/matching/totals.h"

namespace tieout::matching {
namespace {

using Field = ledger::Amendment::Field;

// The amendment of an entry's field that holds: the latest as_of, then the greater value.
const Detail* Holding(const EntryPage& page, uint64_t entry, Field field) {
  const Detail* best = nullptr;
  for (uint32_t i = page.FindEntry(entry); i != kNone; i = page.entries[i].previous) {
    const Detail* d = page.detail(i);
    if (d == nullptr || !d->has_value || d->field != field) continue;
    if (best == nullptr || std::make_pair(d->as_of_us, page.text(d->value)) >
                               std::make_pair(best->as_of_us, page.text(best->value))) {
      best = d;
    }
  }
  return best;
}

// As the item's own event says.
base::Day OwnAvailable(const EntryPage& page, uint32_t item) {
  const Detail* detail = page.detail(item);
  return detail == nullptr ? base::Day{} : detail->available;
}

base::Day AvailableOn(const EntryPage& page, uint32_t item) {
  const base::Day own = OwnAvailable(page, item);
  const Detail* amended = Holding(page, page.entries[item].entry, Field::kAvailableOn);
  return amended == nullptr ? own : base::ParseDay(page.text(amended->value)).value_or(own);
}

// Where an item's money stands: pending until log time reaches the day.
void PostItem(Turn& turn, AccountState& account, base::Day available, WideMinor amount,
              const Mechanism& mechanism) {
  if (available.is_set() && available > turn.state.log_day()) {
    Post(account, mechanism.from, Bucket::kPending, amount);
    account.maturing[available.days] += amount;
  } else {
    Post(account, mechanism.from, mechanism.to, amount);
  }
}

absl::Status ScheduleMaturing(Turn& turn, uint32_t account, base::Day available) {
  if (!available.is_set() || available <= turn.state.log_day()) return absl::OkStatus();
  return Schedule(turn, DueKind::kMature, account, 0, available.start_us(), false);
}

// What any of its states tells of a payout is older than what an amendment does.
void TellOfPayout(const ledger::Event& event, PayoutState* p) {
  const auto& body = std::get<ledger::Payout>(event.body);
  const auto offer = [](std::string_view value, LateText* told) {
    if (!value.empty()) told->Offer(value, INT64_MIN + 1);
  };
  if (body.arrival_date.is_set()) offer(base::FormatDay(body.arrival_date), &p->arrival);
  offer(event.refs.trace_id, &p->trace_id);
  offer(event.refs.bank_reference, &p->bank_reference);
  offer(event.refs.end_to_end_id, &p->end_to_end_id);
  p->list_complete = p->list_complete || body.list_complete;
}

}  // namespace

absl::Status FoldImpl::ApplyFact(Turn& turn, const ledger::Event& event, uint64_t ordinal,
                                 uint64_t content, const Hash128& id) {
  if (event.kind() == ledger::Kind::kSeller) {
    turn.home().seller_status = std::get<ledger::SellerInfo>(event.body).status;
    return absl::OkStatus();
  }
  const uint32_t account = AccountIndex(turn.home(), event.account);
  TIEOUT_ASSIGN_OR_RETURN(const Found kept,
                          Memory(turn).Keep(event, id, content, ordinal, account));
  if (event.available_on.is_set()) {
    kept.page->page.MakeDetail(kept.index).available = event.available_on;
  }
  AccountState& state = turn.home().accounts[account];
  if (state.first_day.is_set() && base::DayOf(event.occurred_at_us) < state.first_day &&
      event.kind() != ledger::Kind::kSourceReport) {
    ++state.before_start;
    return absl::OkStatus();
  }
  switch (event.kind()) {
    case ledger::Kind::kPayout:
      return Payout(turn, event, account);
    case ledger::Kind::kBankDeposit:
      return Deposit(turn, event, account);
    case ledger::Kind::kExpense:
      return Spend(turn, event, account);
    case ledger::Kind::kAmendment:
      return Amend(turn, event, account, kept);
    case ledger::Kind::kSourceReport:
      return Report(turn, event, account);
    case ledger::Kind::kShipment:
      return absl::OkStatus();  // remembered, and nothing else: table.h
    default:
      return Item(turn, event, account, kept);
  }
}

absl::Status FoldImpl::Item(Turn& turn, const ledger::Event& event, uint32_t account, Found kept) {
  const Mechanism* mechanism = MechanismOf(event.kind());
  TIEOUT_CHECK(mechanism != nullptr && mechanism->listed);
  AccountState& a = turn.home().accounts[account];
  const base::Day available = AvailableOn(kept.page->page, kept.index);
  PostItem(turn, a, available, event.amount, *mechanism);
  TIEOUT_RETURN_IF_ERROR(ScheduleMaturing(turn, account, available));
  if (event.kind() == ledger::Kind::kSale) {
    ++a.sale_count;
    a.last_sale = std::max(a.last_sale, base::DayOf(event.occurred_at_us));
  }
  if (const auto* adjustment = std::get_if<ledger::Adjustment>(&event.body)) {
    if (adjustment->reason == kUnclassifiedReason) SayUnclassified(turn, event, account);
  }
  if (mechanism->expects == Expects::kFeeBySchedule) {
    TIEOUT_RETURN_IF_ERROR(OrderLevel(turn).Sale(event, kept.entry().ordinal, account, kept.page));
  }
  if (mechanism->observes == Observes::kSaleOfPayment) {
    TIEOUT_RETURN_IF_ERROR(OrderLevel(turn).FeeOrReversal(event, kept.entry().ordinal, account));
  }
  PayoutLevel payouts(turn);
  Entry& entry = kept.page->page.entries[kept.index];
  const Detail* amended = Holding(kept.page->page, entry.entry, Field::kPayoutId);
  const std::string_view payout_id =
      amended == nullptr ? event.refs.payout_id : kept.page->page.text(amended->value);
  if (payout_id.empty()) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(const uint32_t payout,
                          payouts.NamedBy(event.account, payout_id, account));
  return payouts.Move(entry, payout);
}

absl::Status FoldImpl::Payout(Turn& turn, const ledger::Event& event, uint32_t account) {
  using PayoutMark = ledger::Payout::State;
  const auto& body = std::get<ledger::Payout>(event.body);
  PayoutLevel level(turn);
  const std::string entry = event.refs.payout_id.empty()
                                ? std::string(ledger::EntryOf(event.event_id))
                                : PayoutEntry(event.account, event.refs.payout_id);
  TIEOUT_ASSIGN_OR_RETURN(const uint32_t index, level.PayoutOf(entry, account, false));
  PayoutState& p = turn.home().payouts[index];
  AccountState& a = turn.home().accounts[account];
  BankLevel bank(turn);
  const std::vector<uint32_t> before = bank.CouldBeFrom(index);
  const bool is_sent = body.state == PayoutMark::kInitiated || body.state == PayoutMark::kPaid;
  const bool is_first = is_sent ? !p.seen() : !p.failed;
  const bool list_changed = (is_sent && is_first) || (body.list_complete && !p.list_complete);
  TellOfPayout(event, &p);
  if (is_first && !p.seen()) {  // of a payout that failed first, what was sent tells anew
    p.amount = event.amount;
    p.occurred = base::DayOf(event.occurred_at_us);
    p.expectation_rule = RuleInForce(state_.config(), kPayoutExpectation, a);
  }
  if (is_sent && is_first) {
    p.sent = body.method == ledger::Payout::Method::kCash ? Sent::kInCash : Sent::kTransferred;
    p.event_id = event.event_id;
    p.ordinal = turn.position.ordinal;
    p.seen_log_us = state_.log_us();
    if (const Tenure* tenure = FindTenure(turn.home(), event.account, p.occurred)) {
      p.pays_into = tenure->pays_into;
    }
    p.tolerance_rule = RuleInForce(state_.config(), kReferenceTolerance, a);
    const Mechanism* mechanism = MechanismOf(ledger::Kind::kPayout);
    Post(a, mechanism->from, mechanism->to, event.amount);
    a.last_payout = std::max(a.last_payout, p.occurred);
  }
  bank.FixDates(&p);
  if (!is_sent && is_first) {
    p.failed = true;
    p.failed_event_id = event.event_id;
    p.failed_ordinal = turn.position.ordinal;
    Post(a, Bucket::kInTransit, Bucket::kAvailable, event.amount);
    TIEOUT_RETURN_IF_ERROR(bank.PayoutFailed(index, before));
  } else {
    TIEOUT_RETURN_IF_ERROR(bank.PayoutChanged(index, before));
  }
  return level.Check(index, list_changed ? PayoutLevel::Why::kList : PayoutLevel::Why::kDeadline);
}

absl::Status FoldImpl::Deposit(Turn& turn, const ledger::Event& event, uint32_t account) {
  const auto& body = std::get<ledger::BankDeposit>(event.body);
  AccountState& a = turn.home().accounts[account];
  const Mechanism* mechanism = MechanismOf(ledger::Kind::kBankDeposit);
  Post(a, mechanism->from, mechanism->to, event.amount);
  const base::Day value = body.value_date.is_set()     ? body.value_date
                          : body.booking_date.is_set() ? body.booking_date
                                                       : base::DayOf(event.occurred_at_us);
  a.last_bank_value = std::max(a.last_bank_value, value);
  if (event.amount == 0) return absl::OkStatus();
  DepositState d;
  d.event_id = event.event_id;
  d.ordinal = turn.position.ordinal;
  d.account = account;
  d.amount = event.amount;
  d.value_date = value;
  d.seen_log_us = state_.log_us();
  d.counterparty = body.counterparty;
  d.remittance = body.remittance;
  d.end_to_end_id = event.refs.end_to_end_id;
  d.trace_id = event.refs.trace_id;
  d.bank_reference = event.refs.bank_reference;
  d.payout_id = event.refs.payout_id;
  d.amount_date_rule = RuleInForce(state_.config(), kAmountDate, a);
  d.deposit_rule = RuleInForce(state_.config(), kDepositExpectation, a);
  const RuleState* rule = d.deposit_rule == kNone ? nullptr : &turn.rule(d.deposit_rule);
  d.business_deadline_us = AddBankingDays(state_.config(), rule == nullptr ? "" : rule->calendar,
                                          value, rule == nullptr ? 0 : rule->grace_banking_days)
                               .plus(1)
                               .start_us();
  const auto index = static_cast<uint32_t>(turn.home().deposits.size());
  const uint32_t expense =
      ExpenseRuleInForce(state_.config(), a, d.amount, d.counterparty, d.remittance);
  if (expense != kNone) turn.home().expenses.by_rule[index] = expense;
  BankLevel bank(turn);
  turn.state.Grow(sizeof(DepositState) + 512);
  turn.home().deposits.push_back(std::move(d));
  return bank.DepositArrived(index);
}

absl::Status FoldImpl::Spend(Turn& turn, const ledger::Event& event, uint32_t account) {
  const auto& body = std::get<ledger::Expense>(event.body);
  HomePage& home = turn.home();
  if (event.amount == 0) return absl::OkStatus();
  if (body.paid_from.empty()) {
    std::vector<Expenses::Unbanked>& all = home.expenses.unbanked;
    auto own = std::find_if(all.begin(), all.end(), [&](const Expenses::Unbanked& u) {
      return u.account == account && u.category == body.category;
    });
    if (own == all.end()) own = all.insert(own, {account, std::string(body.category)});
    ++own->count;
    own->sum += event.amount;
    return absl::OkStatus();
  }
  TIEOUT_ASSIGN_OR_RETURN(const uint32_t index,
                          PayoutLevel(turn).PayoutOf(event.event_id, account, false));
  PayoutState& p = home.payouts[index];
  p.payout_id.clear();
  p.sent = Sent::kTransferred;
  p.event_id = event.event_id;
  p.ordinal = turn.position.ordinal;
  p.seen_log_us = state_.log_us();
  p.amount = event.amount;
  p.occurred = base::DayOf(event.occurred_at_us);
  p.pays_into = body.paid_from;
  p.trace_id.Offer(event.refs.trace_id, INT64_MIN + 1);
  p.bank_reference.Offer(event.refs.bank_reference, INT64_MIN + 1);
  p.end_to_end_id.Offer(event.refs.end_to_end_id, INT64_MIN + 1);
  p.expectation_rule = RuleInForce(state_.config(), kPayoutExpectation, home.accounts[account]);
  p.tolerance_rule = RuleInForce(state_.config(), kReferenceTolerance, home.accounts[account]);
  home.expenses.told[index] = {std::string(body.category), std::string(body.supplier)};
  BankLevel bank(turn);
  bank.FixDates(&p);
  return bank.PayoutChanged(index, {});
}

absl::Status FoldImpl::Amend(Turn& turn, const ledger::Event& event, uint32_t account, Found kept) {
  const auto& body = std::get<ledger::Amendment>(event.body);
  if (body.field != Field::kPayoutId && body.field != Field::kAvailableOn)
    return AmendPayout(turn, event, account);
  // The value that held before this one decides what moves.
  EntryPage& page = kept.page->page;
  const uint64_t entry = kept.entry().entry;
  const Detail* held = Holding(page, entry, body.field);
  const std::optional<base::Day> before =
      held == nullptr ? std::nullopt : base::ParseDay(page.text(held->value));
  Detail& detail = page.MakeDetail(kept.index);
  detail.field = body.field;
  detail.as_of_us = body.as_of_us;
  detail.has_value = true;
  detail.value = page.Keep(body.value);
  if (Holding(page, entry, body.field) != &detail) return absl::OkStatus();
  PayoutLevel payouts(turn);
  IndexSet changed;
  for (uint32_t i = kept.index; i != kNone; i = page.entries[i].previous) {
    Entry& item = page.entries[i];
    if (!ledger::IsBalanceItem(item.kind)) continue;
    AccountState& a = turn.home().accounts[item.account];
    if (body.field == Field::kPayoutId) {
      uint32_t payout = kNone;
      if (!body.value.empty()) {
        TIEOUT_ASSIGN_OR_RETURN(
            payout, payouts.NamedBy({a.provider, a.merchant_account, a.currency}, body.value,
                                    item.account));
      }
      TIEOUT_RETURN_IF_ERROR(payouts.Move(item, payout, &changed));
    } else {
      const base::Day own = OwnAvailable(page, i);
      const base::Day was = before.value_or(own);
      const base::Day is = base::ParseDay(body.value).value_or(own);
      if (was.is_set() && was > state_.log_day()) {
        Post(a, Bucket::kPending, Bucket::kAvailable, item.amount);
        a.maturing[was.days] -= item.amount;
      }
      if (is.is_set() && is > state_.log_day()) {
        Post(a, Bucket::kAvailable, Bucket::kPending, item.amount);
        a.maturing[is.days] += item.amount;
        TIEOUT_RETURN_IF_ERROR(ScheduleMaturing(turn, item.account, is));
      }
    }
  }
  return payouts.CheckAll(changed);
}

absl::Status FoldImpl::AmendPayout(Turn& turn, const ledger::Event& event, uint32_t account) {
  const auto& body = std::get<ledger::Amendment>(event.body);
  if (body.field == Field::kStatus || body.field == Field::kOrderId)
    return absl::OkStatus();  // shown, decides nothing
  PayoutLevel level(turn);
  TIEOUT_ASSIGN_OR_RETURN(const uint32_t index, level.PayoutOf(body.entry, account));
  PayoutState& p = turn.home().payouts[index];
  BankLevel bank(turn);
  bool changed = false;
  switch (body.field) {
    case Field::kTraceId:
      changed = p.trace_id.Offer(body.value, body.as_of_us);
      break;
    case Field::kBankReference:
      changed = p.bank_reference.Offer(body.value, body.as_of_us);
      break;
    case Field::kEndToEndId:
      changed = p.end_to_end_id.Offer(body.value, body.as_of_us);
      break;
    case Field::kArrivalDate:
      changed = p.arrival.Offer(body.value, body.as_of_us);
      break;
    case Field::kListComplete:
      if (p.list_complete) return absl::OkStatus();
      p.list_complete = true;
      return level.Check(index, PayoutLevel::Why::kList);
    default:
      break;
  }
  if (!changed) return absl::OkStatus();
  const std::vector<uint32_t> before = bank.CouldBeFrom(index);
  if (p.seen()) bank.FixDates(&p);
  TIEOUT_RETURN_IF_ERROR(bank.PayoutChanged(index, before));
  // A list without an end is judged at the bank's deadline.
  return level.Check(index, PayoutLevel::Why::kDeadline);
}

absl::Status FoldImpl::Report(Turn& turn, const ledger::Event& event, uint32_t account) {
  const auto& body = std::get<ledger::SourceReport>(event.body);
  HomePage& home = turn.home();
  SourceState& source = home.sources[SourceIndex(home, event.source.sha256, account)];
  if (!source.opened) {  // the first that opens it stands
    source.coverage_from_us = body.coverage_from_us;
    source.coverage_to_us = body.coverage_to_us;
  }
  if (body.phase == ledger::SourceReport::Phase::kOpened) {
    source.opened = true;
    return absl::OkStatus();
  }
  CheckTotals(turn, event, account);
  return NoteReport(turn, body, account);
}

}  // namespace tieout::matching
