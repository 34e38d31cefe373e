// SIGTERM and SIGINT as a flag, for commands that run until they are told to stop.
#pragma once

#include <atomic>

namespace tieout::cli {

// From the first call on the signals set it instead of ending the process.
const std::atomic<bool>& StopRequested();

}  // namespace tieout::cli
