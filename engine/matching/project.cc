// A home's state as a person asks for it.
#include <algorithm>

#include "engine/matching/fold_impl.h"
#include "engine/matching/open_break.h"
#include "engine/matching/rules.h"

namespace tieout::matching {
namespace {

absl::StatusOr<Minor> Shown(const AccountState& a, WideMinor sum) {
  const std::optional<Minor> narrow = ledger::Narrow(sum);
  if (narrow) return *narrow;
  return base::OutOfRange("a balance of " + a.provider + "/" + a.merchant_account + " in " +
                          a.currency + " exceeds 64 bits of minor units");
}

absl::StatusOr<ledger::AccountProjection> ProjectAccount(const AccountState& a) {
  ledger::AccountProjection p;
  p.provider = a.provider;
  p.merchant_account = a.merchant_account;
  p.currency = a.currency;
  struct Line {
    Minor* shown;
    Bucket bucket;
    int sign;
  };
  // Counter sides are shown from the owner's side: sales made, not sales owed.
  const Line lines[] = {
      {&p.pending, Bucket::kPending, 1},
      {&p.available, Bucket::kAvailable, 1},
      {&p.reserved, Bucket::kReserved, 1},
      {&p.in_transit, Bucket::kInTransit, 1},
      {&p.paid, Bucket::kPaid, 1},
      {&p.bank, Bucket::kBank, 1},
      {&p.bank_unmatched, Bucket::kBankUnmatched, -1},
      {&p.sales, Bucket::kSales, -1},
      {&p.fees, Bucket::kFees, -1},
      {&p.refunds, Bucket::kRefunds, -1},
      {&p.chargebacks, Bucket::kChargebacks, -1},
      {&p.adjustments, Bucket::kAdjustments, -1},
      {&p.opening, Bucket::kOpening, -1},
  };
  for (const Line& line : lines) {
    const WideMinor balance = a.balance[static_cast<size_t>(line.bucket)];
    TIEOUT_ASSIGN_OR_RETURN(*line.shown, Shown(a, balance * line.sign));
  }
  p.sale_count = a.sale_count;
  p.first_day = a.first_day;
  p.before_start = a.before_start;
  p.last_sale = a.last_sale;
  p.last_payout = a.last_payout;
  p.last_bank_value = a.last_bank_value;
  if (a.covered_until_us != 0) p.covered_until = base::DayOf(a.covered_until_us);
  return p;
}

std::string Joined(std::initializer_list<std::string_view> parts) {
  std::string text;
  for (std::string_view part : parts) {
    if (part.empty()) continue;
    if (!text.empty()) text += ' ';
    text += part;
  }
  return text;
}

// Payouts and deposits with a rest; of matched ones it goes to their account's `tolerated`.
void AddOpenItems(const HomePage& h, int partition, ledger::SellerProjection* seller,
                  std::vector<Minor>* tolerated) {
  const auto position = [&](uint64_t ordinal) {
    return ledger::Position{static_cast<uint32_t>(partition), ordinal};
  };
  const auto add = [&](ledger::Role role, const std::string& event_id, uint32_t account,
                       uint64_t ordinal, Minor amount, uint32_t group,
                       uint32_t Group::Allocation::*side, uint32_t index, base::Day date,
                       base::Day due, std::string references) {
    WideMinor residual = amount;
    if (group != kNone) {
      const Group& g = h.groups[group];
      for (const Group::Allocation& a : g.allocations) residual -= a.*side == index ? a.amount : 0;
    }
    if (residual == 0) return;
    if (group != kNone && h.groups[group].status == ledger::Status::kMatched) {
      if (role != ledger::Role::kExpense) (*tolerated)[account] += static_cast<Minor>(residual);
      return;
    }
    const AccountState& a = h.accounts[account];
    seller->open_items.push_back({role, event_id, a.provider, a.merchant_account, a.currency,
                                  position(ordinal), amount, static_cast<Minor>(residual), date,
                                  due, std::move(references)});
  };
  for (uint32_t i = 0; i < h.payouts.size(); ++i) {
    const PayoutState& p = h.payouts[i];
    if (!p.seen() || p.failed || p.amount == 0) continue;
    const auto spent = h.expenses.told.find(i);
    const bool is_payout = spent == h.expenses.told.end();
    add(is_payout ? ledger::Role::kPayout : ledger::Role::kExpense, p.event_id, p.account,
        p.ordinal, p.amount, p.group, &Group::Allocation::payout, i, p.due,
        base::DayOf(p.business_deadline_us - 1),
        is_payout
            ? Joined({p.payout_id, p.trace_id.value, p.end_to_end_id.value})
            : Joined({spent->second.supplier, p.bank_reference.value, p.end_to_end_id.value}));
  }
  for (uint32_t i = 0; i < h.deposits.size(); ++i) {
    const DepositState& d = h.deposits[i];
    add(ledger::Role::kBankDeposit, d.event_id, d.account, d.ordinal, d.amount, d.group,
        &Group::Allocation::deposit, i, d.value_date, base::DayOf(d.business_deadline_us - 1),
        Joined({d.end_to_end_id, d.bank_reference, d.remittance}));
  }
}

// By account, then category. One that a bank account should show counts once it does.
using ExpenseTotals = std::map<uint32_t, std::vector<ledger::ExpenseTotal>>;
absl::StatusOr<ExpenseTotals> ExpensesOf(const ConfigPage& config, const HomePage& h) {
  std::map<std::pair<uint32_t, std::string>, std::pair<uint64_t, WideMinor>> sums;
  const auto add = [&](uint32_t account, const std::string& category, uint64_t n, WideMinor spent) {
    if (n == 0 || spent == 0) return;
    auto& [count, sum] = sums[{account, category}];
    count += n;
    sum += spent;
  };
  for (const auto& [index, rule] : h.expenses.by_rule) {
    const DepositState& d = h.deposits[index];
    if (d.group == kNone || !h.groups[d.group].is_expense()) continue;
    add(d.account, ExpenseCategory(config, rule), 1, d.amount);
  }
  for (const auto& [index, told] : h.expenses.told) {  // as far as the bank has shown it
    const PayoutState& p = h.payouts[index];
    if (p.group == kNone) continue;
    WideMinor seen = 0;
    for (const Group::Allocation& a : h.groups[p.group].allocations) {
      if (a.payout == index) seen += a.amount;
    }
    add(p.account, told.category, 1, seen);
  }
  for (const Expenses::Unbanked& u : h.expenses.unbanked)
    add(u.account, u.category, u.count, u.sum);
  ExpenseTotals totals;
  for (const auto& [key, total] : sums) {
    TIEOUT_ASSIGN_OR_RETURN(const Minor sum, Shown(h.accounts[key.first], total.second));
    totals[key.first].push_back({key.second, total.first, sum});
  }
  return totals;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> FoldImpl::Homes() {
  std::vector<std::string> homes;
  for (int byte = 0; byte < 256; ++byte) {
    TIEOUT_ASSIGN_OR_RETURN(Cached<HomesPage>* const page,
                            state_.Homes(static_cast<uint8_t>(byte)));
    homes.insert(homes.end(), page->page.homes.begin(), page->page.homes.end());
  }
  std::sort(homes.begin(), homes.end());
  return homes;
}

absl::StatusOr<ledger::SellerProjection> FoldImpl::Project(std::string_view home) {
  TIEOUT_ASSIGN_OR_RETURN(const bool exists, state_.HasHome(home));
  if (!exists) {
    return base::NotFound("no seller \"" + std::string(home) + "\" in partition " +
                          std::to_string(partition_));
  }
  TIEOUT_ASSIGN_OR_RETURN(Cached<HomePage>* const cached, state_.Home(home));
  const HomePage& h = cached->page;
  ledger::SellerProjection seller;
  seller.seller_id = h.home;
  seller.tick = state_.meta().tick;
  std::vector<Minor> tolerated(h.accounts.size());
  AddOpenItems(h, partition_, &seller, &tolerated);
  TIEOUT_ASSIGN_OR_RETURN(const ExpenseTotals expenses, ExpensesOf(state_.config(), h));
  for (uint32_t i = 0; i < h.accounts.size(); ++i) {
    const AccountState& a = h.accounts[i];
    if (a.is_bank() && a.merchant_account.empty()) continue;  // stands for "any bank account"
    TIEOUT_ASSIGN_OR_RETURN(ledger::AccountProjection account, ProjectAccount(a));
    account.tolerated = tolerated[i];
    if (const auto own = expenses.find(i); own != expenses.end()) account.expenses = own->second;
    seller.accounts.push_back(std::move(account));
  }
  for (const auto& [id, record] : h.open) {
    seller.breaks.push_back(OpenBreak(state_.config(), h, record, state_.log_day()));
  }
  std::stable_sort(
      seller.breaks.begin(), seller.breaks.end(),
      [](const ledger::Record& a, const ledger::Record& b) { return a.opened_on < b.opened_on; });
  return seller;
}

}  // namespace tieout::matching
