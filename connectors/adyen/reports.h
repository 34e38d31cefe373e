// The two kinds of reports, row by row.
#pragma once

#include <string_view>

#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"
#include "connectors/movement.h"

namespace tieout::connectors::adyen {

inline constexpr std::string_view kProvider = "adyen";

bool IsSettlementHeader(const Columns& columns);
bool IsPlatformHeader(const Columns& columns);

// Both read on after the header, which `columns` holds.
absl::Status ReadSettlement(CsvReader& reader, const Columns& columns, Emitter& emitter);
absl::Status ReadPlatform(CsvReader& reader, const Columns& columns, Emitter& emitter);

// A local time and its zone's column; 0 and the row failed where it is none.
int64_t ReadLocalTime(Cells& cells, int column, int zone);

}  // namespace tieout::connectors::adyen
