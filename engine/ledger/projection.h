// What a seller's state looks like from outside: the answer to "what came in, what went out, what
// is owed to me, what doesn't add up". Computed from the fold's state, encoded by codec.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ledger/record.h"

namespace tieout::ledger {

// Expenses of one category: withdrawals that a rule or the books call so, and what was spent
// without a bank.
struct ExpenseTotal {
  std::string category;
  uint64_t count = 0;
  Minor amount = 0;  // negative
};

// One settlement account or bank account in one currency. Amounts in minor units, signed as
// effects on the owner's balance.
struct AccountProjection {
  std::string provider, merchant_account, currency;
  Minor pending = 0;         // earned, not yet available
  Minor available = 0;       // could be paid out
  Minor reserved = 0;        // held back
  Minor in_transit = 0;      // paid out, not seen at the bank
  Minor paid = 0;            // seen at the bank
  Minor bank = 0;            // bank accounts: all booked movements
  Minor bank_unmatched = 0;  // of these, not yet explained
  Minor sales = 0, fees = 0, refunds = 0, chargebacks = 0, adjustments = 0;  // to date
  Minor opening = 0;    // what a `start` brought along
  Minor tolerated = 0;  // rests that a match accepted: of in_transit, or of bank_unmatched
  uint64_t sale_count = 0;
  Day last_sale, last_payout, last_bank_value;
  Day covered_until;          // first day no source has shown completely yet; unset: none ever
  Day first_day;              // of its `start`; unset: it has none
  uint64_t before_start = 0;  // events dated before that day: listed, without effect
  std::vector<ExpenseTotal> expenses;  // of bank accounts and books: to date, by category
  Minor owed() const { return pending + available + reserved; }
};

// Waiting inside grace or broken: a payout without its deposit, a deposit without its payout.
struct OpenItem {
  Role role = Role::kUnspecified;
  std::string event_id;
  std::string provider, merchant_account, currency;
  Position position;
  Minor amount = 0;
  Minor residual = 0;
  Day date;  // arrival date or value date
  Day due;
  std::string references;  // what a person would search for
};

struct SellerProjection {
  std::string seller_id;
  std::vector<AccountProjection> accounts;
  std::vector<OpenItem> open_items;
  std::vector<Record> breaks;  // the live record of each open break or proposal, oldest first
  uint64_t tick = 0;           // log time of this view
};

}  // namespace tieout::ledger
