#include "engine/intake/listener.h"

#include <sys/socket.h>

#include <chrono>
#include <thread>

#include "absl/strings/str_replace.h"
#include "engine/base/host_port.h"
#include "engine/base/text.h"
#include "fmt/format.h"
#include "httplib.h"

namespace tieout::intake {
namespace {

constexpr size_t kThreads = 128;  // requests that wait for one sync together
constexpr int kBacklog = 1024;
constexpr time_t kReadSeconds = 5, kIdleSeconds = 2;
constexpr size_t kRequestsAConnection = 100'000;

absl::StatusOr<base::HostPort> ParseAddress(const std::string& listen) {
  std::optional<base::HostPort> address = base::ParseHostPort(listen);
  if (!address || address->host.empty()) {
    return base::InvalidArgument(fmt::format(
        "webhooks.listen: {} is no address such as \"127.0.0.1:9465\"", base::Quoted(listen)));
  }
  if (address->host.starts_with('[') && address->host.ends_with(']')) {
    address->host = address->host.substr(1, address->host.size() - 2);
  }
  return *std::move(address);
}

class Server : public Listener {
 public:
  Server(uint64_t max_body_bytes, Receiver* receiver) : receiver_(receiver) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server_.set_payload_max_length(max_body_bytes);
    server_.set_read_timeout(kReadSeconds, 0);
    server_.set_keep_alive_timeout(kIdleSeconds);
    server_.set_keep_alive_max_count(kRequestsAConnection);
    server_.set_tcp_nodelay(true);
    // Its default shares the port with any other server that asks.
    server_.set_socket_options([this](socket_t socket) {
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
      socket_ = socket;
    });
    server_.set_exception_handler(
        [](const httplib::Request&, httplib::Response& response, std::exception_ptr) {
          Reply({503, "not now: send it again\n"}, &response);
        });
    for (const Endpoint& endpoint : receiver_->endpoints()) Serve(endpoint);
    // What no handler answered, and the library's own refusals.
    server_.set_error_handler([this](const httplib::Request& request, httplib::Response& response) {
      if (response.status == 404 && response.body.empty()) {
        Reply({404, "no webhooks are expected here\n"}, &response);
      }
      if (response.status != 413) return;
      const Endpoint* const endpoint = receiver_->EndpointAt(request.path);
      if (endpoint != nullptr) receiver_->CountTooLarge(*endpoint);
    });
  }
  ~Server() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  absl::Status Listen(const base::HostPort& address) {
    port_ = address.port == 0
                ? server_.bind_to_any_port(address.host.c_str())
                : (server_.bind_to_port(address.host.c_str(), address.port) ? address.port : -1);
    if (port_ < 0) {
      return base::Unavailable(fmt::format(
          "{}:{}: can't listen for webhooks: is the port taken? webhooks.listen in tieout.toml "
          "names another",
          address.host, address.port));
    }
    ::listen(socket_, kBacklog);  // the library's is 5
    thread_ = std::thread([this] { server_.listen_after_bind(); });
    while (!server_.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return absl::OkStatus();
  }
  int port() const override { return port_; }

 private:
  // Each path by itself: the library compares by regular expressions, whose `.*` would take stack
  // for each byte of whatever path a stranger sends.
  void Serve(const Endpoint& endpoint) {
    const std::string path = absl::StrReplaceAll(endpoint.path, {{".", "\\."}});
    server_.Post(path.c_str(),
                 [this, &endpoint](const httplib::Request& request, httplib::Response& response) {
                   const auto header = [&](std::string_view name) {
                     return request.get_header_value(std::string(name).c_str());
                   };
                   Reply(receiver_->Post(endpoint, {request.body, header}), &response);
                 });
    server_.Get(path.c_str(), [this, &endpoint](const httplib::Request& request,
                                                httplib::Response& response) {
      Reply(receiver_->Challenge(endpoint, request.get_param_value("challenge_code")), &response);
    });
  }
  static void Reply(const Answer& answer, httplib::Response* response) {
    response->status = answer.status;
    response->set_content(answer.body,
                          answer.body.starts_with('{') ? "application/json" : "text/plain");
    if (answer.status == 503) {
      response->set_header("Retry-After", std::to_string(kRetryAfterSeconds));
    }
  }

  Receiver* const receiver_;
  httplib::Server server_;
  socket_t socket_ = -1;
  std::thread thread_;
  int port_ = -1;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Start(const std::string& listen,
                                                          uint64_t max_body_bytes,
                                                          Receiver* receiver) {
  TIEOUT_ASSIGN_OR_RETURN(const base::HostPort address, ParseAddress(listen));
  auto server = std::make_unique<Server>(max_body_bytes, receiver);
  TIEOUT_RETURN_IF_ERROR(server->Listen(address));
  return server;
}

}  // namespace tieout::intake
