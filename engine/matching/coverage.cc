#include "engine/matching/coverage.h"

#include <algorithm>

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

void SayLate(Turn& turn, uint32_t account, const Due& due) {
  AccountState& a = turn.home().accounts[account];
  a.late_until_us = std::max(a.late_until_us, due.business_us);
  if (a.late.is_open()) return;
  ledger::Record record = NewRecord(turn, a, ledger::Level::kSource, ledger::Status::kUnmatched,
                                    ledger::reason::kSourceLate);
  record.due_on = base::DayOf(due.business_us);
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
    SayLate(turn, account, due);
  }
  return covered;
}

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

}  // namespace tieout::matching
