// Webhooks into `serve` on loopback at a steady rate: answers' latency, and what is in the log.
//
//   bench/run webhooks [--rate N] [--seconds N] [--connections N] [--reconnect]
//
// Open loop: webhooks are due at fixed times, and a late one counts from when it was due. Stripe's
// charge.succeeded, signed before the start, each its own; the embedded log syncs each append; the
// engine folds meanwhile. Clients, listener and fold share the machine. Afterwards the log is read:
// every charge that was answered 200 must stand there once.
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include "bench/report.h"
#include "connectors/webhook/hmac.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/intake/service.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/metrics.h"

namespace {

using namespace tieout;  // a program of its own
using bench::Must;
using bench::Report;
using SteadyClock = std::chrono::steady_clock;

constexpr char kSecret[] = "whsec_bench";
constexpr char kAccount[] = "acct_bench";

struct Options {
  uint64_t rate = 5'000;
  uint64_t seconds = 10;
  size_t connections = 64;
  bool reconnect = false;  // a connection for each, as proxies do unless told otherwise
};

// As long as Stripe's are.
std::string Body(uint64_t number) {
  return fmt::format(
      R"({{
  "id": "evt_{0:012}", "object": "event", "api_version": "2024-06-20", "created": 1772614792,
  "data": {{ "object": {{
    "id": "ch_{0:012}", "object": "charge", "amount": {1}, "amount_captured": {1},
    "amount_refunded": 0, "application": null, "application_fee": null,
    "balance_transaction": "txn_{0:012}",
    "billing_details": {{ "address": {{ "city": "Lisboa", "country": "PT", "line1": "Rua Nova 1",
      "line2": null, "postal_code": "1000-001", "state": null }},
      "email": "customer{0}@example.com", "name": "A Customer", "phone": null }},
    "calculated_statement_descriptor": "MILL LANE POTTERY", "captured": true,
    "created": 1772614790, "currency": "eur", "customer": "cus_{0:012}", "description": "Order {0}",
    "disputed": false, "fraud_details": {{}}, "livemode": true,
    "metadata": {{ "order_id": "{0}" }},
    "outcome": {{ "network_status": "approved_by_network", "reason": null, "risk_level": "normal",
      "risk_score": 12, "seller_message": "Payment complete.", "type": "authorized" }},
    "paid": true, "payment_intent": "pi_{0:012}", "payment_method": "pm_{0:012}",
    "payment_method_details": {{ "card": {{ "brand": "visa", "country": "PT", "exp_month": 8,
      "exp_year": 2029, "funding": "debit", "last4": "4242", "network": "visa" }},
      "type": "card" }},
    "receipt_url": "https://pay.stripe.com/receipts/payment/{0:064}",
    "refunded": false, "status": "succeeded", "transfer_data": null, "transfer_group": null
  }} }},
  "livemode": true, "pending_webhooks": 1,
  "request": {{ "id": "req_{0:012}", "idempotency_key": "{0:032}" }},
  "type": "charge.succeeded"
}})",
      number, 1'000 + number % 9'000);
}

std::string RequestOf(uint64_t number, const std::string& time) {
  const std::string body = Body(number);
  const std::string signature =
      base::HexEncode(connectors::webhook::HmacSha256(kSecret, {time, ".", body}));
  return fmt::format(
      "POST /webhooks/stripe HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
      "Stripe-Signature: t={},v1={}\r\nContent-Length: {}\r\n\r\n{}",
      time, signature, body.size(), body);
}

