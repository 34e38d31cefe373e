// Money and dates as people read them: "-CA$0.28", "1.234,56 €", "31 July, 2026". For files that
// print them as text; what a program would write is read by ReadAmount and ParseIsoTime.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/lex/columns.h"

namespace tieout::connectors {

// The number without what surrounds it: "-CA$0.28" -> "-0.28". Empty: there is no digit.
std::string NumberIn(std::string_view text);
// For writers that print all of the currency's decimals, or fewer than three digits of them: the
// last separator is the decimal one if such digits stand behind it, else it groups thousands.
ledger::NumberFormat FormatByDecimals(std::string_view number, std::string_view currency);
// A cell of such money. Fails the row where it is none.
ledger::Minor ReadPrinted(Cells& cells, const Columns& columns, int column,
                          std::string_view currency);

// A date with the month as a word, in English, German, French, Spanish, Italian or Dutch:
// "September 24, 2026", "31 July, 2026", "31 Mar 2023", "10-Dez-25"; or ISO. nullopt: none of them.
std::optional<base::Day> ParseWrittenDate(std::string_view text);

}  // namespace tieout::connectors
