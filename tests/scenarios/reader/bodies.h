// The part of a row that only its kind has.
#pragma once

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "tests/scenarios/reader/words.h"

namespace tieout::scenarios {

// Views point into `words`.
absl::StatusOr<ledger::Rule> ReadRule(const Words& words);
absl::StatusOr<ledger::Rule> ReadSchedule(const Words& words);
absl::StatusOr<ledger::Rule> ReadExpenseRule(const Words& words);
absl::StatusOr<ledger::Calendar> ReadCalendar(const Words& words);
// sale, fee, refund, chargeback, adjustment, reserve, payout, bank_deposit.
absl::StatusOr<ledger::Body> ReadFactBody(const Words& words, base::Day occurred_on);

}  // namespace tieout::scenarios
