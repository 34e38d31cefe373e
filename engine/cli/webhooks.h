// [webhooks] of tieout.toml, beside `serve`.
#pragma once

#include <memory>

#include "engine/cli/command.h"
#include "engine/intake/service.h"
#include "engine/runtime/engine.h"

namespace tieout::cli {

// nullptr: none are configured. Declares [accounts] that the log doesn't hold, brings log time up
// to date, and listens.
absl::StatusOr<std::unique_ptr<intake::Service>> StartWebhooks(Context& context,
                                                               runtime::Engine& engine);

}  // namespace tieout::cli
