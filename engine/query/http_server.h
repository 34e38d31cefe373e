// What `serve` answers over HTTP, on loopback only: nobody is asked who they are, so a proxy that
// does stands in front where others shall see it.
//
//   GET /metrics                          Prometheus text
//   GET /healthz                          200 while the process lives
//   GET /readyz                           200 once all held partitions are folded up to C
//   GET /v1/status                        {"partitions":[...]}
//   GET /v1/records?after=CURSOR&limit=N  {"records":[...],"next":CURSOR,"more":BOOL}
//   GET /v1/sellers?after=ID&limit=N      {"sellers":[ID...],"next":ID,"more":BOOL}
//   GET /v1/sellers/ID                    one seller's projection
//   GET /v1/breaks?seller=ID&after=ID&limit=N  {"breaks":[...],"next":ID,"more":BOOL}
//
// `next` is passed on as `after`. Breaks are whole sellers at a time: `limit` counts breaks, and
// the last seller's are complete. Errors: {"error":TEXT} with 400, 404, 503 or 500.
//
// cpp-httplib, since it is in Debian, small, and loopback needs no more.
// Thread safety: answers from threads of its own; the object from one thread.
#pragma once

#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/runtime/metrics.h"
#include "engine/runtime/read_model.h"

namespace tieout::query {

class HttpServer {
 public:
  // `listen` is "127.0.0.1:9464"; port 0 takes a free one. Both must outlive the server.
  // kInvalidArgument: no such address, or not loopback. kUnavailable: the port is taken.
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(const std::string& listen,
                                                           runtime::ReadModel* model,
                                                           runtime::Metrics* metrics);
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
};

}  // namespace tieout::query
