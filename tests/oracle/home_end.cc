// How a home ends: balances, open items, what still holds. Summed from the facts.
#include <fmt/format.h>

#include <algorithm>

#include "tests/oracle/home.h"

namespace tieout::oracle {
namespace {

using ledger::Kind;

std::string KeyOf(const AccountRef& account) {
  return fmt::format("{}/{}/{}", account.provider, account.merchant_account, account.currency);
}

bool IsPending(const Facts& facts, const Fact& item, Day today) {
  const std::string inlined = base::FormatDay(item.event->available_on);
  const std::optional<Day> available = base::ParseDay(facts.Amended(
      ledger::EntryOf(item.event_id), ledger::Amendment::Field::kAvailableOn, {inlined}));
  return available.has_value() && *available > today;
}

void PostItem(const Facts& facts, const Fact& fact, Day today, Buckets* buckets) {
  const Minor amount = fact.event->amount;
  switch (fact.event->kind()) {
    case Kind::kSale:
      buckets->sales += amount;
      break;
    case Kind::kReserve:
      buckets->reserved -= amount;
      break;
    case Kind::kFee:
      buckets->fees += amount;
      break;
    case Kind::kRefund:
      buckets->refunds += amount;
      break;
    case Kind::kChargeback:
      buckets->chargebacks += amount;
      break;
    case Kind::kAdjustment:
      buckets->adjustments += amount;
      break;
    default:
      return;
  }
  (IsPending(facts, fact, today) ? buckets->pending : buckets->available) += amount;
}

// A payout leaves once and comes back once, however many of its states are told.
void PostPayout(const std::vector<const Fact*>& states, Buckets* buckets) {
  bool sent = false;
  bool back = false;
  for (const Fact* fact : states) {
    const auto state = std::get<ledger::Payout>(fact->event->body).state;
    const bool sends =
        state == ledger::Payout::State::kInitiated || state == ledger::Payout::State::kPaid;
    if (sends ? sent : back) continue;
    (sends ? sent : back) = true;
    const Minor amount = sends ? fact->event->amount : -fact->event->amount;
    buckets->available -= amount;
    buckets->in_transit += amount;
  }
}

}  // namespace

Minor Home::AllocatedTo(std::string_view event_id) const {
  Minor allocated = 0;
  for (const BankRecord& record : bank_) {
    for (const Share& share : record.said.members) {
      if (share.event_id == event_id) allocated += share.allocated;
    }
  }
  return allocated;
}

std::vector<Open> Home::OpenItems() const {
  const auto is_matched = [&](const std::string& event_id) {
    return std::any_of(bank_.begin(), bank_.end(), [&](const BankRecord& record) {
      return record.said.status == ledger::Status::kMatched &&
             Holds(record.said, Said{.members = {{event_id, 0}}});
    });
  };
  std::vector<Open> open;
  const auto add = [&](const std::string& event_id, Minor amount) {
    const Minor residual = amount - AllocatedTo(event_id);
    if (residual != 0 && !is_matched(event_id)) {
      open.push_back({event_id, amount, residual});
    }
  };
  for (const PayoutSeen& payout : facts_.Payouts()) {
    if (payout.expects_deposit()) add(payout.first->event_id, payout.amount);
  }
  for (const PayoutSeen& spent : facts_.Spendings()) add(spent.first->event_id, spent.amount);
  for (const DepositSeen& deposit : facts_.Deposits()) {
    add(deposit.fact->event_id, deposit.amount);
  }
  std::sort(open.begin(), open.end());
  return open;
}

End Home::end() const {
  End end;
  const Day today = base::DayOf(now_us_);
  for (const Event* start : configuration_.StartsAt(name_)) {
    const auto& opening = std::get<ledger::Start>(start->body);
    Buckets& buckets = end.accounts[KeyOf(start->account)];
    buckets.pending += opening.pending;
    buckets.available += opening.available;
    buckets.reserved += opening.reserved;
  }
  for (const Fact& fact : facts_.all()) {
    PostItem(facts_, fact, today, &end.accounts[KeyOf(fact.event->account)]);
  }
  for (const PayoutSeen& payout : facts_.Payouts()) {
    std::vector<const Fact*> states;
    for (const Fact* fact : facts_.OfKind(Kind::kPayout)) {
      if (fact->event->account == payout.account && fact->event->refs.payout_id == payout.id) {
        states.push_back(fact);
      }
    }
    Buckets& buckets = end.accounts[KeyOf(payout.account)];
    PostPayout(states, &buckets);
    const Minor allocated = AllocatedTo(payout.first->event_id);
    buckets.in_transit -= allocated;
    buckets.paid += allocated;
  }
  for (const DepositSeen& deposit : facts_.Deposits()) {
    Buckets& buckets = end.accounts[KeyOf(deposit.account)];
    buckets.bank += deposit.amount;
    buckets.bank_unmatched += deposit.amount - AllocatedTo(deposit.fact->event_id);
  }
  for (const BankRecord& record : bank_) {
    for (const DepositSeen& deposit : facts_.Deposits()) {
      if (record.said.category.empty() || record.said.members.size() != 1 ||
          record.said.members.front().event_id != deposit.fact->event_id) {
        continue;
      }
      auto& [count, sum] = end.expenses[KeyOf(deposit.account) + " " + record.said.category];
      ++count;
      sum += deposit.amount;
    }
  }
  const auto spend = [&](const AccountRef& account, std::string_view category, Minor amount) {
    if (amount == 0) return;
    auto& [count, sum] = end.expenses[KeyOf(account) + " " + std::string(category)];
    ++count;
    sum += amount;
  };
  for (const PayoutSeen& spent : facts_.Spendings()) {
    spend(spent.account, spent.spent->category, AllocatedTo(spent.first->event_id));
  }
  for (const Fact* fact : facts_.OfKind(Kind::kExpense)) {
    const auto& expense = std::get<ledger::Expense>(fact->event->body);
    if (expense.paid_from.empty())
      spend(fact->event->account, expense.category, fact->event->amount);
  }
  std::erase_if(end.accounts, [](const auto& entry) { return entry.second == Buckets{}; });
  end.open_items = OpenItems();
  for (const auto& [name, subject] : subjects_) {
    // A break that healed is over; only those who saw it were told.
    const bool healed = subject.verdict.only_heals;
    if (subject.has_said && !healed) end.live.push_back(subject.said);
  }
  for (const BankRecord& record : bank_) end.live.push_back(record.said);
  for (const auto& [name, late] : late_) end.live.push_back(late.said);
  for (const auto& [name, source] : sources_) {
    for (const Hole& hole : source.holes()) {
      if (hole.said) end.live.push_back(*hole.said);
    }
  }
  for (Said& said : end.live) said.seller_id = name_;
  std::sort(end.live.begin(), end.live.end());
  return end;
}

}  // namespace tieout::oracle
