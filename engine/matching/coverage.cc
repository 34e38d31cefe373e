#include "engine/matching/coverage.h"

#include <algorithm>

#include "engine/matching/rhythm.h"
#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

bool Covers(const AccountState& account, const Due& due) {
  return account.covered_until_us != 0 && account.covered_until_us >= due.business_us;
}

// What names the account's SOURCE_LATE break.
std::string AccountName(const AccountState& a) {
  return a.provider + "/" + a.merchant_account + "/" + a.currency;
}

void SayLate(Turn& turn, uint32_t account, int64_t due_us, int64_t until_us) {
  AccountState& a = turn.home().accounts[account];
  a.late_until_us = std::max(a.late_until_us, until_us);
  if (a.late.is_open()) return;
  ledger::Record record = NewRecord(turn, a, ledger::Level::kSource, ledger::Status::kUnmatched,
                                    ledger::reason::kSourceLate);
  record.due_on = base::DayOf(due_us);
  Say(turn, std::move(record), a.late, AccountName(a));
}

}  // namespace

bool AreCovered(const HomePage& home, const std::vector<uint32_t>& accounts, const Due& due) {
  return std::all_of(accounts.begin(), accounts.end(),
                     [&](uint32_t account) { return Covers(home.accounts[account], due); });
}

absl::StatusOr<bool> CoveredOrParked(Turn& turn, const std::vector<uint32_t>& accounts,
                                     const Due& due) {
  bool covered = true;
  for (uint32_t account : accounts) {
    if (Covers(turn.home().accounts[account], due)) continue;
    if (covered) turn.home().parked.insert({account, due});
    covered = false;
    SayLate(turn, account, due.business_us, due.business_us);
  }
  return covered;
}

namespace {

// What waited for its coverage is judged at the next tick.
absl::Status CoverageGrew(Turn& turn, uint32_t account) {
  HomePage& home = turn.home();
  // What waits for "a bank account" is judged again when any of them reports.
  const auto concerns = [&](uint32_t parked_at) {
    const AccountState& a = home.accounts[parked_at];
    return parked_at == account ||
           (a.is_bank() && a.merchant_account.empty() && home.accounts[account].is_bank() &&
            a.currency == home.accounts[account].currency);
  };
  std::vector<Parked> released;
  for (const Parked& p : home.parked) {
    if (concerns(p.account) && Covers(home.accounts[account], p.due)) released.push_back(p);
  }
  for (const Parked& p : released) {
    home.parked.erase(p);
    Due due = p.due;
    due.deadline_us = turn.state.log_us();
    TIEOUT_RETURN_IF_ERROR(ScheduleAt(turn, due));
  }
  for (uint32_t i = 0; i < home.accounts.size(); ++i) {
    AccountState& a = home.accounts[i];
    if (!a.late.is_open() || !concerns(i) ||
        home.accounts[account].covered_until_us < a.late_until_us)
      continue;
    a.late_until_us = 0;
    Say(turn, NewRecord(turn, a, ledger::Level::kSource, ledger::Status::kMatched, ""), a.late,
        AccountName(a));
  }
  return absl::OkStatus();
}

// Its records and those of the account's lateness are told apart by one count.
void SayGap(Turn& turn, SourceGap& gap, ledger::Record record) {
  AccountState& a = turn.home().accounts[gap.account];
  gap.anchor.generation = a.late.generation;
  record.due_on = base::DayOf(gap.from_us);
  Say(turn, std::move(record), gap.anchor, AccountName(a),
      "/" + base::FormatInstant(gap.from_us) + "/" + base::FormatInstant(gap.to_us));
  a.late.generation = gap.anchor.generation;
}

// The reports it lies between may be forgotten by now: then it takes one that reaches across.
bool IsClosed(const SourceGap& gap, const std::vector<SourceGap>& among,
              const std::vector<Reported>& reported, const ledger::SourceReport& report) {
  if (gap.from_us < reported.front().to_us) {
    return report.coverage_from_us <= gap.from_us && gap.to_us <= report.coverage_to_us &&
           report.coverage_from_us < gap.to_us && gap.from_us < report.coverage_to_us;
  }
  return std::none_of(among.begin(), among.end(),
                      [&](const SourceGap& g) { return g.SpansSame(gap); });
}

absl::Status NoteGaps(Turn& turn, const ledger::SourceReport& report, uint32_t account) {
  HomePage& home = turn.home();
  const AccountState& a = home.accounts[account];
  if (a.reported.empty()) return absl::OkStatus();
  std::vector<SourceGap> among = GapsAmong(turn.state.config(), a);
  std::erase_if(home.gaps, [&](SourceGap& gap) {
    if (gap.account != account || !IsClosed(gap, among, a.reported, report)) return false;
    if (gap.anchor.is_open()) {
      SayGap(turn, gap, NewRecord(turn, a, ledger::Level::kSource, ledger::Status::kMatched, ""));
    }
    return true;
  });
  for (SourceGap& gap : among) {
    gap.account = account;
    const bool is_known = std::any_of(home.gaps.begin(), home.gaps.end(), [&](const SourceGap& g) {
      return g.account == account && g.SpansSame(gap);
    });
    if (is_known) continue;
    TIEOUT_RETURN_IF_ERROR(
        ScheduleAnew(turn, &gap.settles_us, DueKind::kSource, account, 0, turn.state.log_us()));
    home.gaps.push_back(gap);
  }
  return absl::OkStatus();
}

// Learned, it is held against a source that was on time once: an import of old files promises none.
absl::Status ExpectNext(Turn& turn, uint32_t account, bool has_grown) {
  AccountState& a = turn.home().accounts[account];
  const std::optional<Rhythm> rhythm = RhythmOf(turn.state.config(), a);
  int64_t due_us = rhythm ? NextReportDue(turn.state.config(), *rhythm, a) : 0;
  if (due_us > turn.state.log_us()) a.was_on_time = true;
  if (rhythm && !rhythm->is_configured && !a.was_on_time) due_us = 0;
  if (due_us == a.report_due_us && !has_grown) return absl::OkStatus();
  a.report_due_us = due_us;
  if (due_us == 0) return absl::OkStatus();
  return ScheduleAnew(turn, &a.report_settles_us, DueKind::kSource, account, 0, due_us);
}

}  // namespace

