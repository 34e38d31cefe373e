// The two exports, row by row.
#pragma once

#include <string_view>

#include "connectors/emit.h"
#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"

namespace tieout::connectors::shopify {

inline constexpr std::string_view kProvider = "shopify";

bool IsTransactionsHeader(const Columns& columns);
bool IsPayoutsHeader(const Columns& columns);
// Of an admin in another language than English.
bool IsTranslatedHeader(const Columns& columns);
// A column without which the export can't be read; empty: all there.
std::string_view MissingColumn(const Columns& columns);
// The cell, or what the command line says where the export has no such column.
std::string ReadCurrencyOf(Cells& cells, int column, const Context& context);

// Both read on after the header, which `columns` holds.
absl::Status ReadTransactions(CsvReader& reader, const Columns& columns, const Zone& zone,
                              Emitter* emitter);
absl::Status ReadPayouts(CsvReader& reader, const Columns& columns, Emitter* emitter);

// The entry of a day's n-th payout, from 1.
std::string PayoutEntry(base::Day day, std::string_view currency, int n);

// Money as the exports write it: "$1,234.50", "-6.99".
ledger::Minor ReadMoney(Cells& cells, const Columns& columns, int column,
                        std::string_view currency);
// "2026-03-05" or "2026/3/5"; unset and the row failed where it is neither.
base::Day ReadDay(Cells& cells, int column);

}  // namespace tieout::connectors::shopify
