#include "tests/oracle/home.h"

#include <fmt/format.h>

#include <algorithm>

#include "tests/oracle/memory.h"

namespace tieout::oracle {
namespace {

using ledger::Kind;
using ledger::Level;
using ledger::Status;

constexpr int kLookbackDays = 800;

bool SameMembers(const Said& a, const Said& b) { return Holds(a, b) && Holds(b, a); }

// The same but for what a rest is called after its deadline.
bool SameButForReason(Said a, const Said& b) {
  a.reason = b.reason;
  return a == b;
}

// What is missing of payouts, or too much of deposits, whatever it is called: a till's takings that
// another payout joins are no longer cash alone.
bool IsOneRest(std::string_view a, std::string_view b) {
  const auto is_under = [](std::string_view reason) {
    return reason == ledger::reason::kAmountUnder || reason == ledger::reason::kCashShort;
  };
  return !a.empty() && !b.empty() && is_under(a) == is_under(b);
}

std::string NameOf(const AccountRef& account) {
  return fmt::format("{}/{}", account.provider, account.merchant_account);
}

}  // namespace

bool Holds(const Said& group, const Said& part) {
  return std::all_of(part.members.begin(), part.members.end(), [&](const Share& wanted) {
    return std::any_of(group.members.begin(), group.members.end(),
                       [&](const Share& member) { return member.event_id == wanted.event_id; });
  });
}

void Home::Say(const Said& said, Answer* answer) const {
  Said record = said;
  record.seller_id = name_;
  answer->records.push_back(std::move(record));
}

void Home::Apply(uint64_t ordinal, const Event& event, int64_t now_us, Answer* answer) {
  ordinal_ = ordinal;
  now_us_ = now_us;
  at_tick_ = false;
  const auto* deposit = std::get_if<ledger::BankDeposit>(&event.body);
  if (deposit != nullptr && deposit->provisional) return;
  const auto* report = std::get_if<ledger::SourceReport>(&event.body);
  int64_t last_us = event.occurred_at_us;
  if (report != nullptr) last_us = std::max(last_us, report->coverage_to_us);
  if (base::DayOf(last_us).days < base::DayOf(now_us).days - kLookbackDays) {
    if (report != nullptr) return;
    return Refuse(event, ledger::reason::kBeforeLookback, nullptr, answer);
  }
  const Recollection recollection = Recall(&facts_, event);
  switch (recollection.kind) {
    case Recollection::Kind::kDuplicate:
      return;
    case Recollection::Kind::kConflict:
      return Refuse(event, ledger::reason::kConflictingDuplicate, recollection.first, answer);
    case Recollection::Kind::kUnclear:
      return Refuse(event, ledger::reason::kPossibleDuplicateRow, recollection.first, answer);
    case Recollection::Kind::kNew:
      break;
  }
  const Fact fact{ordinal, recollection.event_id, &event, now_us, event.row.balance_after};
  const ledger::Start* start = configuration_.StartOf(event.account, ordinal);
  if (start != nullptr && base::DayOf(event.occurred_at_us) < start->first_day &&
      event.kind() != Kind::kSourceReport) {
    return facts_.AddBeforeStart(fact);
  }
  facts_.Add(fact);
  if (report != nullptr && report->phase == ledger::SourceReport::Phase::kClosed) {
    HearReport(event, answer);
  }
  Judge(answer);
}

void Home::Refuse(const Event& event, std::string_view reason, const Fact* first, Answer* answer) {
  Said said{.level = Level::kSource, .status = Status::kUnmatched};
  said.reason = reason;
  said.currency = event.account.currency;
  said.account = NameOf(event.account);
  said.actual = event.amount;
  said.members.push_back({std::string(event.event_id), 0});
  if (first != nullptr) {
    said.members.push_back({first->event_id, 0});
    said.expected = first->event->amount;
  }
  std::sort(said.members.begin(), said.members.end());
  Say(said, answer);
}

void Home::Tick(uint64_t ordinal, int64_t now_us, bool settled, Answer* answer) {
  ordinal_ = ordinal;
  now_us_ = now_us;
  at_tick_ = true;
  if (settled) settled_before_ = ordinal;
  Judge(answer);
}

bool Home::HasPassed(const Deadline& deadline) const {
  if (now_us_ < deadline.due_us) return false;
  return deadline.ordinal < settled_before_ || now_us_ >= deadline.arrived_us + kSettlingUs;
}

bool Home::AreCovered(const std::vector<AccountRef>& needs, int64_t until_us) {
  bool covered = true;
  for (const AccountRef& account : needs) {
    if (facts_.Covers(account, until_us)) continue;
    covered = false;
    Late& late = newly_late_[NameOf(account) + "/" + std::string(account.currency)];
    late.account = account;
    late.until_us = std::max(late.until_us, until_us);
  }
  return covered;
}

void Home::Judge(Answer* answer) {
  newly_late_.clear();
  std::vector<Verdict> verdicts = OrderVerdicts(facts_, configuration_);
  for (Verdict& verdict : PayoutVerdicts(facts_)) verdicts.push_back(std::move(verdict));
  for (Verdict& verdict : SourceVerdicts(facts_)) verdicts.push_back(std::move(verdict));
  for (const Verdict& verdict : verdicts) {
    JudgeSubject(verdict, &subjects_[verdict.subject], answer);
  }
  for (auto& [name, subject] : subjects_) {
    const bool judged = std::any_of(verdicts.begin(), verdicts.end(),
                                    [&](const Verdict& v) { return v.subject == name; });
    if (judged) continue;
    subject.verdict = {};
    if (!subject.has_said) continue;
    subject.has_said = false;
    subject.said.status = Status::kRevoked;
    subject.said.reason.clear();
    Say(subject.said, answer);
  }
  JudgeBank(answer);
  if (at_tick_) LookAtSources(answer);
  TellLateSources(answer);
}

void Home::JudgeSubject(const Verdict& verdict, Subject* subject, Answer* answer) {
  if (subject->verdict.said != verdict.said || subject->verdict.items != verdict.items ||
      subject->verdict.complete != verdict.complete) {
    subject->verdict = verdict;
    subject->changed = {verdict.due_us, now_us_, ordinal_};
  }
  if (verdict.not_before) {
    const bool is_grace_over =
        verdict.negative ? HasPassed(*verdict.not_before) : now_us_ >= verdict.not_before->due_us;
    if (!is_grace_over) return;
  }
  const bool same_words = subject->has_said && subject->said == verdict.said;
  if (same_words && subject->said_items == verdict.items) return;
  if (verdict.only_heals && (!subject->has_said || subject->said.status == Status::kMatched)) {
    return;
  }
  if (verdict.negative || same_words) {
    if (!at_tick_ || !HasPassed(subject->changed)) return;
    if (!AreCovered(verdict.needs, verdict.due_us)) return;
  }
  subject->has_said = true;
  subject->said = verdict.said;
  subject->said_items = verdict.items;
  Say(verdict.said, answer);
}

bool Home::IsTime(const BankVerdict& verdict) {
  if (!at_tick_) return false;
  int64_t until_us = kNoDeadline;
  for (const Deadline& deadline : verdict.deadlines) {
    if (!HasPassed(deadline)) return false;
    until_us = std::max(until_us, deadline.due_us);
  }
  return AreCovered(verdict.needs, until_us);
}

// Of what was said already, so that its settling is over.
bool Home::WouldBeSaid(const BankVerdict& verdict) const {
  int64_t until_us = kNoDeadline;
  for (const Deadline& deadline : verdict.deadlines) {
    until_us = std::max(until_us, deadline.due_us);
  }
  return now_us_ >= until_us &&
         std::all_of(verdict.needs.begin(), verdict.needs.end(),
                     [&](const AccountRef& account) { return facts_.Covers(account, until_us); });
}

void Home::JudgeBank(Answer* answer) {
  std::vector<BankRecord> next;
  std::vector<Said> fresh;
  for (const BankVerdict& verdict : BankVerdicts(name_, facts_, configuration_)) {
    const auto prior = std::find_if(bank_.begin(), bank_.end(), [&](const BankRecord& record) {
      return SameMembers(record.said, verdict.said);
    });
    const bool holds = prior != bank_.end() &&
                       (verdict.late_reason.empty() ? prior->said == verdict.said
                                                    : SameButForReason(prior->said, verdict.said));
    Said said = holds ? prior->said : verdict.said;
    bool is_new = !holds;
    if (verdict.negative && !holds && !IsTime(verdict)) continue;
    // Said to be missing, and then its arrival was amended: said anew, or no more.
    const bool has_moved = holds && verdict.due_on.is_set() && prior->due_on != verdict.due_on &&
                           (verdict.negative || !said.reason.empty());
    if (has_moved) {
      is_new = true;
      if (!WouldBeSaid(verdict)) {
        if (verdict.negative) continue;
        said.reason.clear();
      }
    }
    // A rest that was called by its name keeps it, whatever comes to its group.
    const bool goes_on = std::any_of(bank_.begin(), bank_.end(), [&](const BankRecord& record) {
      return record.by_reference && IsOneRest(record.said.reason, verdict.late_reason) &&
             Holds(said, record.said);
    });
    if (goes_on && !holds) said.reason = verdict.late_reason;
    if (!verdict.late_reason.empty() && said.reason.empty() && IsTime(verdict)) {
      said.reason = verdict.late_reason;
      is_new = true;
    }
    if (is_new) fresh.push_back(said);
    next.push_back({said, verdict.by_reference, verdict.proposed_deposit, verdict.takes_over,
                    is_new ? verdict.due_on : prior->due_on});
  }
  std::set<const BankRecord*> go_on;
  for (const BankRecord& record : next) {
    const BankRecord* superseded = nullptr;
    for (const BankRecord& old : bank_) {
      if (record.said == old.said) {
        superseded = &old;
        break;
      }
      if (Continues(record, old) &&
          (superseded == nullptr || RankOf(record, old) < RankOf(record, *superseded))) {
        superseded = &old;
      }
    }
    go_on.insert(superseded);
  }
  for (const BankRecord& old : bank_) {
    if (go_on.contains(&old)) continue;
    Said revoked = old.said;
    revoked.status = Status::kRevoked;
    revoked.reason.clear();
    Say(revoked, answer);
  }
  for (const Said& said : fresh) Say(said, answer);
  bank_ = std::move(next);
}

// Whether the new record simply takes the old one's place.
bool Home::Continues(const BankRecord& record, const BankRecord& old) {
  const bool was_suggestion =
      old.said.status == Status::kProposed || old.said.status == Status::kUnmatched;
  if (old.said.members.size() == 1 && old.said.members.front().event_id == record.takes_over) {
    return was_suggestion;
  }
  // A proposal goes on in whatever its deposit enters next.
  if (!old.proposed_deposit.empty() &&
      Holds(record.said, Said{.members = {{old.proposed_deposit, 0}}})) {
    return true;
  }
  return Holds(record.said, old.said) &&
         (was_suggestion || (old.by_reference && record.by_reference));
}

std::pair<int, uint64_t> Home::RankOf(const BankRecord& record, const BankRecord& old) const {
  std::pair<int, uint64_t> lowest = {3, 0};
  for (const Share& share : old.said.members) {
    for (const Fact& fact : facts_.all()) {
      const bool is_payout = fact.event->kind() == Kind::kPayout;
      if (fact.event_id != share.event_id) continue;
      // A proposal stands for its deposit.
      if (!old.proposed_deposit.empty() && fact.event_id != old.proposed_deposit) continue;
      const bool leads = fact.event_id == record.proposed_deposit;
      lowest = std::min(lowest, {leads ? 0 : is_payout ? 1 : 2, fact.ordinal});
    }
  }
  return lowest;
}

Said Home::HoleSaid(const Source& source, const Hole& hole) const {
  Said said{.level = Level::kSource, .status = Status::kUnmatched};
  said.reason = ledger::reason::kSourceGap;
  said.currency = source.account().currency;
  said.account = NameOf(source.account());
  said.expected = hole.expected;
  said.actual = hole.actual;
  return said;
}

void Home::HearReport(const Event& event, Answer* answer) {
  const std::string name = NameOf(event.account) + "/" + std::string(event.account.currency);
  Source& source = sources_.try_emplace(name, event.account).first->second;
  const auto& report = std::get<ledger::SourceReport>(event.body);
  for (const Hole& closed : source.Hear(report, configuration_, ordinal_, now_us_)) {
    if (!closed.said) continue;
    Said said{.level = Level::kSource, .status = Status::kMatched};
    said.currency = source.account().currency;
    said.account = NameOf(source.account());
    Say(said, answer);
  }
}

void Home::LookAtSources(Answer* answer) {
  for (auto& [name, source] : sources_) {
    for (Hole& hole : source.holes()) {
      if (hole.said || !HasPassed(hole.since)) continue;
      hole.said = HoleSaid(source, hole);
      Say(*hole.said, answer);
    }
    const Deadline* next = source.next();
    if (next == nullptr || !HasPassed(*next)) continue;
    source.LookedAt();
    const ledger::AccountOpened* owner =
        configuration_.OwnershipOn(source.account(), base::DayOf(now_us_), ordinal_);
    if (owner == nullptr || owner->owner != name_) continue;
    Late& late = newly_late_[name];
    late.account = source.account();
    late.until_us = std::max(late.until_us, source.covered_until_us() + 1);
  }
}

void Home::TellLateSources(Answer* answer) {
  for (auto& [name, waiting] : newly_late_) {
    const auto [entry, is_new] = late_.try_emplace(name, waiting);
    Late& late = entry->second;
    late.until_us = std::max(late.until_us, waiting.until_us);
    if (!is_new) continue;
    late.said = {.level = Level::kSource, .status = Status::kUnmatched};
    late.said.reason = ledger::reason::kSourceLate;
    late.said.currency = late.account.currency;
    late.said.account = NameOf(late.account);
    Say(late.said, answer);
  }
  for (auto entry = late_.begin(); entry != late_.end();) {
    Late& late = entry->second;
    if (!facts_.Covers(late.account, late.until_us)) {
      ++entry;
      continue;
    }
    late.said.status = Status::kMatched;
    late.said.reason.clear();
    Say(late.said, answer);
    entry = late_.erase(entry);
  }
}

}  // namespace tieout::oracle
