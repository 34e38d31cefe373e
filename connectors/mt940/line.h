// What a :61: field says, and how banks write dates and amounts in MT940.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/emit.h"

namespace tieout::connectors::mt940 {

struct Line {
  base::Day valued, booked;
  ledger::Minor amount = 0;  // signed
  bool is_reversal = false;
  bool is_expected = false;
  std::string type;            // "NTRF"
  std::string reference;       // the customer's; no placeholder
  std::string bank_reference;  // behind "//"; no placeholder
  std::vector<std::string> further;
  ledger::Minor charges = 0;  // CHGS among the further details, in the account's currency
};

// `lines`: of the field, the first without its tag. False: `error` says why.
bool ReadLine(const std::vector<std::string>& lines, std::string_view currency, Line* line,
              RowError* error);

struct Balance {
  ledger::Minor amount = 0;
  base::Day day;
  std::string currency;
};

// "C100722EUR0,00".
bool ReadBalance(std::string_view field, std::string_view text, Balance* balance, RowError* error);

// "12345,", "5,4", and "11.80" as some write it; unsigned.
bool ReadMt940Amount(std::string_view field, std::string_view text, std::string_view currency,
                     ledger::Minor* amount, RowError* error);

}  // namespace tieout::connectors::mt940
