// Time zones as files abbreviate them: "PST", "CEST". No IANA names, and some mean several zones;
// here are those that providers print.
#pragma once

#include <optional>
#include <string_view>

#include "connectors/lex/clock.h"

namespace tieout::connectors {

// Seconds east of UTC; nullopt: not one of them.
std::optional<int32_t> OffsetOfAbbreviation(std::string_view name);

// A civil time in a zone that is an abbreviation or an IANA name; the text's own offset holds
// first. kInvalidArgument: no such zone.
absl::StatusOr<int64_t> ToInstantIn(const CivilTime& time, std::string_view zone);

}  // namespace tieout::connectors
