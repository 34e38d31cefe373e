// What a record says, and how a home ends: the part of the fold's answer that is compared.
#pragma once

#include <compare>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::oracle {

using ledger::Minor;

struct Share {
  std::string event_id;
  Minor allocated = 0;
  friend auto operator<=>(const Share&, const Share&) = default;
};

struct Said {
  std::string seller_id;
  ledger::Level level = ledger::Level::kUnspecified;
  ledger::Status status = ledger::Status::kUnspecified;
  std::string reason, rule_id, currency;
  Minor expected = 0, actual = 0;
  std::string account;         // of a source's record only: provider/merchant account
  std::string category;        // of an expense
  std::vector<Share> members;  // ascending
  friend auto operator<=>(const Said&, const Said&) = default;
};

// The same of a record of the fold.
Said SaidBy(const ledger::Record& record);
std::string Describe(const Said& said);

struct Buckets {
  Minor pending = 0, available = 0, reserved = 0, in_transit = 0, paid = 0;
  Minor bank = 0, bank_unmatched = 0;
  Minor sales = 0, fees = 0, refunds = 0, chargebacks = 0, adjustments = 0;
  friend bool operator==(const Buckets&, const Buckets&) = default;
};

struct Open {
  std::string event_id;
  Minor amount = 0, residual = 0;
  friend auto operator<=>(const Open&, const Open&) = default;
};

// A home after its last event.
struct End {
  std::map<std::string, Buckets> accounts;  // by "provider/merchant account/currency"
  // Counts and sums, by "provider/merchant account/currency category".
  std::map<std::string, std::pair<uint64_t, Minor>> expenses;
  std::vector<Open> open_items;  // ascending
  std::vector<Said> live;        // records that still hold, ascending
  friend bool operator==(const End&, const End&) = default;
};

// The same of the fold's projection, but for `live`, which it doesn't show.
End EndOf(const ledger::SellerProjection& projection);
std::string Describe(const End& end);

}  // namespace tieout::oracle
