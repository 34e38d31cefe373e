#include "engine/query/http_server.h"

#include <sys/socket.h>

#include <algorithm>
#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/host_port.h"
#include "engine/base/text.h"
#include "engine/query/answers.h"
#include "engine/query/seller_gauges.h"
#include "engine/runtime/json_text.h"
#include "fmt/format.h"
#include "fmt/ranges.h"
#include "httplib.h"
#include "prometheus/text_serializer.h"

namespace tieout::query {
namespace {

constexpr size_t kThreads = 4;
constexpr size_t kLongestBody = 1024;  // nothing here takes a body
constexpr time_t kReadSeconds = 5;

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kUnavailable:
      return 503;
    default:
      return 500;
  }
}

void Reply(const absl::StatusOr<std::string>& answer, httplib::Response* response) {
  if (answer.ok()) {
    response->set_content(*answer, "application/json");
    return;
  }
  response->status = HttpStatus(answer.status().code());
  const std::string text = runtime::JsonText(base::Message(answer.status()));
  response->set_content(fmt::format(R"({{"error":{}}})", text), "application/json");
}

bool IsLoopback(const std::string& host) {
  return host == "localhost" || host == "[::1]" || host == "::1" || host.starts_with("127.");
}

absl::StatusOr<base::HostPort> ParseAddress(const std::string& listen) {
  std::optional<base::HostPort> address = base::ParseHostPort(listen);
  if (!address) {
    return base::InvalidArgument(
        fmt::format("listen: {} is no address such as \"127.0.0.1:9464\"", base::Quoted(listen)));
  }
  if (!IsLoopback(address->host)) {
    return base::InvalidArgument(fmt::format(
        "listen: {} is not loopback. Nobody is asked who they are here, so only this machine may "
        "connect: listen on 127.0.0.1 and put a proxy that asks in front",
        base::Quoted(listen)));
  }
  if (address->host == "[::1]") address->host = "::1";
  return *std::move(address);
}

class Server : public HttpServer {
 public:
  Server(runtime::ReadModel* model, runtime::Metrics* metrics)
      : model_(model), metrics_(metrics), sellers_(model, metrics->registry().get()) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_payload_max_length(kLongestBody);
    server_.set_read_timeout(kReadSeconds, 0);
    // Its default shares the port with any other server that asks; half the questions would go
    // there.
    server_.set_socket_options([](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    });
    server_.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
          Reply(base::Internal("the answer could not be made"), &response);
        });
    RefuseForeignNames();
    AddOperations();
    AddReads();
    AddErrors();
  }
  ~Server() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const base::HostPort& address) {
    port_ = address.port == 0
                ? server_.bind_to_any_port(address.host)
                : (server_.bind_to_port(address.host, address.port) ? address.port : -1);
    if (port_ < 0) {
      return base::Unavailable(
          fmt::format("{}:{}: can't listen: is another `tieout serve` running? `listen` in "
                      "tieout.toml names another port",
                      address.host, address.port));
    }
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return absl::OkStatus();
  }
  int port() const override { return port_; }

 private:
  // A web page whose name was made to resolve to 127.0.0.1 asks under its own name.
  void RefuseForeignNames() {
    server_.set_pre_routing_handler(
        [](const httplib::Request& request, httplib::Response& response) {
          std::string host = request.get_header_value("Host");
          const size_t colon = host.rfind(':');
          if (colon != std::string::npos && host.find(']', colon) == std::string::npos) {
            host.resize(colon);
          }
          if (host.empty() || IsLoopback(host)) return httplib::Server::HandlerResponse::Unhandled;
          Reply(base::InvalidArgument("Host: " + base::Quoted(host) + " is not this machine"),
                &response);
          return httplib::Server::HandlerResponse::Handled;
        });
  }

  void AddOperations() {
    server_.Get("/metrics", [this](const httplib::Request&, httplib::Response& response) {
      response.set_content(prometheus::TextSerializer().Serialize(metrics_->registry()->Collect()),
                           "text/plain; version=0.0.4; charset=utf-8");
    });
    server_.Get("/healthz", [](const httplib::Request&, httplib::Response& response) {
      response.set_content("ok\n", "text/plain");
    });
    server_.Get("/readyz", [this](const httplib::Request&, httplib::Response& response) {
      const absl::Status ready = Readiness(model_);
      if (!ready.ok()) return Reply(ready, &response);
      response.set_content("ok\n", "text/plain");
    });
  }

  // What was misspelt would else be answered as if it hadn't been asked.
  static absl::Status CheckParameters(const httplib::Request& request,
                                      const std::vector<std::string>& known) {
    for (const auto& [name, value] : request.params) {
      if (std::find(known.begin(), known.end(), name) != known.end()) continue;
      return base::InvalidArgument(
          fmt::format("{}: no parameter of {}, which takes {}", base::Quoted(name), request.path,
                      known.empty() ? "none" : fmt::format("{}", fmt::join(known, ", "))));
    }
    return absl::OkStatus();
  }

  using Read = std::function<absl::StatusOr<std::string>(const httplib::Request&, size_t limit)>;
  void AddRead(const std::string& path, std::vector<std::string> parameters, Read read) {
    server_.Get(path, [parameters = std::move(parameters), read = std::move(read)](
                          const httplib::Request& request, httplib::Response& response) {
      const absl::Status known = CheckParameters(request, parameters);
      if (!known.ok()) return Reply(known, &response);
      const auto limit = ParseLimit(request.get_param_value("limit"));
      Reply(limit.ok() ? read(request, *limit) : limit.status(), &response);
    });
  }

  // What no handler has answered.
  void AddErrors() {
    server_.set_error_handler([](const httplib::Request& request, httplib::Response& response) {
      if (!response.body.empty()) return;
      const int status = response.status;
      Reply(base::NotFound(fmt::format(
                "{} {}: not here. GET /v1/records, /v1/breaks, /v1/sellers, /v1/sellers/ID, "
                "/v1/status, /metrics, /healthz, /readyz",
                request.method, base::Quoted(request.path))),
            &response);
      response.status = status;
    });
  }

  void AddReads() {
    AddRead("/v1/status", {},
            [this](const httplib::Request&, size_t) { return StatusAnswer(model_); });
    AddRead("/v1/records", {"after", "limit"},
            [this](const httplib::Request& request, size_t limit) {
              return RecordsAnswer(model_, request.get_param_value("after"), limit);
            });
    AddRead("/v1/sellers", {"after", "limit"},
            [this](const httplib::Request& request, size_t limit) {
              return SellersAnswer(model_, request.get_param_value("after"), limit);
            });
    AddRead("/v1/sellers/(.+)", {}, [this](const httplib::Request& request, size_t) {
      return SellerAnswer(model_, request.matches[1].str());
    });
    AddRead("/v1/breaks", {"seller", "after", "limit"},
            [this](const httplib::Request& request, size_t limit) {
              return BreaksAnswer(model_, request.get_param_value("seller"),
                                  request.get_param_value("after"), limit);
            });
  }

  runtime::ReadModel* const model_;
  runtime::Metrics* const metrics_;
  SellerGauges sellers_;
  httplib::Server server_;
  std::thread thread_;
  int port_ = -1;
};

}  // namespace

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(const std::string& listen,
                                                              runtime::ReadModel* model,
                                                              runtime::Metrics* metrics) {
  TIEOUT_ASSIGN_OR_RETURN(const base::HostPort address, ParseAddress(listen));
  auto server = std::make_unique<Server>(model, metrics);
  TIEOUT_RETURN_IF_ERROR(server->Listen(address));
  return server;
}

}  // namespace tieout::query
