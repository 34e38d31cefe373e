// The report's rows and the API's objects.
#pragma once

#include <string_view>

#include "connectors/lex/columns.h"
#include "connectors/movement.h"

namespace tieout::connectors::ebay {

inline constexpr std::string_view kProvider = "ebay";

bool LooksLikeApi(std::string_view text);
absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink);
bool IsReport(std::string_view text);
absl::StatusOr<Summary> ParseReport(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink);

}  // namespace tieout::connectors::ebay
