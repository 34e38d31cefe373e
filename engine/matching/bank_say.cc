// Level bank, the telling: from the groups that stood to those that stand now.
#include <algorithm>
#include <cstdlib>

#include "engine/base/check.h"
#include "engine/matching/bank.h"
#include "engine/matching/rules.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Level;
using ledger::Role;
using ledger::Status;

// Allocations in whatever order: an amended arrival may change that alone.
bool Same(const Group& a, const Group& b) {
  return a.name == b.name && a.status == b.status && a.reason == b.reason &&
         a.payouts == b.payouts && a.deposits == b.deposits &&
         std::is_permutation(a.allocations.begin(), a.allocations.end(), b.allocations.begin(),
                             b.allocations.end());
}

bool Contains(const std::vector<uint32_t>& all, const std::vector<uint32_t>& some) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

// The new group tells the old one's story on: it need not be revoked first.
bool Continues(const Group& old, const Group& now) {
  if (old.status == Status::kProposed) return Contains(now.deposits, old.deposits);
  return old.by_reference() && now.by_reference() && now.status != Status::kProposed &&
         Contains(now.deposits, old.deposits) && Contains(now.payouts, old.payouts);
}

// By place in the log.
template <typename Items>
std::vector<uint32_t> ByPlace(const Items& items, std::vector<uint32_t> indexes) {
  std::sort(indexes.begin(), indexes.end(),
            [&](uint32_t a, uint32_t b) { return items[a].ordinal < items[b].ordinal; });
  return indexes;
}

// What is allocated of a member has its sign and never exceeds it.
void CheckAllocations(const HomePage& home, const Group& g) {
  std::map<uint32_t, WideMinor> of_payout, of_deposit;
  for (const Group::Allocation& a : g.allocations) {
    if (a.payout != kNone) of_payout[a.payout] += a.amount;
    of_deposit[a.deposit] += a.amount;
  }
  const auto fits = [](WideMinor sum, Minor amount) {
    return amount < 0 ? sum <= 0 && sum >= amount : sum >= 0 && sum <= amount;
  };
  for (const auto& [p, sum] : of_payout) TIEOUT_CHECK(fits(sum, home.payouts[p].amount));
  for (const auto& [d, sum] : of_deposit) TIEOUT_CHECK(fits(sum, home.deposits[d].amount));
}

// Told of its deposit alone: a proposal, an expense.
bool IsDeposits(const Group& g) { return g.status == Status::kProposed || g.is_expense(); }

bool IsLive(const Anchor& anchor) { return anchor.is_said() && anchor.status != Status::kRevoked; }

}  // namespace

// The payout whose event stands first in the log; of a proposal or an expense its deposit.
Anchor& BankLevel::LeadAnchor(const Group& g) {
  if (IsDeposits(g)) return home().deposits[g.deposits.front()].anchor;
  return home().payouts[FirstSeen(g.payouts)].bank;
}

absl::Status BankLevel::Replace(const Concerned& concerned, std::vector<Group> groups) {
  HomePage& h = home();
  IndexSet olds;
  for (uint32_t p : concerned.payouts) olds.Add(h.payouts[p].group);
  for (uint32_t d : concerned.deposits) olds.Add(h.deposits[d].group);
  olds.Remove(kNone);

  std::vector<Group> replaced;
  for (uint32_t old : olds) {
    const auto same = std::find_if(groups.begin(), groups.end(),
                                   [&](const Group& g) { return Same(g, h.groups[old]); });
    if (same != groups.end()) {
      groups.erase(same);
      continue;
    }
    Group gone = std::move(h.groups[old]);
    h.groups[old] = Group{};
    facts_.CountGroup(old, gone, -1);
    Book(gone, -1);
    if (gone.status != Status::kProposed) {
      for (uint32_t p : gone.payouts) h.payouts[p].group = kNone;
    }
    for (uint32_t d : gone.deposits) h.deposits[d].group = kNone;
    replaced.push_back(std::move(gone));
  }

  std::vector<bool> told(replaced.size(), false);
  for (size_t i = 0; i < replaced.size(); ++i) {
    if (std::any_of(groups.begin(), groups.end(),
                    [&](const Group& g) { return Continues(replaced[i], g); }))
      continue;
    RevokeGroup(replaced[i]);
    told[i] = true;
  }
  for (Group& g : groups) {
    const uint32_t place = facts_.FreePlace();
    facts_.CountGroup(place, g, +1);
    if (g.status != Status::kProposed) {
      for (uint32_t p : g.payouts) h.payouts[p].group = place;
    }
    for (uint32_t d : g.deposits) h.deposits[d].group = place;
    TIEOUT_RETURN_IF_ERROR(CancelMatched(g));
    Book(g, +1);
    for (const Group& old : replaced) {  // what was said of a rest that is still open stays said
      if (Continues(old, g) && old.name == g.name && g.status == Status::kPartiallyMatched &&
          !old.said.empty())
        g.said = RestReason(g);
    }
    Announce(g, replaced, &told);
    TIEOUT_RETURN_IF_ERROR(ScheduleRest(g));
    h.groups[place] = std::move(g);
  }
  Concerned released;
  for (const Group& g : replaced) {
    released.payouts.AddAll(g.payouts);
    released.deposits.AddAll(g.deposits);
  }
  return ScheduleOpen(released);
}

