#include "engine/matching/bank.h"

#include <algorithm>

#include "engine/matching/coverage.h"
#include "engine/matching/rules.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Status;
namespace reason = ledger::reason;

WideMinor Magnitude(WideMinor v) { return v < 0 ? -v : v; }

}  // namespace

void BankLevel::FixDates(PayoutState* p) const {
  const RuleState* rule = p->expectation_rule == kNone ? nullptr : &turn_.rule(p->expectation_rule);
  const ConfigPage& config = turn_.state.config();
  const std::string calendar = rule == nullptr ? "" : rule->calendar;
  const std::optional<Day> stated = base::ParseDay(p->arrival.value);
  p->due = stated ? *stated
                  : AddBankingDays(config, calendar, p->occurred,
                                   rule == nullptr ? 0 : rule->lag_banking_days);
  p->due_from = p->due.plus(rule == nullptr ? 0 : -static_cast<int32_t>(rule->window_before_days));
  p->due_to = p->due.plus(rule == nullptr ? 0 : static_cast<int32_t>(rule->window_after_days));
  const Day last =
      AddBankingDays(config, calendar, p->due, rule == nullptr ? 0 : rule->grace_banking_days);
  p->business_deadline_us = last.plus(1).start_us();
}

std::vector<uint32_t> BankLevel::CouldBeFrom(uint32_t payout) const {
  std::vector<uint32_t> found = facts_.CouldBeFrom(payout);
  const IndexSet& citing = facts_.Citing(payout);
  found.insert(found.end(), citing.begin(), citing.end());
  return found;
}

absl::Status BankLevel::PayoutChanged(uint32_t payout,
                                      const std::vector<uint32_t>& could_be_before) {
  facts_.SetPayout(payout);
  TIEOUT_RETURN_IF_ERROR(Rejudge({payout}, could_be_before));
  const PayoutState& p = home().payouts[payout];
  if (!facts_.IsLive(payout)) return absl::OkStatus();
  // A rest is due by the latest deadline, which may have moved though the group is the same.
  if (p.group != kNone) {
    RestMoved(home().groups[p.group]);
    return ScheduleRest(home().groups[p.group]);
  }
  MissingMoved(payout);
  return ScheduleAsOf(turn_, p.seen_log_us, DueOfPayout(payout));
}

absl::Status BankLevel::PayoutFailed(uint32_t payout,
                                     const std::vector<uint32_t>& could_be_before) {
  facts_.SetPayout(payout);
  TIEOUT_RETURN_IF_ERROR(Rejudge({payout}, could_be_before));
  PayoutState& p = home().payouts[payout];
  if (p.amount == 0) return absl::OkStatus();
  ledger::Record record = PayoutRecord(payout, Status::kUnmatched, reason::kPayoutFailed);
  record.members.front().event_id = p.failed_event_id;
  record.members.front().position.ordinal = p.failed_ordinal;
  Say(turn_, std::move(record), p.bank, p.entry);
  return absl::OkStatus();
}

absl::Status BankLevel::DepositArrived(uint32_t deposit) {
  facts_.AddDeposit(deposit);
  TIEOUT_RETURN_IF_ERROR(Rejudge({}, {deposit}, deposit));
  const DepositState& d = home().deposits[deposit];
  if (d.group != kNone) return absl::OkStatus();
  return Schedule(turn_, DueKind::kDeposit, deposit, 0, d.business_deadline_us);
}

absl::Status BankLevel::Rejudge(const std::vector<uint32_t>& payouts,
                                const std::vector<uint32_t>& deposits, uint32_t arrived) {
  Concerned concerned;
  concerned.arrived = arrived;
  concerned.payouts.AddAll(payouts);
  concerned.deposits.AddAll(deposits);
  SpreadByReference(&concerned);
  AddFreeDeposits(&concerned);
  std::vector<Group> groups = ReferenceGroups(concerned);
  for (uint32_t d : concerned.deposits) {
    std::optional<Group> group;
    if (!facts_.NamesPayout(d)) group = AmountGroup(d);
    const uint32_t rule = facts_.ExpenseRule(d);
    if (rule != kNone && (!group || group->status != Status::kMatched))
      group = ExpenseGroup(d, rule);
    if (group) groups.push_back(std::move(*group));
  }
  return Replace(concerned, std::move(groups));
}

void BankLevel::AddOldGroup(uint32_t group, Concerned* concerned) const {
  if (group == kNone) return;
  const Group& g = home().groups[group];
  concerned->deposits.AddAll(g.deposits);
  if (g.status != Status::kProposed) concerned->payouts.AddAll(g.payouts);
}

