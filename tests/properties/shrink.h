// From a log that fails to a small one that still fails, by leaving entries out.
#pragma once

#include <functional>

#include "tests/properties/random_log.h"

namespace tieout::properties {

using Fails = std::function<bool(const Log&)>;
// `log` fails. What may not be left out stays.
Log Shrink(Log log, const Fails& fails);

}  // namespace tieout::properties
