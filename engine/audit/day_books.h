// Continuity: a day's opening + movements = its closing = the next day's opening. The movements are
// the independent decoder's, openings and closings the fold's own books at the end of each log day.
// Thread safety: none.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/audit/observed.h"
#include "engine/base/day.h"
#include "engine/ledger/projection.h"

namespace tieout::audit {

using Movements = std::map<AccountKey, ledger::WideMinor>;

// How an account stands: all its buckets, or at the bank.
Movements StandingOf(const ledger::SellerProjection& seller);

class DayBooks {
 public:
  // `day` ends for some sellers: those whose accounts moved on it, or all of them.
  void Close(base::Day day, const Movements& moved,
             const std::vector<ledger::SellerProjection>& sellers);
  // One line each.
  const std::vector<std::string>& findings() const { return findings_; }

 private:
  Movements opening_;  // the closing of the account's last day
  std::vector<std::string> findings_;
};

}  // namespace tieout::audit