void BankLevel::SpreadByReference(Concerned* concerned) const {
  for (size_t before = 0; before != concerned->payouts.size() + concerned->deposits.size();) {
    before = concerned->payouts.size() + concerned->deposits.size();
    for (uint32_t p : IndexSet(concerned->payouts)) {
      AddOldGroup(home().payouts[p].group, concerned);
      concerned->deposits.AddAll(facts_.Citing(p));
    }
    for (uint32_t d : IndexSet(concerned->deposits)) {
      AddOldGroup(home().deposits[d].group, concerned);
      concerned->payouts.AddAll(facts_.Linked(d));
    }
  }
}

void BankLevel::AddFreeDeposits(Concerned* concerned) const {
  const IndexSet seeds = concerned->deposits;
  for (uint32_t p : concerned->payouts) concerned->deposits.AddAll(facts_.CouldBeFrom(p));
  for (uint32_t d : seeds) {
    // One that has just come and names its payout never was a rival.
    if (d == concerned->arrived && facts_.NamesPayout(d)) continue;
    for (uint32_t p : facts_.Candidates(d)) {
      if (home().payouts[p].amount != home().deposits[d].amount) continue;
      for (uint32_t rival : facts_.CouldBeFrom(p)) {
        if (home().deposits[rival].amount == home().deposits[d].amount)
          concerned->deposits.Add(rival);
      }
    }
  }
  // Their present groups are judged again as wholes.
  for (uint32_t d : IndexSet(concerned->deposits)) AddOldGroup(home().deposits[d].group, concerned);
}

std::vector<Group> BankLevel::ReferenceGroups(const Concerned& concerned) const {
  std::vector<Group> groups;
  IndexSet done;
  for (uint32_t seed : concerned.deposits) {
    if (done.contains(seed)) continue;
    IndexSet payouts, deposits{seed};
    for (size_t before = 0; before != payouts.size() + deposits.size();) {
      before = payouts.size() + deposits.size();
      for (uint32_t d : deposits) payouts.AddAll(facts_.Linked(d));
      for (uint32_t p : payouts) {
        for (uint32_t d : facts_.Citing(p)) {
          const std::vector<uint32_t> linked = facts_.Linked(d);
          if (std::binary_search(linked.begin(), linked.end(), p)) deposits.Add(d);
        }
      }
    }
    done.AddAll(deposits);
    if (payouts.empty()) continue;
    groups.push_back(
        ReferenceGroup({payouts.begin(), payouts.end()}, {deposits.begin(), deposits.end()}));
  }
  return groups;
}

Group BankLevel::ReferenceGroup(std::vector<uint32_t> payouts,
                                std::vector<uint32_t> deposits) const {
  const HomePage& h = home();
  Group g;
  g.live = true;
  g.payouts = std::move(payouts);
  g.deposits = std::move(deposits);
  WideMinor expected = 0, actual = 0;
  std::vector<uint32_t> by_arrival = g.payouts, by_value = g.deposits;
  std::sort(by_arrival.begin(), by_arrival.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(h.payouts[a].due, h.payouts[a].event_id) <
           std::tie(h.payouts[b].due, h.payouts[b].event_id);
  });
  std::sort(by_value.begin(), by_value.end(), [&](uint32_t a, uint32_t b) {
    return std::tie(h.deposits[a].value_date, h.deposits[a].event_id) <
           std::tie(h.deposits[b].value_date, h.deposits[b].event_id);
  });
  std::vector<WideMinor> rest;  // parallel to by_arrival
  for (uint32_t p : by_arrival) expected += rest.emplace_back(h.payouts[p].amount);
  for (uint32_t d : by_value) {
    const std::vector<uint32_t> linked = facts_.Linked(d);
    WideMinor left = h.deposits[d].amount;
    actual += left;
    for (size_t i = 0; i < by_arrival.size(); ++i) {
      const uint32_t p = by_arrival[i];
      if (!std::binary_search(linked.begin(), linked.end(), p)) continue;
      const WideMinor take = Magnitude(left) < Magnitude(rest[i]) ? left : rest[i];
      if (take == 0) continue;
      left -= take;
      rest[i] -= take;
      g.allocations.push_back({p, d, static_cast<Minor>(take)});
    }
  }
  const RuleName equal = g.payouts.size() == 1 && g.deposits.size() == 1 ? kReferenceExact
                         : g.payouts.size() == 1                         ? kReferencePartial
                                                                         : kReferenceSet;
  g.status = Status::kMatched;
  if (expected == actual) {
    g.name = equal;
  } else if (ToleratesRest(g, expected, actual)) {
    g.name = kReferenceTolerance;
    g.rule = h.payouts[FirstSeen(g.payouts)].tolerance_rule;
  } else {
    g.status = Status::kPartiallyMatched;
    g.name = Magnitude(actual) < Magnitude(expected) ? kReferencePartial : kReferenceOver;
  }
  if (g.rule == kNone) {
    g.rule =
        RuleInForce(turn_.state.config(), g.name, h.accounts[h.payouts[g.payouts.front()].account]);
  }
  return g;
}

