// Level bank: payouts against bank deposits. The facts (bank_facts.h) decide the groups; what was
// said before decides only how the change is told: superseded, revoked, healed.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "engine/matching/bank_facts.h"
#include "engine/matching/index_set.h"
#include "engine/matching/turn.h"

namespace tieout::matching {

class BankLevel {
 public:
  explicit BankLevel(Turn& turn) : turn_(turn), facts_(turn) {}

  // Deposits that could be this payout or cite it: asked before it changes, handed in after, so
  // that those it no longer concerns are judged again too.
  std::vector<uint32_t> CouldBeFrom(uint32_t payout) const;
  // A payout became known, or its arrival or one of its ids changed.
  absl::Status PayoutChanged(uint32_t payout, const std::vector<uint32_t>& could_be_before);
  absl::Status PayoutFailed(uint32_t payout, const std::vector<uint32_t>& could_be_before);
  absl::Status DepositArrived(uint32_t deposit);
  // Their deadlines have passed.
  absl::Status JudgePayout(uint32_t payout, const Due& due);
  absl::Status JudgeDeposit(uint32_t deposit, const Due& due);
  // The window and deadline of a payout from its arrival date and rule.
  void FixDates(PayoutState* payout) const;

 private:
  // Payouts and deposits whose groups may change.
  struct Concerned {
    IndexSet payouts, deposits;
    uint32_t arrived = kNone;  // a deposit that has just come
  };
  absl::Status Rejudge(const std::vector<uint32_t>& payouts, const std::vector<uint32_t>& deposits,
                       uint32_t arrived = kNone);
  void AddOldGroup(uint32_t group, Concerned* concerned) const;
  // Seeds and all that reference evidence ties to them, now or before.
  void SpreadByReference(Concerned* concerned) const;
  // Free deposits whose candidates or rivals have changed.
  void AddFreeDeposits(Concerned* concerned) const;

  std::vector<Group> ReferenceGroups(const Concerned& concerned) const;
  Group ReferenceGroup(std::vector<uint32_t> payouts, std::vector<uint32_t> deposits) const;
  Group ExpenseGroup(uint32_t deposit, uint32_t rule) const;
  std::optional<Group> AmountGroup(uint32_t deposit) const;
  uint32_t FirstSeen(const std::vector<uint32_t>& payouts) const;
  bool ToleratesRest(const Group& group, WideMinor expected, WideMinor actual) const;
  bool OneAnother(uint32_t deposit, uint32_t payout) const;  // unique on the payout's side

  absl::Status Replace(const Concerned& concerned, std::vector<Group> groups);
  void Book(const Group& group, int sign);
  void Revoke(Anchor& anchor, ledger::Record record);
  void RevokeGroup(const Group& group);
  void Announce(Group& group, const std::vector<Group>& replaced, std::vector<bool>* told);
  void SayGroup(const Group& group);
  // Their own deadlines, but for settling.
  Due DueOfPayout(uint32_t payout) const;
  Due DueOfDeposit(uint32_t deposit) const;
  absl::Status ScheduleOpen(const Concerned& concerned);
  absl::Status CancelMatched(const Group& group);
  std::pair<Due, int64_t> RestOf(const Group& group) const;
  bool IsRestDue(const Group& group, const Due& due) const;
  absl::Status ScheduleRest(const Group& group);

  Anchor& LeadAnchor(const Group& group);
  ledger::Role RoleOf(uint32_t payout) const;
  std::string CategoryOf(const std::vector<uint32_t>& payouts) const;
  ledger::Record GroupRecord(const Group& group, ledger::Status status) const;
  ledger::Record PayoutRecord(uint32_t payout, ledger::Status status,
                              std::string_view reason) const;
  ledger::Record DepositRecord(uint32_t deposit, ledger::Status status,
                               std::string_view reason) const;
  void AddNearestDeposits(uint32_t payout, ledger::Record* record) const;
  void AddNearestPayouts(uint32_t deposit, ledger::Record* record) const;
  // Where the payouts' deposits would show.
  std::vector<uint32_t> BankAccountsOf(const std::vector<uint32_t>& payouts);
  // An arrival was amended: what was said is missing is said anew or taken back.
  void MissingMoved(uint32_t payout);
  void RestMoved(Group& group);
  void SayMissing(uint32_t payout);
  // Of a till's takings it is cash that is missing, or too much.
  bool AreTakings(const std::vector<uint32_t>& payouts) const;
  std::string_view MissingReason(uint32_t payout) const;
  std::string_view RestReason(const Group& group) const;

  HomePage& home() { return turn_.home(); }
  const HomePage& home() const { return turn_.cached.page; }

  Turn& turn_;
  BankFacts facts_;
};

}  // namespace tieout::matching
