// What one Stmt, Rpt or Ntfctn says of itself, and whether its entries bear that out.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "connectors/lex/xml.h"
#include "engine/base/day.h"
#include "engine/ledger/money.h"

namespace tieout::connectors::camt {

struct Balance {
  ledger::Minor amount = 0;
  base::Day day;
};

// How many, and how much, in one direction.
struct Flow {
  uint64_t count = 0;
  ledger::WideMinor sum = 0;
};

// TxsSummry: the bank's own count. What it leaves out is unset.
struct StatedTotals {
  std::optional<uint64_t> entries, credits, debits;
  std::optional<std::string> credit_sum, debit_sum;  // decimals, without a currency
};

// Reads a TxsSummry element, of any version.
StatedTotals ReadTotals(const XmlNode& summary);

struct Statement {
  std::string id, sequence, page;
  std::string account, currency;
  base::Day created, from, to;  // `to` is exclusive
  std::optional<Balance> opening, closing;
  bool opening_is_previous = false;  // PRCD: the closing of the day before
  StatedTotals stated;
  uint64_t line = 0;

  // What has been counted in it.
  uint64_t entries = 0;
  ledger::WideMinor booked = 0;
  Flow all_credits, all_debits, booked_credits, booked_debits;
  base::Day first, last;  // of the booked entries
  absl::flat_hash_map<uint64_t, uint32_t> references;

  void Count(ledger::Minor amount, bool is_booked, base::Day day);
};

// Opening and entries against closing: what to tell a person; empty: they agree, or the statement
// prints no such balances.
std::string BalanceTrouble(const Statement& statement);

// The bank's own count and sums against the entries; a bank counts either all entries or the booked
// ones. Empty: they agree.
std::string TotalsTrouble(const Statement& statement);

}  // namespace tieout::connectors::camt