uint32_t BankLevel::FirstSeen(const std::vector<uint32_t>& payouts) const {
  return *std::min_element(payouts.begin(), payouts.end(), [&](uint32_t a, uint32_t b) {
    return home().payouts[a].ordinal < home().payouts[b].ordinal;
  });
}

bool BankLevel::ToleratesRest(const Group& group, WideMinor expected, WideMinor actual) const {
  const uint32_t index = home().payouts[FirstSeen(group.payouts)].tolerance_rule;
  if (index == kNone) return false;
  const RuleState& rule = turn_.rule(index);
  const WideMinor by_percent = Magnitude(expected) * rule.tolerance_bp / 10'000;
  WideMinor tolerance = rule.tolerance;
  if (rule.tolerance_bp > 0)
    tolerance = rule.tolerance > 0 ? std::min(tolerance, by_percent) : by_percent;
  return tolerance > 0 && Magnitude(actual - expected) <= tolerance;
}

bool BankLevel::OneAnother(uint32_t deposit, uint32_t payout) const {
  for (uint32_t rival : facts_.CouldBeFrom(payout)) {
    if (rival != deposit && home().deposits[rival].amount == home().deposits[deposit].amount)
      return false;
  }
  return true;
}

Group BankLevel::ExpenseGroup(uint32_t deposit, uint32_t rule) const {
  Group g;
  g.live = true;
  g.name = kExpense;
  g.rule = rule;
  g.status = Status::kMatched;
  g.deposits = {deposit};
  g.allocations.push_back({kNone, deposit, home().deposits[deposit].amount});
  return g;
}

std::optional<Group> BankLevel::AmountGroup(uint32_t deposit) const {
  const HomePage& h = home();
  const DepositState& d = h.deposits[deposit];
  const std::vector<uint32_t> candidates = facts_.Candidates(deposit);
  Group g;
  WideMinor span = 0;
  for (uint32_t p : candidates) {
    span += Magnitude(h.payouts[p].amount);
    if (h.payouts[p].amount == d.amount) g.payouts.push_back(p);
  }
  if (g.payouts.empty() || d.amount_date_rule == kNone) return std::nullopt;
  g.live = true;
  g.deposits = {deposit};
  g.name = kAmountDate;
  g.rule = d.amount_date_rule;
  g.candidates = candidates.size();
  if (g.payouts.size() > 1 || !OneAnother(deposit, g.payouts.front())) {
    g.status = Status::kProposed;
    g.reason = reason::kAmbiguous;
    return g;
  }
  const bool attributable = facts_.Attributable(deposit, g.payouts.front());
  const WideMinor bound = turn_.rule(g.rule).chance_bound;
  const bool chance_excluded = candidates.size() < 62 && (bound << candidates.size()) <= span;
  if (attributable && chance_excluded) {
    g.status = Status::kMatched;
    g.allocations.push_back({g.payouts.front(), deposit, d.amount});
  } else {
    g.status = Status::kProposed;
    g.reason = reason::kWeakEvidence;
  }
  return g;
}

std::vector<uint32_t> BankLevel::BankAccountsOf(const std::vector<uint32_t>& payouts) {
  std::vector<uint32_t> accounts;
  for (uint32_t payout : payouts) {
    const PayoutState& p = home().payouts[payout];
    const std::string currency = home().accounts[p.account].currency;
    if (!p.pays_into.empty()) {
      accounts.push_back(AccountIndex(home(), {ledger::kBankProvider, p.pays_into, currency}));
    } else {
      const std::vector<uint32_t> all = facts_.BankAccountsIn(currency);
      accounts.insert(accounts.end(), all.begin(), all.end());
    }
  }
  return accounts;
}

void BankLevel::MissingMoved(uint32_t payout) {
  PayoutState& p = home().payouts[payout];
  if (!p.bank.is_open()) return;
  const ledger::Record& said = home().open.at(p.bank.break_id);
  if (said.reason != MissingReason(payout) || said.due_on == p.due) return;
  const bool is_missing = p.business_deadline_us <= turn_.state.log_us() &&
                          AreCovered(home(), BankAccountsOf({payout}), DueOfPayout(payout));
  if (is_missing) return SayMissing(payout);
  Revoke(p.bank, PayoutRecord(payout, Status::kRevoked, ""));
}

