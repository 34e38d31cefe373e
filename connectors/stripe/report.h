// Stripe's CSV reports, row by row.
#pragma once

#include <string_view>

#include "connectors/connector.h"

namespace tieout::connectors::stripe {

// Does this header belong to one of Stripe's reports? Separator already known.
bool IsReportHeader(std::string_view line, char delimiter);

absl::StatusOr<Summary> ParseReport(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink);

}  // namespace tieout::connectors::stripe