void BankLevel::Book(const Group& group, int sign) {
  CheckAllocations(home(), group);
  for (const Group::Allocation& a : group.allocations) {
    const WideMinor amount = WideMinor{a.amount} * sign;
    if (a.payout != kNone && facts_.Spent(a.payout) == nullptr) {
      Post(home().accounts[home().payouts[a.payout].account], Bucket::kInTransit, Bucket::kPaid,
           amount);
    }
    Post(home().accounts[home().deposits[a.deposit].account], Bucket::kBankCleared,
         Bucket::kBankUnmatched, amount);
  }
}

void BankLevel::Revoke(Anchor& anchor, ledger::Record record) {
  Say(turn_, std::move(record), anchor, "");
}

void BankLevel::RevokeGroup(const Group& group) {
  Revoke(LeadAnchor(group), GroupRecord(group, Status::kRevoked));
}

void BankLevel::Announce(Group& g, const std::vector<Group>& replaced, std::vector<bool>* told) {
  // Of all that goes on in this group its record supersedes the first; the others are revoked.
  Anchor& lead = LeadAnchor(g);
  const auto close = [&](Anchor& own, ledger::Record revoked) {
    bool was_group = false;
    for (size_t i = 0; i < replaced.size(); ++i) {
      if ((*told)[i] || !Continues(replaced[i], g) || &LeadAnchor(replaced[i]) != &own) continue;
      (*told)[i] = was_group = true;
      revoked = GroupRecord(replaced[i], Status::kRevoked);
    }
    if (&own == &lead || (!was_group && !own.is_open())) return;
    if (IsLive(lead)) {
      Revoke(own, std::move(revoked));
    } else {
      TakeOver(own, lead);
    }
  };
  for (uint32_t p : ByPlace(home().payouts, g.payouts))
    close(home().payouts[p].bank, PayoutRecord(p, Status::kRevoked, ""));
  for (uint32_t d : ByPlace(home().deposits, g.deposits))
    close(home().deposits[d].anchor, DepositRecord(d, Status::kRevoked, ""));
  SayGroup(g);
}

void BankLevel::SayGroup(const Group& g) {
  const std::string& about = IsDeposits(g) ? home().deposits[g.deposits.front()].event_id
                                           : home().payouts[FirstSeen(g.payouts)].entry;
  Say(turn_, GroupRecord(g, g.status), LeadAnchor(g), about);
}

// A partial group's rest: due when the deadlines of its side have passed, and when the last that
// made it was seen.
std::pair<Due, int64_t> BankLevel::RestOf(const Group& g) const {
  const bool is_over = g.name == kReferenceOver;
  Due due{0, 0, is_over ? DueKind::kDeposit : DueKind::kPayoutBank,
          is_over ? g.deposits.front() : g.payouts.front(), 0};
  int64_t seen_us = 0;
  const auto wait_for = [&](const auto& member, bool is_side) {
    if (is_side) due.business_us = std::max(due.business_us, member.business_deadline_us);
    seen_us = std::max(seen_us, member.seen_log_us);
  };
  for (uint32_t d : g.deposits) wait_for(home().deposits[d], is_over);
  for (uint32_t p : g.payouts) wait_for(home().payouts[p], !is_over);
  return {due, seen_us};
}

absl::Status BankLevel::ScheduleRest(const Group& g) {
  if (g.status != Status::kPartiallyMatched) return absl::OkStatus();
  const auto [due, seen_us] = RestOf(g);
  return ScheduleAsOf(turn_, seen_us, due);
}

Due BankLevel::DueOfPayout(uint32_t payout) const {
  return {0, home().payouts[payout].business_deadline_us, DueKind::kPayoutBank, payout, 0};
}

