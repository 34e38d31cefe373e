#include "engine/matching/totals.h"

#include <utility>

#include "engine/matching/speak.h"

namespace tieout::matching {
namespace {

using ledger::Level;
using ledger::Status;
namespace reason = ledger::reason;

void Heal(Turn& turn, WrongTotal& wrong) {
  const ledger::Record& open = turn.home().open.at(wrong.anchor.break_id);
  ledger::Record record =
      NewRecord(turn, turn.home().accounts[wrong.account], Level::kSource, Status::kMatched, "");
  record.members = open.members;
  SetAmounts(open.expected, open.expected, &record);
  Say(turn, std::move(record), wrong.anchor, "");
}

}  // namespace

void CheckTotals(Turn& turn, const ledger::Event& report, uint32_t account) {
  const auto& body = std::get<ledger::SourceReport>(report.body);
  if (!body.stated_total) return;
  HomePage& home = turn.home();
  if (*body.stated_total != body.total) {
    ledger::Record record = NewRecord(turn, home.accounts[account], Level::kSource,
                                      Status::kUnmatched, reason::kBalanceChainBroken);
    record.members.push_back(
        NewMember(turn, ledger::Role::kSourceReport, report.event_id, turn.position.ordinal, 0, 0));
    SetAmounts(*body.stated_total, body.total, &record);
    WrongTotal& wrong = home.wrong_totals.emplace_back();
    wrong = {account, body.coverage_from_us, body.coverage_to_us, {}};
    return Say(turn, std::move(record), wrong.anchor, report.event_id);
  }
  std::erase_if(home.wrong_totals, [&](WrongTotal& w) {
    const bool is_covered = w.account == account && w.coverage_from_us < w.coverage_to_us &&
                            body.coverage_from_us <= w.coverage_from_us &&
                            w.coverage_to_us <= body.coverage_to_us;
    if (is_covered) Heal(turn, w);
    return is_covered;
  });
}

void SayUnclassified(Turn& turn, const ledger::Event& adjustment, uint32_t account) {
  ledger::Record record = NewRecord(turn, turn.home().accounts[account], Level::kSource,
                                    Status::kUnmatched, reason::kUnclassified);
  record.members.push_back(NewMember(turn, ledger::Role::kAdjustment, adjustment.event_id,
                                     turn.position.ordinal, adjustment.amount, 0));
  SetAmounts(0, adjustment.amount, &record);
  Anchor own;
  Say(turn, std::move(record), own, adjustment.event_id, "/unclassified");
}

}  // namespace tieout::matching
