// A sheet that somebody keeps: a till's journal, cash takings, the export of a provider that no
// connector reads. Any CSV with a heading, by a mapping file (--profile FILE, mapping.h) that says
// what its columns and words mean. Try a mapping with `ingest --dry-run`.
//
// Source of the format: the mapping; nothing is guessed from the sheet, so no content is detected.
//
// A sheet is the books of one settlement account, where money comes in and is paid out: a till's
// cash is a balance, and bringing it to the bank is its payout, which expects the deposit: a day's
// takings are one in cash (takings.h), whose shortage is CASH_SHORT. A card's payment is nothing
// here, since its processor reports it. What is paid by gift card is a sale in the account of the
// cards' issuer, gift_card/NAME, which owes it; a card sold for cash is the till's to bank, and
// owed by that account. Tips are typed parts of their sale, with whose they are. What
// another source reports already (a shop's orders beside the processor's charges) does not belong
// in one: two witnesses of a sale are two sales until the fold can tell. So a mapping can't name a
// provider that tieout reads itself.
//
// Identity: the id column where there is one, else the day, a hash of currency, amount, word, text
// and references as they stand, and the ordinal of equal rows. Content: all of it; a sheet has no
// late facts. Amounts are effects on the balance once the mapping's signs are applied; of a payout,
// what is sent to the bank. A word the mapping doesn't know is an unclassified adjustment, whose
// amount counts. A fee column is what was kept: positive lessens the balance.
#pragma once

#include <string>

#include "connectors/connector.h"

namespace tieout::connectors {

const Connector& Sheet();

// The file at `path` is a sheet's mapping, as it names a provider; and not a bank's profile.
bool IsSheetMapping(const std::string& path);

}  // namespace tieout::connectors
