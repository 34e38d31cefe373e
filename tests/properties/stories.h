// What happens on the stage: payout cycles, told as facts with the time at which the log hears.
#pragma once

#include <string>
#include <vector>

#include "engine/ledger/event.h"
#include "tests/properties/random_log.h"
#include "tests/properties/world.h"

namespace tieout::properties {

struct Told {
  int64_t heard_us = 0;
  ledger::Event event;
  bool may_move = true;
};

class Stories {
 public:
  Stories(Chance* chance, World* world, const Taste& taste)
      : chance_(*chance), world_(*world), taste_(taste) {}
  std::vector<Told> Tell();

 private:
  struct Item {
    ledger::AccountRef account;
    std::string entry;
    ledger::Minor amount = 0;
  };

  void TellCycle();
  ledger::Minor TellSale(const Account& account, int day, std::string_view payout_id);
  void TellReversal(const Account& account, int day, std::string_view payment, ledger::Minor gross,
                    std::string_view payout_id);
  void TellPayout(const Account& account, int day, std::string_view id, ledger::Minor amount);
  void TellDeposits(const Account& account, int day, std::string_view id, std::string_view trace,
                    ledger::Minor amount);
  void TellDeposit(const ledger::AccountRef& bank, int day, ledger::Minor amount, std::string text,
                   std::string_view counterparty, std::string_view end_to_end);
  void TellStrayDeposit();
  void TellSpending();
  void TellParcels();
  void TellRows();
  void TellReports();
  void TellDailyReports(const Account& account);
  void TellAgain();
  void TellUnknown();

  std::string Text(const Account& account, std::string_view id, std::string_view trace);
  std::string_view PayoutId();
  ledger::Event Make(const ledger::AccountRef& account, std::string entry,
                     std::string_view component, int day, ledger::Minor amount, ledger::Body body);
  void Amend(const ledger::Event& event, ledger::Amendment::Field field, std::string_view value,
             int day);
  void Hear(const ledger::Event& event, int day, bool may_move = true);

  Chance& chance_;
  World& world_;
  const Taste taste_;
  std::vector<Told> told_;
  int entries_ = 0;
  // Some deposits pay several payouts: what waits for the next one's deposit.
  struct Waiting {
    std::string text;
    ledger::Minor amount = 0;
    ledger::AccountRef account;
  };
  std::vector<Waiting> waiting_;
};

}  // namespace tieout::properties
