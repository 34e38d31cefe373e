// Level bank: payouts and deposits of a home, by currency.
#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "tests/oracle/evidence.h"
#include "tests/oracle/verdict.h"

namespace tieout::oracle {
namespace {

using ledger::Level;
using ledger::Status;

class Bank {
 public:
  Bank(const std::string& home, std::string_view currency, const Facts& facts,
       const Configuration& configuration);
  std::vector<BankVerdict> Judge();

 private:
  BankVerdict Verdict(const std::set<size_t>& payouts, const std::set<size_t>& deposits) const;
  void Allocate(const std::set<size_t>& payouts, const std::set<size_t>& deposits,
                std::vector<Share>* shares) const;
  void JudgeReferences();
  void JudgeReferenceGroup(const std::set<size_t>& payouts, const std::set<size_t>& deposits);
  bool AllInCash(const std::set<size_t>& payouts) const;
  Minor ToleranceOf(const std::set<size_t>& payouts, Minor expected) const;

  const ledger::Rule* ExpenseRuleOf(const DepositSeen& deposit) const;
  BankVerdict ExpenseVerdict(size_t deposit, const ledger::Rule& rule) const;
  bool NamesParty(size_t deposit, size_t payout) const;

  void JudgeAmounts();
  bool IsFree(size_t deposit) const;
  bool IsCandidate(size_t deposit, size_t payout) const;
  bool IsAttributable(size_t deposit, size_t payout) const;
  bool ExcludesChance(size_t deposit) const;

  void JudgeTheRest();
  std::vector<AccountRef> BankAccountsFor(const PayoutSeen& payout) const;
  std::vector<AccountRef> ProviderAccountsFor(const DepositSeen& deposit) const;

