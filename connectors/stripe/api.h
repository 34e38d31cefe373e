// Stripe's API objects as JSON: balance transactions and payouts.
#pragma once

#include <string_view>

#include "connectors/connector.h"
#include "connectors/emit.h"
#include "connectors/lex/json.h"

namespace tieout::connectors::stripe {

class Mapper;

bool LooksLikeApi(std::string_view text);

absl::StatusOr<Summary> ParseApi(std::string_view connector, InputStream& in,
                                 const Context& context, Sink& sink);

// One object of a list, or a webhook's: a balance transaction or a payout, else quarantined.
// `payout_id`: that a balance transaction is an item of, where the list says so.
absl::Status ReadObject(const JsonEntries::Entry& json, Emitter* emitter, Mapper* mapper,
                        std::string_view payout_id = {});

// Seconds since 1970 as the API writes them. False: `error` says why.
bool ReadInstant(std::string_view field, std::string_view text, int64_t* us, RowError* error);

// The API's amount, in Stripe's minor units, as ISO 4217's. They differ: MGA has no decimals there
// and two in ISO, ISK two there and none in ISO (docs.stripe.com/currencies). False: `error` says
// why.
bool ToIsoMinor(std::string_view field, std::string_view text, std::string_view currency,
                ledger::Minor* amount, RowError* error);

}  // namespace tieout::connectors::stripe
