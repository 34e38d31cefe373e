// Webhooks taken in beside `serve`: writer, receiver and listener as one.
//
//   TIEOUT_ASSIGN_OR_RETURN(auto intake, intake::Service::Start(options, endpoints, engine options,
//                                                               &engine->log(), registry));
//
// Errors: kInvalidArgument: a setting, named; kFailedPrecondition: nobody has said whose an
// account is; kUnavailable: the port is taken.
// Thread safety: the object from one thread; it has threads of its own.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/intake/options.h"
#include "engine/intake/receiver.h"
#include "engine/log/log.h"
#include "engine/runtime/options.h"

namespace tieout::intake {

class Service {
 public:
  // `log` and `registry` must outlive it, and so must engine.clock.
  static absl::StatusOr<std::unique_ptr<Service>> Start(const Options& options,
                                                        std::vector<Endpoint> endpoints,
                                                        const runtime::EngineOptions& engine,
                                                        log::EventLog* log,
                                                        prometheus::Registry* registry);
  // What was received is answered first.
  virtual ~Service() = default;
  virtual int port() const = 0;
};

}  // namespace tieout::intake
