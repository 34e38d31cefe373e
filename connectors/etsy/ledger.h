// The API's ledger of a shop's payment account. etsy.h says what is read and how it is known.
#pragma once

#include <string_view>

#include "connectors/connector.h"

namespace tieout::connectors::etsy {

inline constexpr std::string_view kProvider = "etsy";

bool LooksLikeLedger(std::string_view text);

absl::StatusOr<Summary> ParseLedger(std::string_view connector, InputStream& in,
                                    const Context& context, Sink& sink);

}  // namespace tieout::connectors::etsy
