// Stripe's API objects as JSON: balance transactions and payouts.
#pragma once

#include <string_view>

#include "connectors/connector.h"
#include "connectors/emit.h"

namespace tieout::connectors::stripe {

bool LooksLikeApi(std::string_view text);

absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink);

// The API's amount, in Stripe's minor units, as ISO 4217's. They differ: MGA has no decimals there
// and two in ISO, ISK two there and none in ISO (docs.stripe.com/currencies). False: `error` says
// why.
bool ToIsoMinor(std::string_view field, std::string_view text, std::string_view currency,
                ledger::Minor* amount, RowError* error);

}  // namespace tieout::connectors::stripe
