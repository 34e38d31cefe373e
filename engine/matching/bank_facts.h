// Level bank, the facts: which deposit cites which payout, and what else it could be. Functions of
// the home's payouts and deposits alone, never of what was said about them.
#pragma once

#include <string>
#include <vector>

#include "engine/matching/turn.h"

namespace tieout::matching {

class BankFacts {
 public:
  explicit BankFacts(Turn& turn);

  // Called after the home's vectors, or a payout's ids or dates, changed.
  void SetPayout(uint32_t payout);
  void AddDeposit(uint32_t deposit);
  // A group takes its place (+1) or has left it (-1).
  void CountGroup(uint32_t place, const Group& group, int sign);
  // The lowest free place, made when there is none.
  uint32_t FreePlace();

  // Those whose arrival, or value date, lies within so many days.
  std::vector<uint32_t> PayoutsAround(Day day, int32_t before, int32_t after) const;
  std::vector<uint32_t> DepositsAround(Day day, int32_t before, int32_t after) const;

  bool IsLive(uint32_t payout) const;  // seen, not failed, not zero
  // Live payouts that the deposit cites: same sign and currency, by an id no other live payout has.
  std::vector<uint32_t> Linked(uint32_t deposit) const;
  // Deposits whose texts hold one of the payout's ids, whatever else speaks against it.
  const IndexSet& Citing(uint32_t payout) const { return index_.payout_ids[payout].citing; }
  bool IsLinkedByAny(uint32_t payout) const;
  bool IsProposed(uint32_t payout) const { return index_.payout_ids[payout].proposals > 0; }
  // Takes part in reference rules only.
  bool NamesPayout(uint32_t deposit) const;
  // The rule that makes this withdrawal an expense; kNone: none, or it cites a payout. One that
  // only looks as if it did ("SHOPIFY 301234567" is a bill as well) bars no rule written for its
  // text.
  uint32_t ExpenseRule(uint32_t deposit) const;
  // What is told of an expense; nullptr: it is a payout.
  const Expenses::Told* Spent(uint32_t payout) const;
  // The deposit's texts name who pays: the payout's provider, or the expense's supplier.
  bool NamesParty(uint32_t deposit, uint32_t payout) const;
  // Same currency and sign, value date in the window, bank account and payer fit.
  bool CouldBe(uint32_t deposit, uint32_t payout) const;
  // Free payouts the deposit could be.
  std::vector<uint32_t> Candidates(uint32_t deposit) const;
  // Deposits that name no payout and could be this one.
  std::vector<uint32_t> CouldBeFrom(uint32_t payout) const;
  // (a): the deposit names the party, or only that provider account pays into its bank account.
  bool Attributable(uint32_t deposit, uint32_t payout) const;
  // The home's accounts that a deposit might come from, made where they have not reported yet.
  std::vector<uint32_t> PossibleSources(uint32_t deposit);
  // The home's bank accounts that report in this currency, or not yet at all; where there is none,
  // one without a name that stands for it.
  std::vector<uint32_t> BankAccountsIn(const std::string& currency);

 private:
  // An account that reports in other currencies only can't be where this came from.
  bool MayReportIn(const DeclaredAccount& account, const std::string& currency) const;
  const HomePage& home() const { return turn_.cached.page; }
  void SetPayoutIds(uint32_t payout);
  void FilePayout(uint32_t payout);
  void Cite(uint32_t deposit, uint32_t payout);
  bool Links(uint32_t deposit, const DepositTexts::Citation& citation) const;

  Turn& turn_;
  HomeIndex& index_;
};

}  // namespace tieout::matching
