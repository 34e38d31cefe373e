// The API's objects and the Dashboard's rows, one by one.
#pragma once

#include <string_view>

#include "connectors/lex/columns.h"
#include "connectors/lex/csv.h"
#include "connectors/movement.h"

namespace tieout::connectors::square {

inline constexpr std::string_view kProvider = "square";

bool LooksLikeApi(std::string_view text);
absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink);

bool IsTransactionsHeader(const Columns& columns);
bool IsTransfersHeader(const Columns& columns);
absl::StatusOr<Summary> ParseExport(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink);

}  // namespace tieout::connectors::square
