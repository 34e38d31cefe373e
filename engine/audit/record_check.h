// Does a record say of its members what stands in the log? Each is looked up at its position, so
// that every record can be followed down to the event, and from it to file and line.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "engine/audit/observed.h"

namespace tieout::audit {

// Calls `found` with a line for each thing that is wrong with one record of that partition. Errors:
// those of looking up.
absl::Status CheckRecord(std::string_view record, int partition, const Observed& observed,
                         const std::function<void(const std::string&)>& found);

}  // namespace tieout::audit
