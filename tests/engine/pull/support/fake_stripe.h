// Stripe's lists as its API reference describes them: newest first, filters by creation and payout,
// cursors by id, has_more, url. Thread safety: none; all rows before the first request.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/engine/pull/support/fake_provider.h"

namespace tieout::pull {

struct FakeStripe {
  struct Row {
    std::string id;
    int64_t created = 0;  // seconds
    std::string payout;   // that a balance transaction is an item of
    std::string json;
  };
  std::vector<Row> balance_transactions, payouts;  // oldest first
  size_t page_size = 2;                            // whatever `limit` asks for, for many pages
  std::string key = "sk_test_the_secret_of_acct_1";

  FakeProvider::Reply operator()(const FakeProvider::Request& request) const;

  // A charge of `amount`, without a fee.
  void AddCharge(const std::string& id, int64_t created, int64_t amount,
                 const std::string& payout = "");
  // With its own balance transaction.
  void AddPayout(const std::string& id, int64_t created, int64_t amount,
                 const std::string& reconciliation = "completed");
};

}  // namespace tieout::pull
