// Level payout: the items that a payout claims sum to its amount.
#include "tests/oracle/verdict.h"

namespace tieout::oracle {

using ledger::Status;

std::vector<Verdict> PayoutVerdicts(const Facts& facts) {
  std::vector<Verdict> verdicts;
  for (const PayoutSeen& payout : facts.Payouts()) {
    if (!payout.sent || payout.amount == 0) continue;
    Verdict verdict;
    Minor sum = 0;
    for (const Fact& fact : facts.all()) {
      if (ledger::IsBalanceItem(fact.event->kind()) && fact.event->account == payout.account &&
          facts.PayoutIdOf(fact) == payout.id) {
        verdict.items.push_back(fact.ordinal);
        sum += fact.event->amount;
      }
    }
    if (verdict.items.empty() && !payout.list_complete) continue;
    verdict.subject = "list of " + payout.first->event_id;
    Said& said = verdict.said;
    said.level = ledger::Level::kPayout;
    said.rule_id = "payout_list";
    said.currency = payout.account.currency;
    said.expected = payout.amount;
    said.actual = sum;
    said.members = {{payout.first->event_id, 0}};
    if (sum == payout.amount) {
      said.status = Status::kMatched;
      said.members.front().allocated = payout.amount;
    } else {
      verdict.negative = true;
      said.status = verdict.items.empty() ? Status::kUnmatched : Status::kPartiallyMatched;
      said.reason = ledger::reason::kPayoutComposition;
    }
    verdict.complete = payout.list_complete;
    if (!payout.list_complete) {
      verdict.not_before = Deadline{payout.due_us, payout.first->arrived_us, payout.first->ordinal};
    }
    verdicts.push_back(std::move(verdict));
  }
  return verdicts;
}

}  // namespace tieout::oracle
