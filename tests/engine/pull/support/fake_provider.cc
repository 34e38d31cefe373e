#include "tests/engine/pull/support/fake_provider.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <thread>

#include "httplib.h"

namespace tieout::pull {

struct FakeProvider::State {
  Handler handler;
  httplib::Server server;
  int port = 0;
  std::thread thread;
  mutable std::mutex mutex;
  std::vector<std::string> requests;
  std::vector<Fault> faults;
  std::string last_body;

  std::optional<Fault> TakeFault(const std::string& target) {
    for (Fault& fault : faults) {
      if (fault.times == 0 || target.find(fault.on) == std::string::npos) continue;
      if (fault.skip > 0) {
        --fault.skip;
        continue;
      }
      --fault.times;
      return fault;
    }
    return std::nullopt;
  }

  void Answer(const httplib::Request& http, httplib::Response& out) {
    const std::lock_guard lock(mutex);
    Request request;
    request.path = http.path;
    request.target = http.target;
    request.form = http.body;
    for (const auto& [name, value] : http.params) request.parameters[name] = value;
    for (const auto& [name, value] : http.headers) request.headers[name] = value;
    requests.push_back(request.target);
    const std::optional<Fault> fault = TakeFault(request.target);
    if (fault && fault->status != 0) {
      out.status = fault->status;
      if (!fault->retry_after.empty()) out.set_header("Retry-After", fault->retry_after);
      out.set_content(fault->body, "application/json");
      return;
    }
    Reply reply = fault && fault->repeat ? Reply{.body = last_body} : handler(request);
    last_body = reply.body;
    out.status = reply.status;
    if (!reply.link.empty()) out.set_header("Link", reply.link);
    if (fault && !fault->repeat) {
      out.set_content_provider(reply.body.size(), "application/json",
                               [body = reply.body](size_t at, size_t, httplib::DataSink& sink) {
                                 if (at > 0) return false;
                                 return sink.write(body.data(), body.size() / 2);
                               });
      return;
    }
    if (reply.status != 204) out.set_content(reply.body, "application/json");
  }
};

FakeProvider::FakeProvider(Handler handler) : state_(std::make_unique<State>()) {
  state_->handler = std::move(handler);
  const auto answer = [state = state_.get()](const httplib::Request& request,
                                             httplib::Response& response) {
    state->Answer(request, response);
  };
  state_->server.set_tcp_nodelay(true);
  state_->server.Get(".*", answer);
  state_->server.Post(".*", answer);
  state_->port = state_->server.bind_to_any_port("127.0.0.1");
  state_->thread = std::thread([this] { state_->server.listen_after_bind(); });
  while (!state_->server.is_running()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
}

FakeProvider::~FakeProvider() {
  state_->server.stop();
  state_->thread.join();
}

std::string FakeProvider::url() const { return "http://127.0.0.1:" + std::to_string(state_->port); }

void FakeProvider::Fail(Fault fault) {
  const std::lock_guard lock(state_->mutex);
  state_->faults.push_back(std::move(fault));
}

void FakeProvider::Heal() {
  const std::lock_guard lock(state_->mutex);
  state_->faults.clear();
}

std::vector<std::string> FakeProvider::requests() const {
  const std::lock_guard lock(state_->mutex);
  return state_->requests;
}

size_t FakeProvider::Count(const std::string& in_target) const {
  const std::vector<std::string> all = requests();
  return static_cast<size_t>(std::count_if(all.begin(), all.end(), [&](const std::string& target) {
    return target.find(in_target) != std::string::npos;
  }));
}

bool FakeProvider::AwaitRequests(size_t count) const {
  for (int i = 0; i < 1000; ++i) {
    if (requests().size() >= count) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

}  // namespace tieout::pull