Due BankLevel::DueOfDeposit(uint32_t deposit) const {
  return {0, home().deposits[deposit].business_deadline_us, DueKind::kDeposit, deposit, 0};
}

absl::Status BankLevel::ScheduleOpen(const Concerned& released) {
  for (uint32_t p : released.payouts) {
    const PayoutState& payout = home().payouts[p];
    if (!facts_.IsLive(p) || payout.group != kNone || payout.bank.is_open()) continue;
    TIEOUT_RETURN_IF_ERROR(ScheduleAsOf(turn_, payout.seen_log_us, DueOfPayout(p)));
  }
  for (uint32_t d : released.deposits) {
    const DepositState& deposit = home().deposits[d];
    if (deposit.group != kNone || deposit.anchor.is_open()) continue;
    TIEOUT_RETURN_IF_ERROR(ScheduleAsOf(turn_, deposit.seen_log_us, DueOfDeposit(d)));
  }
  return absl::OkStatus();
}

// Nothing of a whole match will be missing.
absl::Status BankLevel::CancelMatched(const Group& g) {
  if (g.status != Status::kMatched) return absl::OkStatus();
  for (uint32_t p : g.payouts) {
    TIEOUT_RETURN_IF_ERROR(CancelAsOf(turn_, home().payouts[p].seen_log_us, DueOfPayout(p)));
  }
  for (uint32_t d : g.deposits) {
    TIEOUT_RETURN_IF_ERROR(CancelAsOf(turn_, home().deposits[d].seen_log_us, DueOfDeposit(d)));
  }
  return absl::OkStatus();
}

ledger::Record BankLevel::GroupRecord(const Group& g, Status status) const {
  const HomePage& h = home();
  const bool proposal = g.status == Status::kProposed;
  const AccountState& account = IsDeposits(g) ? h.accounts[h.deposits[g.deposits.front()].account]
                                              : h.accounts[h.payouts[g.payouts.front()].account];
  ledger::Record record = NewRecord(turn_, account, Level::kBank, status,
                                    status == Status::kRevoked ? ""
                                    : proposal                 ? g.reason
                                                               : g.said);
  record.rule_id = RuleId(g.name);
  if (g.rule != kNone) record.rule_version = turn_.rule(g.rule).version;
  if (g.is_expense()) {
    record.rule_id = turn_.rule(g.rule).rule_id;
    record.category = ExpenseCategory(turn_.state.config(), g.rule);
  }
  WideMinor expected = 0, actual = 0;
  const auto allocated = [&](uint32_t Group::Allocation::*side, uint32_t index) {
    WideMinor sum = 0;
    for (const Group::Allocation& a : g.allocations) {
      if (a.*side == index) sum += a.amount;
    }
    return static_cast<Minor>(sum);  // never beyond the member's own amount
  };
  for (uint32_t p : g.payouts) {
    const PayoutState& s = h.payouts[p];
    expected += s.amount;
    record.members.push_back(NewMember(turn_, RoleOf(p), s.event_id, s.ordinal, s.amount,
                                       allocated(&Group::Allocation::payout, p)));
    record.due_on = record.due_on.is_set() ? std::max(record.due_on, s.due) : s.due;
  }
  for (uint32_t d : g.deposits) {
    const DepositState& s = h.deposits[d];
    actual += s.amount;
    record.members.push_back(NewMember(turn_, Role::kBankDeposit, s.event_id, s.ordinal, s.amount,
                                       allocated(&Group::Allocation::deposit, d)));
  }
  if (!g.is_expense()) record.category = CategoryOf(g.payouts);
  if (IsDeposits(g)) expected = actual;
  if (proposal)
    std::rotate(record.members.begin(), record.members.end() - 1,
                record.members.end());  // what it is about first
  record.search.candidates = g.candidates;
  SetAmounts(expected, actual, &record);
  return record;
}

Role BankLevel::RoleOf(uint32_t payout) const {
  return facts_.Spent(payout) == nullptr ? Role::kPayout : Role::kExpense;
}

// Of all of them; empty where they are payouts, or of several.
std::string BankLevel::CategoryOf(const std::vector<uint32_t>& payouts) const {
  const Expenses::Told* first = facts_.Spent(payouts.front());
  const bool is_one =
      first != nullptr && std::all_of(payouts.begin(), payouts.end(), [&](uint32_t p) {
        return facts_.Spent(p) != nullptr && facts_.Spent(p)->category == first->category;
      });
  return is_one ? first->category : "";
}

