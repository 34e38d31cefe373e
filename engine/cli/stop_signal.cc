#include "engine/cli/stop_signal.h"

#include <csignal>

namespace tieout::cli {
namespace {

// The only thing a signal handler may touch.
std::atomic<bool> stop_requested = false;
static_assert(std::atomic<bool>::is_always_lock_free);

extern "C" void RequestStop(int) { stop_requested = true; }

}  // namespace

const std::atomic<bool>& StopRequested() {
  std::signal(SIGTERM, RequestStop);
  std::signal(SIGINT, RequestStop);
  return stop_requested;
}

}  // namespace tieout::cli
