#include "engine/matching/open_break.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

#include "engine/matching/rules.h"
#include "engine/matching/turn.h"

namespace tieout::matching {
namespace {

Day SinceWhen(const ledger::Record& r) { return r.due_on.is_set() ? r.due_on : r.opened_on; }

std::string_view CalendarOf(const ConfigPage& config, const AccountState& account) {
  const uint32_t rule =
      RuleInForce(config, account.is_bank() ? kDepositExpectation : kPayoutExpectation, account);
  return rule == kNone ? std::string_view() : config.rules[rule].calendar;
}

// "March 2026".
std::string MonthName(Day day) {
  static constexpr std::array<std::string_view, 12> kNames = {
      "January", "February", "March",     "April",   "May",      "June",
      "July",    "August",   "September", "October", "November", "December"};
  const std::string iso = base::FormatDay(day);
  const int month = (iso[5] - '0') * 10 + iso[6] - '0';
  return fmt::format("{} {}", kNames[static_cast<size_t>(month - 1)], iso.substr(0, 4));
}

std::string Counted(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

// Items that are not settled before the record's payouts are.
std::string UnsettledItems(const HomePage& home, const ledger::Record& r) {
  uint64_t items = 0, payouts = 0;
  for (const ledger::Member& m : r.members) {
    if (m.role != ledger::Role::kPayout) continue;
    const uint32_t payout = FindPayout(home, ledger::EntryOf(m.event_id), r.currency);
    if (payout == kNone || home.payouts[payout].item_count == 0) continue;
    items += home.payouts[payout].item_count;
    ++payouts;
  }
  if (payouts == 0) return "";
  return fmt::format("; {} of {} {} not settled", Counted(items, "item", "items"),
                     Counted(payouts, "payout", "payouts"), items == 1 ? "is" : "are");
}

std::string WaitingForSource(const HomePage& home, uint32_t account) {
  const auto waiting =
      std::count_if(home.parked.begin(), home.parked.end(),
                    [&](const Parked& parked) { return parked.account == account; });
  if (waiting == 0) return "";
  return fmt::format("; {} can't be judged",
                     Counted(static_cast<uint64_t>(waiting), "due item", "due items"));
}

}  // namespace

ledger::Record OpenBreak(const ConfigPage& config, const HomePage& home, ledger::Record record,
                         Day today) {
  const Day since = SinceWhen(record);
  const uint32_t account =
      FindAccount(home, {record.provider, record.merchant_account, record.currency});
  record.age_banking_days = BankingDaysBetween(
      config, account == kNone ? "" : CalendarOf(config, home.accounts[account]), since, today);
  record.blocks = "closing " + MonthName(since);
  record.blocks += record.reason == ledger::reason::kSourceLate ? WaitingForSource(home, account)
                                                                : UnsettledItems(home, record);
  return record;
}

}  // namespace tieout::matching