absl::Status NoteReport(Turn& turn, const ledger::SourceReport& report, uint32_t account) {
  if (report.coverage_to_us == 0) return absl::OkStatus();  // states none
  AccountState& a = turn.home().accounts[account];
  const bool has_grown = report.coverage_to_us > a.covered_until_us;
  a.covered_until_us = std::max(a.covered_until_us, report.coverage_to_us);
  Remember(report, a.is_bank(), &a.reported);
  TIEOUT_RETURN_IF_ERROR(NoteGaps(turn, report, account));
  if (has_grown) TIEOUT_RETURN_IF_ERROR(CoverageGrew(turn, account));
  return ExpectNext(turn, account, has_grown);
}

void JudgeSource(Turn& turn, uint32_t account) {
  HomePage& home = turn.home();
  AccountState& a = home.accounts[account];
  for (SourceGap& gap : home.gaps) {
    if (gap.account != account || gap.anchor.is_said() || !HasSettled(turn, gap.settles_us)) {
      continue;
    }
    ledger::Record record = NewRecord(turn, a, ledger::Level::kSource, ledger::Status::kUnmatched,
                                      ledger::reason::kSourceGap);
    SetAmounts(gap.expected, gap.actual, &record);
    SayGap(turn, gap, std::move(record));
  }
  const bool is_late = a.report_due_us != 0 && a.report_due_us <= turn.state.log_us() &&
                       HasSettled(turn, a.report_settles_us);
  if (!is_late) return;
  // An account that has another owner by now reports to them.
  const ledger::AccountRef account_ref{a.provider, a.merchant_account, a.currency};
  if (FindTenure(home, account_ref, turn.state.log_day()) == nullptr) return;
  SayLate(turn, account, a.report_due_us, a.covered_until_us + 1);
}

}  // namespace tieout::matching
