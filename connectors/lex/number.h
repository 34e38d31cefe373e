// Numbers in a format that the file doesn't name.
#pragma once

#include <optional>
#include <string_view>

#include "engine/ledger/money.h"

namespace tieout::connectors {

// "1.234,56": the last separator is the decimal one if the digits after it fit a currency of
// `exponent` decimals. nullopt: it could be two numbers ("1.234" of a currency with three).
std::optional<ledger::NumberFormat> GuessNumberFormat(std::string_view number, int exponent);

}  // namespace tieout::connectors
