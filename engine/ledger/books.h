// Are a seller's books whole? Conservation as far as the state alone can tell: what came in is
// either still there, or went on. `tieout verify` holds the same against an independent reading of
// the log; this is cheap enough to watch all the time.
//
//   level   side     what must be equal
//   payout  balance  opening + sales + fees + refunds + chargebacks + adjustments, and
//                    pending + available + reserved + in transit + paid
//   bank    payout   in transit, and what open payouts lack + what matches tolerated
//   bank    deposit  not explained at the bank, and what open deposits lack + what matches
//   tolerated
#pragma once

#include <string>
#include <vector>

#include "engine/ledger/projection.h"

namespace tieout::ledger {

struct Residual {
  const char* level;
  const char* side;
  std::string currency;
  WideMinor amount = 0;  // 0: whole
};

// One of each row and currency that the seller has, whole ones included.
std::vector<Residual> ResidualsOf(const SellerProjection& seller);

}  // namespace tieout::ledger
