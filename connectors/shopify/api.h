// Shopify Payments' API objects, one by one.
#pragma once

#include <string_view>

#include "connectors/connector.h"

namespace tieout::connectors::shopify {

bool LooksLikeApi(std::string_view text);
absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink);

}  // namespace tieout::connectors::shopify
