// A bank's (or anybody's) CSV of one or more accounts, by mapping profile.
//
// A profile (profile.h) says which column is what, how dates and numbers are written and which
// sign means what. Some banks are known by their columns (banks.h). Built in besides are `generic`
// (columns known by many names, ISO dates), `generic-dmy` and `generic-mdy`; a file of one's own is
// --profile FILE. Without a profile `generic` is tried, and a date that could be two dates refuses
// the file until a profile says which.
//
// Identity: provider "bank"; account from the file, else the command line or the profile; entry =
// the profile's `id` column where the bank gives rows an id, else a row without one: hash of
// booking date (and time, where the bank prints one), amount, currency, text, reference,
// counterparty (blanks collapsed) and, where every row has one, the running balance. So equal rows
// are told apart by their balances in whatever order, cut or overlap files show them; without a
// balance by their number within the day and the files' coverages. The balance is also checked
// line by line; the first line that breaks the chain is noted.
// Rows a profile calls pending are provisional. Value dates, categories and all unmapped columns
// may change.
//
// Coverage: from the first to the last row: whole days, or where rows have a time the instants.
#pragma once

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& BankCsv();

}  // namespace tieout::connectors
