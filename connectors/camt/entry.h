// What an Ntry element says, without its statement.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "connectors/emit.h"
#include "connectors/lex/clock.h"
#include "connectors/lex/xml.h"

namespace tieout::connectors::camt {

struct Entry {
  ledger::Minor amount = 0;  // signed
  std::string currency;
  std::string status;  // BOOK, PDNG, INFO, FUTR
  std::optional<CivilTime> booked, valued;
  std::string servicer_reference;  // AcctSvcrRef, else that of its only part; no placeholder
  std::string end_to_end_id;       // of all parts, separated by blanks
  std::string remittance;          // one text a line
  std::string counterparty, counterparty_account;
  std::string transaction_code;  // PMNT/RCDT/ESCT, or the bank's own
  std::string return_of;
  ledger::Minor charges = 0;
  bool is_reversal = false;   // RvslInd
  std::string parts_trouble;  // for a person: its parts don't sum to it
};

// A date or date and time, in Dt, DtTm, or (as some banks do) the other's element.
std::optional<CivilTime> ReadTime(const XmlNode* parent);

// An amount element: unsigned, currency as attribute. False: `error` says why.
bool ReadMoney(const XmlNode& amount, ledger::Minor* value, std::string* currency, RowError* error);

// `noticed`: the day that stands in where the entry has none, as a notification's may.
bool ReadEntry(const XmlNode& ntry, std::optional<CivilTime> noticed, Entry* entry,
               RowError* error);

// "NOTPROVIDED" and its sisters.
bool IsPlaceholder(std::string_view reference);

}  // namespace tieout::connectors::camt