  const std::string_view currency_;
  const Configuration& configuration_;
  std::vector<AccountRef> accounts_;   // of this home, in this currency
  std::vector<PayoutSeen> payouts_;    // by (arrival, event_id)
  std::vector<DepositSeen> deposits_;  // by (value date, event_id)
  std::vector<PayoutSeen> failed_;
  std::vector<PayoutNamed> named_;  // of whatever currency and state
  std::vector<std::vector<bool>> cites_;
  std::set<size_t> payouts_done_, deposits_done_;
  std::vector<BankVerdict> verdicts_;
};

Bank::Bank(const std::string& home, std::string_view currency, const Facts& facts,
           const Configuration& configuration)
    : currency_(currency),
      configuration_(configuration),
      accounts_(configuration.AccountsOf(home, currency)) {
  named_ = facts.PayoutsNamed();
  for (const PayoutSeen& payout : facts.Payouts()) {
    if (payout.account.currency != currency || payout.amount == 0) continue;
    if (payout.expects_deposit()) payouts_.push_back(payout);
    if (payout.failed) failed_.push_back(payout);
  }
  for (const PayoutSeen& spending : facts.Spendings()) {
    if (spending.account.currency == currency) payouts_.push_back(spending);
  }
  for (const DepositSeen& deposit : facts.Deposits()) {
    if (deposit.account.currency == currency && deposit.amount != 0) deposits_.push_back(deposit);
  }
  std::sort(payouts_.begin(), payouts_.end(), [](const PayoutSeen& a, const PayoutSeen& b) {
    return std::tie(a.arrival, a.first->event_id) < std::tie(b.arrival, b.first->event_id);
  });
  std::sort(deposits_.begin(), deposits_.end(), [](const DepositSeen& a, const DepositSeen& b) {
    return std::tie(a.value_date, a.fact->event_id) < std::tie(b.value_date, b.fact->event_id);
  });
  cites_ = Citations(deposits_, payouts_);
}

std::vector<BankVerdict> Bank::Judge() {
  JudgeReferences();
  JudgeAmounts();
  JudgeTheRest();
  return std::move(verdicts_);
}

BankVerdict Bank::Verdict(const std::set<size_t>& payouts, const std::set<size_t>& deposits) const {
  BankVerdict verdict;
  Said& said = verdict.said;
  said.level = Level::kBank;
  said.currency = currency_;
  for (const size_t p : payouts) {
    said.expected += payouts_[p].amount;
    said.members.push_back({payouts_[p].first->event_id, 0});
  }
  for (const size_t d : deposits) {
    said.actual += deposits_[d].amount;
    said.members.push_back({deposits_[d].fact->event_id, 0});
  }
  std::sort(said.members.begin(), said.members.end());
  // Payouts have none, and those of several have none in common.
  std::set<std::string_view> categories;
  for (const size_t p : payouts) {
    categories.insert(payouts_[p].spent == nullptr ? "" : payouts_[p].spent->category);
  }
  if (categories.size() == 1) said.category = *categories.begin();
  return verdict;
}

// Deposits in their order, each to its payouts in theirs, as much as both have left.
void Bank::Allocate(const std::set<size_t>& payouts, const std::set<size_t>& deposits,
                    std::vector<Share>* shares) const {
  const auto give = [&](const std::string& event_id, Minor amount) {
    for (Share& share : *shares) {
      if (share.event_id == event_id) share.allocated += amount;
    }
  };
  std::vector<Minor> left;
  for (const PayoutSeen& payout : payouts_) left.push_back(payout.amount);
  for (const size_t d : deposits) {
    Minor rest = deposits_[d].amount;
    for (const size_t p : payouts) {
      if (rest == 0 || (!cites_[d][p] && deposits.size() + payouts.size() > 2)) continue;
      const Minor part = rest > 0 ? std::min(rest, left[p]) : std::max(rest, left[p]);
      rest -= part;
      left[p] -= part;
      give(payouts_[p].first->event_id, part);
      give(deposits_[d].fact->event_id, part);
    }
  }
}

// Connected components of the citations, found by growing each until nothing joins.
void Bank::JudgeReferences() {
  for (size_t start = 0; start < payouts_.size(); ++start) {
    if (payouts_done_.count(start) > 0) continue;
    std::set<size_t> payouts{start};
    std::set<size_t> deposits;
    for (size_t before = 0; before != payouts.size() + deposits.size();) {
      before = payouts.size() + deposits.size();
      for (size_t d = 0; d < deposits_.size(); ++d) {
        for (size_t p = 0; p < payouts_.size(); ++p) {
          if (!cites_[d][p] || (payouts.count(p) == 0 && deposits.count(d) == 0)) continue;
          payouts.insert(p);
          deposits.insert(d);
        }
      }
    }
    if (deposits.empty()) continue;
    JudgeReferenceGroup(payouts, deposits);
    payouts_done_.insert(payouts.begin(), payouts.end());
    deposits_done_.insert(deposits.begin(), deposits.end());
  }
}

void Bank::JudgeReferenceGroup(const std::set<size_t>& payouts, const std::set<size_t>& deposits) {
  BankVerdict verdict = Verdict(payouts, deposits);
  verdict.by_reference = true;
  Said& said = verdict.said;
  Allocate(payouts, deposits, &said.members);
  said.status = Status::kMatched;
  const Minor off = said.actual - said.expected;
  if (off == 0) {
    if (payouts.size() == 1) {
      said.rule_id = deposits.size() == 1 ? "reference_exact" : "reference_partial";
    } else {
      said.rule_id = "reference_set";
    }
  } else if (std::abs(off) <= ToleranceOf(payouts, said.expected)) {
    said.rule_id = "reference_tolerance";
  } else if (std::abs(said.actual) < std::abs(said.expected)) {
    said.status = Status::kPartiallyMatched;
    said.rule_id = "reference_partial";
    verdict.late_reason =
        AllInCash(payouts) ? ledger::reason::kCashShort : ledger::reason::kAmountUnder;
    for (const size_t p : payouts) {
      const PayoutSeen& payout = payouts_[p];
      verdict.deadlines.push_back({payout.due_us, payout.first->arrived_us, payout.first->ordinal});
      for (const AccountRef& account : BankAccountsFor(payout)) verdict.needs.push_back(account);
      verdict.due_on = std::max(verdict.due_on, payout.arrival);
    }
  } else {
    said.status = Status::kPartiallyMatched;
    said.rule_id = "reference_over";
    verdict.late_reason =
        AllInCash(payouts) ? ledger::reason::kCashOver : ledger::reason::kAmountOver;
    for (const size_t d : deposits) {
      const DepositSeen& deposit = deposits_[d];
      verdict.deadlines.push_back(
          {deposit.due_us, deposit.fact->arrived_us, deposit.fact->ordinal});
    }
  }
  // Whichever came last settles.
  for (const size_t p : payouts) {
    verdict.deadlines.push_back(
        {kNoDeadline, payouts_[p].first->arrived_us, payouts_[p].first->ordinal});
  }
  for (const size_t d : deposits) {
    verdict.deadlines.push_back(
        {kNoDeadline, deposits_[d].fact->arrived_us, deposits_[d].fact->ordinal});
  }
  verdicts_.push_back(std::move(verdict));
}

// Cash carried to the bank, and nothing else.
bool Bank::AllInCash(const std::set<size_t>& payouts) const {
  return std::count_if(payouts.begin(), payouts.end(),
                       [&](size_t p) { return !payouts_[p].in_cash; }) == 0;
}

// In force when the first of them was seen; of amount and percent the smaller, where both are
// given.
Minor Bank::ToleranceOf(const std::set<size_t>& payouts, Minor expected) const {
  const PayoutSeen* first = nullptr;
  for (const size_t p : payouts) {
    if (first == nullptr || payouts_[p].first->ordinal < first->first->ordinal) {
      first = &payouts_[p];
    }
  }
  const ledger::Rule* rule =
      configuration_.RuleAt("reference_tolerance", first->account, first->first->ordinal);
  if (rule == nullptr || !rule->bank_match) return 0;
  const Minor amount = rule->bank_match->tolerance;
  const auto percent = static_cast<Minor>(static_cast<__int128>(std::abs(expected)) *
                                          rule->bank_match->tolerance_bp / 10'000);
  if (amount == 0) return percent;
  if (rule->bank_match->tolerance_bp == 0) return amount;
  return std::min(amount, percent);
}

// The longest text goes first, then the closest scope, then the last in the log.
const ledger::Rule* Bank::ExpenseRuleOf(const DepositSeen& deposit) const {
  const auto rank = [](const ledger::Rule& rule) {
    return std::pair(Tokens(rule.expense->text).size(), Configuration::ScopeRank(rule));
  };
  const ledger::Rule* best = nullptr;
  // What cites a payout is the payout's.
  if (deposit.amount > 0 || CitesAny(deposit, named_)) return nullptr;
  for (const ledger::Rule* rule :
       configuration_.ExpenseRulesAt(deposit.account, deposit.fact->ordinal)) {
    const Minor most = rule->expense->maximum;
    if (most != 0 && -deposit.amount > most) continue;
    if (!Says(deposit, rule->expense->text)) continue;
    if (best == nullptr || rank(*rule) >= rank(*best)) best = rule;
  }
  return best;
}

BankVerdict Bank::ExpenseVerdict(size_t d, const ledger::Rule& rule) const {
  BankVerdict verdict = Verdict({}, {d});
  verdict.said.status = Status::kMatched;
  verdict.said.rule_id = rule.rule_id;
  verdict.said.category = rule.expense->category;
  verdict.said.expected = deposits_[d].amount;
  verdict.said.members = {{deposits_[d].fact->event_id, deposits_[d].amount}};
  return verdict;
}

// The deposit says who is paid: a provider, or a supplier.
bool Bank::NamesParty(size_t d, size_t p) const {
  const ledger::Expense* spent = payouts_[p].spent;
  if (spent == nullptr) return NamesProvider(deposits_[d], payouts_[p].account.provider);
  return !Tokens(spent->supplier).empty() && Says(deposits_[d], spent->supplier);
}

bool Bank::IsFree(size_t d) const {
  return deposits_done_.count(d) == 0 && !NamesPayout(deposits_[d], named_);
}

bool Bank::IsCandidate(size_t d, size_t p) const {
  const DepositSeen& deposit = deposits_[d];
  const PayoutSeen& payout = payouts_[p];
  if (payouts_done_.count(p) > 0 || (deposit.amount > 0) != (payout.amount > 0)) return false;
  if (deposit.value_date < payout.window_from || deposit.value_date > payout.window_to) {
    return false;
  }
  if (!payout.pays_into.empty() && payout.pays_into != deposit.account.merchant_account) {
    return false;
  }
  // A rule's expense may be one that the books tell of as well, but no payout.
  if (payout.spent == nullptr && ExpenseRuleOf(deposit) != nullptr) return false;
  return !NamesAnyProvider(deposit) || NamesParty(d, p);
}

bool Bank::IsAttributable(size_t d, size_t p) const {
  const DepositSeen& deposit = deposits_[d];
  if (NamesParty(d, p)) return true;
  if (payouts_[p].spent != nullptr) return false;
  std::vector<AccountRef> paying;
  for (const AccountRef& account : accounts_) {
    if (!IsBank(account) && configuration_.PaysInto(account) == deposit.account.merchant_account) {
      paying.push_back(account);
    }
  }
  return paying.size() == 1 && paying.front() == payouts_[p].account;
}

bool Bank::ExcludesChance(size_t d) const {
  __int128 sum = 0;
  int candidates = 0;
  for (size_t p = 0; p < payouts_.size(); ++p) {
    if (!IsCandidate(d, p)) continue;
    ++candidates;
    sum += std::abs(payouts_[p].amount);
  }
  const ledger::Rule* rule =
      configuration_.RuleAt("amount_date", deposits_[d].account, deposits_[d].fact->ordinal);
  const uint64_t bound = rule != nullptr && rule->bank_match && rule->bank_match->chance_bound != 0
                             ? rule->bank_match->chance_bound
                             : 100;
  if (candidates > 60) return false;
  return static_cast<__int128>(bound) * (int64_t{1} << candidates) <= sum;
}

void Bank::JudgeAmounts() {
  const auto equal = [&](size_t d, size_t p) {
    return IsFree(d) && IsCandidate(d, p) && deposits_[d].amount == payouts_[p].amount;
  };
  std::vector<BankVerdict> found;
  std::set<size_t> taken_payouts, taken_deposits;
  for (size_t d = 0; d < deposits_.size(); ++d) {
    std::set<size_t> own;
    bool has_rival = false;
    for (size_t p = 0; p < payouts_.size(); ++p) {
      if (!equal(d, p)) continue;
      own.insert(p);
      for (size_t other = 0; other < deposits_.size(); ++other) {
        has_rival = has_rival || (other != d && equal(other, p));
      }
    }
    const ledger::Rule* rule = ExpenseRuleOf(deposits_[d]);
    const bool unique = own.size() == 1 && !has_rival;
    const bool is_sure = unique && IsAttributable(d, *own.begin()) && ExcludesChance(d);
    if (rule != nullptr && !is_sure && deposits_done_.count(d) == 0) {
      found.push_back(ExpenseVerdict(d, *rule));
      taken_deposits.insert(d);
      continue;
    }
    if (own.empty()) continue;
    BankVerdict verdict = Verdict(own, {d});
    verdict.said.rule_id = "amount_date";
    if (is_sure) {
      verdict.said.status = Status::kMatched;
      Allocate(own, {d}, &verdict.said.members);
    } else {
      verdict.said.status = Status::kProposed;
      verdict.proposed_deposit = deposits_[d].fact->event_id;
      verdict.said.expected = verdict.said.actual;
      verdict.said.reason = unique ? ledger::reason::kWeakEvidence : ledger::reason::kAmbiguous;
    }
    found.push_back(std::move(verdict));
    taken_payouts.insert(own.begin(), own.end());
    taken_deposits.insert(d);
  }
  for (BankVerdict& verdict : found) verdicts_.push_back(std::move(verdict));
  payouts_done_.insert(taken_payouts.begin(), taken_payouts.end());
  deposits_done_.insert(taken_deposits.begin(), taken_deposits.end());
}

std::vector<AccountRef> Bank::BankAccountsFor(const PayoutSeen& payout) const {
  if (!payout.pays_into.empty()) return {{ledger::kBankProvider, payout.pays_into, currency_}};
  std::vector<AccountRef> found;
  for (const AccountRef& account : accounts_) {
    if (IsBank(account)) found.push_back(account);
  }
  if (found.empty()) found.push_back({ledger::kBankProvider, "", currency_});
  return found;
}

std::vector<AccountRef> Bank::ProviderAccountsFor(const DepositSeen& deposit) const {
  std::vector<AccountRef> named, paying, untold;
  for (const AccountRef& account : accounts_) {
    if (IsBank(account) || account.provider == ledger::kExpensesProvider) continue;
    if (account.provider == "shipping") continue;  // parcels pay nobody
    const std::string_view into = configuration_.PaysInto(account);
    if (NamesProvider(deposit, account.provider)) named.push_back(account);
    if (into == deposit.account.merchant_account) paying.push_back(account);
    if (into.empty()) untold.push_back(account);
  }
  if (!named.empty()) return named;
  return paying.empty() ? untold : paying;
}

void Bank::JudgeTheRest() {
  for (size_t p = 0; p < payouts_.size(); ++p) {
    if (payouts_done_.count(p) > 0) continue;
    const PayoutSeen& payout = payouts_[p];
    BankVerdict verdict = Verdict({p}, {});
    verdict.negative = true;
    verdict.said.status = Status::kUnmatched;
    verdict.said.rule_id = "payout_expectation";
    verdict.said.reason =
        payout.in_cash ? ledger::reason::kCashShort : ledger::reason::kMissingDeposit;
    verdict.deadlines = {{payout.due_us, payout.first->arrived_us, payout.first->ordinal}};
    verdict.needs = BankAccountsFor(payout);
    verdict.due_on = payout.arrival;
    verdicts_.push_back(std::move(verdict));
  }
  for (size_t d = 0; d < deposits_.size(); ++d) {
    if (deposits_done_.count(d) > 0) continue;
    const DepositSeen& deposit = deposits_[d];
    BankVerdict verdict = Verdict({}, {d});
    verdict.negative = true;
    verdict.said.status = Status::kUnmatched;
    verdict.said.rule_id = "deposit_expectation";
    verdict.said.reason = deposit.amount > 0 ? ledger::reason::kUnexpectedDeposit
                                             : ledger::reason::kUnexpectedWithdrawal;
    verdict.deadlines = {{deposit.due_us, deposit.fact->arrived_us, deposit.fact->ordinal}};
    verdict.needs = ProviderAccountsFor(deposit);
    verdicts_.push_back(std::move(verdict));
  }
  for (const PayoutSeen& payout : failed_) {
    BankVerdict verdict;
    Said& said = verdict.said;
    said.level = Level::kBank;
    said.currency = currency_;
    said.status = Status::kUnmatched;
    said.rule_id = "payout_expectation";
    said.reason = ledger::reason::kPayoutFailed;
    said.expected = payout.amount;
    said.members = {{payout.back->event_id, 0}};
    if (payout.sent) verdict.takes_over = payout.first->event_id;
    verdicts_.push_back(std::move(verdict));
  }
}

}  // namespace

std::vector<BankVerdict> BankVerdicts(const std::string& home, const Facts& facts,
                                      const Configuration& configuration) {
  std::set<std::string_view> currencies;
  for (const Fact& fact : facts.all()) currencies.insert(fact.event->account.currency);
  std::vector<BankVerdict> verdicts;
  for (const std::string_view currency : currencies) {
    for (BankVerdict& verdict : Bank(home, currency, facts, configuration).Judge()) {
      verdicts.push_back(std::move(verdict));
    }
  }
  return verdicts;
}

}  // namespace tieout::oracle