void BankLevel::RestMoved(Group& g) {
  if (g.said.empty() || g.name != kReferencePartial) return;
  const ledger::Record now = GroupRecord(g, g.status);
  if (home().open.at(LeadAnchor(g).break_id).due_on == now.due_on) return;
  const Due due = RestOf(g).first;
  if (due.business_us > turn_.state.log_us() ||
      !AreCovered(home(), BankAccountsOf(g.payouts), due)) {
    g.said.clear();
  }
  SayGroup(g);
}

void BankLevel::SayMissing(uint32_t payout) {
  ledger::Record record = PayoutRecord(payout, Status::kUnmatched, MissingReason(payout));
  AddNearestDeposits(payout, &record);
  PayoutState& p = home().payouts[payout];
  Say(turn_, std::move(record), p.bank, p.entry);
}

bool BankLevel::AreTakings(const std::vector<uint32_t>& payouts) const {
  return std::all_of(payouts.begin(), payouts.end(),
                     [&](uint32_t p) { return home().payouts[p].sent == Sent::kInCash; });
}

std::string_view BankLevel::MissingReason(uint32_t payout) const {
  return AreTakings({payout}) ? reason::kCashShort : reason::kMissingDeposit;
}

std::string_view BankLevel::RestReason(const Group& g) const {
  const bool is_cash = AreTakings(g.payouts);
  if (g.name == kReferenceOver) return is_cash ? reason::kCashOver : reason::kAmountOver;
  return is_cash ? reason::kCashShort : reason::kAmountUnder;
}

// The due item is of the deadline as it stands now, and what made the group has settled.
bool BankLevel::IsRestDue(const Group& group, const Due& due) const {
  const auto [rest, seen_us] = RestOf(group);
  return due.business_us == rest.business_us && HasSettled(turn_, seen_us + kSettlingMicros);
}

absl::Status BankLevel::JudgePayout(uint32_t payout, const Due& due) {
  PayoutState& p = home().payouts[payout];
  if (!facts_.IsLive(payout)) return absl::OkStatus();
  if (due.business_us != p.business_deadline_us && p.group == kNone)
    return absl::OkStatus();  // its arrival was amended
  if (p.group != kNone) {
    Group& g = home().groups[p.group];
    if (g.status != Status::kPartiallyMatched || g.name != kReferencePartial || !g.said.empty())
      return absl::OkStatus();
    if (!IsRestDue(g, due)) return absl::OkStatus();
    TIEOUT_ASSIGN_OR_RETURN(const bool covered,
                            CoveredOrParked(turn_, BankAccountsOf(g.payouts), due));
    if (!covered) return absl::OkStatus();
    Group& again = home().groups[home().payouts[payout].group];
    again.said = RestReason(again);
    SayGroup(again);
    return absl::OkStatus();
  }
  // An item of a proposal is not missing.
  if (facts_.IsProposed(payout) || p.bank.is_open()) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(const bool covered,
                          CoveredOrParked(turn_, BankAccountsOf({payout}), due));
  if (covered) SayMissing(payout);
  return absl::OkStatus();
}

absl::Status BankLevel::JudgeDeposit(uint32_t deposit, const Due& due) {
  DepositState& d = home().deposits[deposit];
  if (d.group != kNone) {
    Group& g = home().groups[d.group];
    if (g.status != Status::kPartiallyMatched || g.name != kReferenceOver || !g.said.empty())
      return absl::OkStatus();
    if (!IsRestDue(g, due)) return absl::OkStatus();
    g.said = RestReason(g);
    SayGroup(g);
    return absl::OkStatus();
  }
  if (due.business_us != d.business_deadline_us) return absl::OkStatus();  // of a group it was in
  if (d.anchor.is_open()) return absl::OkStatus();
  const std::vector<uint32_t> sources = facts_.PossibleSources(deposit);
  TIEOUT_ASSIGN_OR_RETURN(const bool covered, CoveredOrParked(turn_, sources, due));
  if (!covered) return absl::OkStatus();
  ledger::Record record =
      DepositRecord(deposit, Status::kUnmatched,
                    d.amount < 0 ? reason::kUnexpectedWithdrawal : reason::kUnexpectedDeposit);
  AddNearestPayouts(deposit, &record);
  DepositState& said = home().deposits[deposit];
  Say(turn_, std::move(record), said.anchor, said.event_id);
  return absl::OkStatus();
}

}  // namespace tieout::matching
