// How ledger values look to a person: amounts, ids, dates, ages.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/day.h"
#include "engine/cli/table.h"
#include "engine/ledger/projection.h"
#include "engine/ledger/record.h"

namespace tieout::cli {

// "1,234.50 EUR" for people, "1234.50" for programs; a zero is dim.
Cell MoneyCell(ledger::Minor amount, std::string_view currency);
// "1,234.50", where the currency stands in a column of its own.
Cell AmountCell(ledger::Minor amount, std::string_view currency);

// The first ten digits of a record or break id: what a person types.
std::string ShortId(std::string_view id);
// Does `id` begin with what the person typed?
bool IsAbbreviation(std::string_view typed, std::string_view id);

// "stripe/acct_1ABC".
std::string AccountName(std::string_view provider, std::string_view merchant_account);
// The provider's own entry id within an event id: "stripe/acct_1/po_1AB/payout" -> "po_1AB".
std::string EntryId(std::string_view event_id);

base::Day DayOfTick(uint64_t tick);
// "6 Mar"; with its year when it is another than `now`'s.
std::string ShortDay(base::Day day, base::Day now);

Style StyleOf(ledger::Status status);

// What a break or record is worth: the difference where there is one, else what was expected.
ledger::Minor AtStake(const ledger::Record& record);

}  // namespace tieout::cli