ledger::Record BankLevel::PayoutRecord(uint32_t payout, Status status,
                                       std::string_view reason) const {
  const PayoutState& p = home().payouts[payout];
  ledger::Record record =
      NewRecord(turn_, home().accounts[p.account], Level::kBank, status, reason);
  if (p.expectation_rule != kNone) NameRule(turn_, p.expectation_rule, &record);
  record.category = CategoryOf({payout});
  record.members.push_back(NewMember(turn_, RoleOf(payout), p.event_id, p.ordinal, p.amount, 0));
  record.due_on = p.due;
  record.search.window_from = p.due_from;
  record.search.window_to = p.due_to;
  SetAmounts(p.amount, 0, &record);
  return record;
}

ledger::Record BankLevel::DepositRecord(uint32_t deposit, Status status,
                                        std::string_view reason) const {
  const DepositState& d = home().deposits[deposit];
  ledger::Record record =
      NewRecord(turn_, home().accounts[d.account], Level::kBank, status, reason);
  if (d.deposit_rule != kNone) NameRule(turn_, d.deposit_rule, &record);
  record.members.push_back(
      NewMember(turn_, Role::kBankDeposit, d.event_id, d.ordinal, d.amount, 0));
  record.due_on = d.value_date;
  SetAmounts(0, d.amount, &record);
  return record;
}

namespace {

constexpr int32_t kNearDays = 60;  // farther off nothing is called near

struct Near {
  WideMinor off;
  ledger::Candidate candidate;
};

void KeepNearest(std::vector<Near> found, ledger::Record* record) {
  record->search.candidates = found.size();
  record->search.steps = found.size();
  const auto magnitude = [](WideMinor v) { return v < 0 ? -v : v; };
  std::sort(found.begin(), found.end(), [&](const Near& a, const Near& b) {
    return std::make_tuple(magnitude(a.off), std::abs(a.candidate.days_off), a.candidate.event_id) <
           std::make_tuple(magnitude(b.off), std::abs(b.candidate.days_off), b.candidate.event_id);
  });
  if (found.size() > 3) found.resize(3);
  for (Near& n : found) record->search.nearest.push_back(std::move(n.candidate));
}

std::string WhyNot(Minor amount_off, bool in_window, int32_t days_off, bool named_elsewhere,
                   std::string_view currency) {
  if (named_elsewhere) return "cites another payout";
  if (amount_off != 0) return "amount off by " + ledger::FormatMoney(amount_off, currency);
  if (!in_window) return std::to_string(days_off) + " days off";
  return "other payer or bank account";
}

}  // namespace

void BankLevel::AddNearestDeposits(uint32_t payout, ledger::Record* record) const {
  const PayoutState& p = home().payouts[payout];
  std::vector<Near> found;
  for (uint32_t i : facts_.DepositsAround(p.due, kNearDays, kNearDays)) {
    const DepositState& d = home().deposits[i];
    if (home().accounts[d.account].currency != record->currency || (d.amount < 0) != (p.amount < 0))
      continue;
    if (d.group != kNone && home().groups[d.group].status == Status::kMatched) continue;
    const WideMinor off = WideMinor{d.amount} - p.amount;
    const int32_t days = d.value_date.days - p.due.days;
    found.push_back(
        {off,
         {d.event_id, static_cast<Minor>(off), days,
          WhyNot(static_cast<Minor>(off), d.value_date >= p.due_from && d.value_date <= p.due_to,
                 days, facts_.NamesPayout(i), record->currency)}});
  }
  KeepNearest(std::move(found), record);
}

void BankLevel::AddNearestPayouts(uint32_t deposit, ledger::Record* record) const {
  const DepositState& d = home().deposits[deposit];
  std::vector<Near> found;
  for (uint32_t i : facts_.PayoutsAround(d.value_date, kNearDays, kNearDays)) {
    const PayoutState& p = home().payouts[i];
    if (!facts_.IsLive(i) || p.group != kNone ||
        home().accounts[p.account].currency != record->currency ||
        (d.amount < 0) != (p.amount < 0)) {
      continue;
    }
    const WideMinor off = WideMinor{d.amount} - p.amount;
    const int32_t days = d.value_date.days - p.due.days;
    found.push_back(
        {off,
         {p.event_id, static_cast<Minor>(off), days,
          WhyNot(static_cast<Minor>(off), d.value_date >= p.due_from && d.value_date <= p.due_to,
                 days, false, record->currency)}});
  }
  KeepNearest(std::move(found), record);
}

}  // namespace tieout::matching
