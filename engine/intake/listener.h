// Webhooks over HTTP: POST <an endpoint's path>, and eBay's GET. Plain HTTP, as behind a proxy that
// speaks TLS; unlike serve's own it may listen beyond loopback, since each request is signed.
//
// Bodies over the limit: 413. 503 bears Retry-After. cpp-httplib as in query/http_server.h: a
// thread a connection, bounded; others wait to be accepted.
// Thread safety: answers from threads of its own; the object from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/intake/receiver.h"

namespace tieout::intake {

class Listener {
 public:
  // `listen` is "127.0.0.1:9465"; port 0 takes a free one. kInvalidArgument: no such address;
  // kUnavailable: the port is taken. `receiver` must outlive it.
  static absl::StatusOr<std::unique_ptr<Listener>> Start(const std::string& listen,
                                                         uint64_t max_body_bytes,
                                                         Receiver* receiver);
  // Requests at hand are answered first.
  virtual ~Listener() = default;
  virtual int port() const = 0;
};

}  // namespace tieout::intake