// Sends a request and reads its answer's head; true: 200.
class Connection {
 public:
  explicit Connection(int port) : fd_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    TIEOUT_CHECK(::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0);
    const int yes = 1;
    ::setsockopt(fd_, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  ~Connection() { ::close(fd_); }

  bool Ask(const std::string& request) {
    std::string_view rest = request;
    while (!rest.empty()) {
      const ssize_t n = ::send(fd_, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      rest.remove_prefix(static_cast<size_t>(n));
    }
    answer_.clear();
    while (answer_.find("\r\n\r\n") == std::string::npos) {
      char buffer[1024];
      const ssize_t n = ::recv(fd_, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      answer_.append(buffer, static_cast<size_t>(n));
    }
    return answer_.starts_with("HTTP/1.1 200");
  }

 private:
  const int fd_;
  std::string answer_;
};

void DeclareAccount(runtime::Engine& engine) {
  const std::string id = ledger::MakeEventId("stripe", kAccount, "account", "acme");
  ledger::Event event;
  event.event_id = id;
  event.account = {"stripe", kAccount, ""};
  event.occurred_at_us = 1'772'600'000 * base::kMicrosPerSecond;
  event.body = ledger::AccountOpened{.owner = "acme"};
  Must(engine.AppendConfig({&event, 1}));
}

// How many sales stand in the log, and how many of them more than once.
void CountInLog(log::EventLog& log, uint64_t* sales, uint64_t* doubled) {
  std::unordered_map<std::string, int> seen;
  ledger::Event event;
  for (int partition = 0; partition < log.identity().partitions; ++partition) {
    const int64_t end = Must(log.End(log::Stream::kEvents, partition));
    auto reader = Must(log.NewReader(log::Stream::kEvents, partition, 0));
    while (reader->position() < end) {
      for (const auto& entry : Must(reader->Read(4'096, std::chrono::milliseconds(100)))) {
        event.Clear();
        Must(codec::DecodeEvent(entry.value, &event));
        if (event.kind() == ledger::Kind::kSale) ++seen[std::string(event.event_id)];
      }
    }
  }
  *sales = seen.size();
  *doubled = static_cast<uint64_t>(
      std::count_if(seen.begin(), seen.end(), [](const auto& one) { return one.second > 1; }));
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Webhooks on loopback");
  app.add_option("--rate", options.rate);
  app.add_option("--seconds", options.seconds);
  app.add_option("--connections", options.connections);
  app.add_flag("--reconnect", options.reconnect);
  CLI11_PARSE(app, argc, argv);

  runtime::EngineOptions engine_options;
  engine_options.data_dir =
      std::filesystem::absolute(fmt::format("build/bench/webhooks-{}", getpid()));
  auto engine = Must(runtime::Engine::Open(engine_options));
  DeclareAccount(*engine);
  intake::Endpoint endpoint;
  endpoint.path = "/webhooks/stripe";
  endpoint.webhooks = connectors::FindWebhooks("stripe");
  endpoint.account = kAccount;
  endpoint.currency = "EUR";
  endpoint.keys.secrets = {kSecret};
  auto service = Must(intake::Service::Start({.listen = "127.0.0.1:0"}, {endpoint}, engine_options,
                                             &engine->log(), engine->metrics().registry().get()));
  std::atomic<bool> stop = false, ready = false;
  std::thread folding([&] {
    Must(engine->Serve(stop, [&] {
      ready = true;
      return absl::OkStatus();
    }));
  });
  while (!ready) std::this_thread::sleep_for(std::chrono::milliseconds(10));

  const uint64_t count = options.rate * options.seconds;
  const std::string time = std::to_string(std::chrono::duration_cast<std::chrono::seconds>(
                                              std::chrono::system_clock::now().time_since_epoch())
                                              .count());
  std::vector<std::string> requests;
  for (uint64_t i = 0; i < count; ++i) requests.push_back(RequestOf(i, time));
  fmt::print("# {} webhooks of {} bytes at {}/s over {} connections{}, fsync each append\n", count,
             requests[0].size(), options.rate, options.connections,
             options.reconnect ? ", a new one for each" : "");

  const auto start = SteadyClock::now() + std::chrono::milliseconds(200);
  const auto due = [&](uint64_t i) {
    return start + std::chrono::nanoseconds(1'000'000'000 / options.rate * i);
  };
  std::vector<double> latencies_ms(count);
  std::atomic<uint64_t> next = 0, answered = 0;
  std::vector<std::thread> clients;
  for (size_t c = 0; c < options.connections; ++c) {
    clients.emplace_back([&] {
      auto connection = std::make_unique<Connection>(service->port());
      for (uint64_t i = next++; i < count; i = next++) {
        std::this_thread::sleep_until(due(i));
        if (options.reconnect) connection = std::make_unique<Connection>(service->port());
        if (connection->Ask(requests[i])) ++answered;
        latencies_ms[i] =
            std::chrono::duration<double, std::milli>(SteadyClock::now() - due(i)).count();
      }
    });
  }
  for (std::thread& client : clients) client.join();
  const double seconds = std::chrono::duration<double>(SteadyClock::now() - start).count();
  service.reset();
  stop = true;
  folding.join();

  uint64_t sales = 0, doubled = 0;
  CountInLog(engine->log(), &sales, &doubled);
  Report("sent", static_cast<double>(count), "webhooks");
  Report("answered_200", static_cast<double>(answered), "webhooks");
  Report("in_the_log", static_cast<double>(sales), "sales");
  Report("in_the_log_twice", static_cast<double>(doubled), "sales");
  Report("rate", static_cast<double>(answered) / seconds, "webhooks/s");
  bench::ReportPercentiles("", &latencies_ms);
  Report("slowest", latencies_ms.back(), "ms");
  std::filesystem::remove_all(engine_options.data_dir);
  return sales == count && answered == count && doubled == 0 ? 0 : 1;
}
