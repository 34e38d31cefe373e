#include "tests/engine/intake/served.h"

#include <fstream>

#include "connectors/webhook/hmac.h"
#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/runtime/metrics.h"
#include "fmt/format.h"
#include "httplib.h"

namespace tieout::intake {
namespace {

void Declare(runtime::Engine& engine, std::string_view provider, std::string_view account) {
  const std::string id = ledger::MakeEventId(provider, account, "account", "S1");
  ledger::Event event;
  event.event_id = id;
  event.account = {provider, account, ""};
  event.occurred_at_us = kNowSeconds * base::kMicrosPerSecond;
  event.body = ledger::AccountOpened{.owner = "S1"};
  TIEOUT_CHECK(engine.AppendConfig({&event, 1}).ok());
}

template <typename Visit>
void ForEachEvent(log::EventLog& log, const Visit& visit) {
  ledger::Event event;
  for (int partition = 0; partition < log.identity().partitions; ++partition) {
    const int64_t end = log.End(log::Stream::kEvents, partition).value();
    auto reader = log.NewReader(log::Stream::kEvents, partition, 0).value();
    while (reader->position() < end) {
      for (const log::Stored& entry : reader->Read(4096, std::chrono::milliseconds(100)).value()) {
        event.Clear();
        TIEOUT_CHECK(codec::DecodeEvent(entry.value, &event).ok());
        if (!entry.key.empty()) visit(event);
      }
    }
  }
}

}  // namespace

Served::Served(std::vector<Endpoint> endpoints, bool unowned) {
  runtime::EngineOptions options;
  options.data_dir = folder_.path();
  options.memory_store = true;
  options.partitions = 2;
  options.clock = &clock_;
  options.warn = [this](const std::string& text) { warnings_.push_back(text); };
  engine_ = runtime::Engine::Open(options).value();
  for (const Endpoint& endpoint : endpoints) {
    if (!unowned) Declare(*engine_, endpoint.webhooks->provider(), endpoint.account);
  }
  log_ = std::make_unique<FailingLog>(&engine_->log());
  auto service =
      Service::Start({.listen = "127.0.0.1:0", .max_body_bytes = 64 << 10}, std::move(endpoints),
                     options, log_.get(), engine_->metrics().registry().get());
  status_ = service.status();
  if (service.ok()) service_ = *std::move(service);
}

std::map<std::string, int> Served::EventIds() {
  std::map<std::string, int> ids;
  ForEachEvent(engine_->log(),
               [&](const ledger::Event& event) { ++ids[std::string(event.event_id)]; });
  return ids;
}

std::map<std::string, std::set<uint64_t>> Served::Contents() {
  std::map<std::string, std::set<uint64_t>> contents;
  ForEachEvent(engine_->log(), [&](const ledger::Event& event) {
    if (event.kind() == ledger::Kind::kAmendment || event.kind() == ledger::Kind::kSourceReport) {
      return;
    }
    contents[std::string(event.event_id)].insert(ledger::ContentHash(event));
  });
  return contents;
}

double Served::Counted(const std::string& outcome) {
  double sum = 0;
  for (const auto& family : engine_->metrics().registry()->Collect()) {
    if (family.name != "tieout_webhooks_total") continue;
    for (const auto& metric : family.metric) {
      for (const auto& label : metric.label) {
        if (label.name == "outcome" && label.value == outcome) sum += metric.counter.value;
      }
    }
  }
  return sum;
}

runtime::FileReport Served::Ingest(const std::string& name, const std::string& content,
                                   const std::string& account) {
  const std::string path = folder_.path() + "/" + name;
  std::ofstream(path, std::ios::binary) << content;
  runtime::IngestRequest request;
  request.files = {path};
  request.hints.seller = "S1";
  request.hints.connector_options["account"] = account;
  return engine_->Ingest(request).value().files.at(0);
}

Endpoint EndpointOf(const std::string& provider, const std::string& account,
                    const std::string& currency, std::vector<std::string> secrets) {
  Endpoint endpoint;
  endpoint.path = "/webhooks/" + provider;
  endpoint.webhooks = connectors::FindWebhooks(provider);
  TIEOUT_CHECK(endpoint.webhooks != nullptr);
  endpoint.account = account;
  endpoint.currency = currency;
  endpoint.keys.secrets = std::move(secrets);
  return endpoint;
}

Answered PostTo(int port, const std::string& path, const std::string& body,
                const Headers& headers) {
  httplib::Client client("127.0.0.1", port);
  const auto result = client.Post(path.c_str(), httplib::Headers(headers.begin(), headers.end()),
                                  body, "application/json");
  TIEOUT_CHECK(result != nullptr);
  return {result->status, result->body, result->get_header_value("Retry-After")};
}

Answered Get(int port, const std::string& path) {
  httplib::Client client("127.0.0.1", port);
  const auto result = client.Get(path.c_str());
  TIEOUT_CHECK(result != nullptr);
  return {result->status, result->body, ""};
}

Headers StripeHeaders(const std::string& body, const std::string& secret, int64_t seconds) {
  const std::string time = std::to_string(seconds);
  return {{"Stripe-Signature", fmt::format("t={},v1={}", time,
                                           base::HexEncode(connectors::webhook::HmacSha256(
                                               secret, {time, ".", body})))}};
}

}  // namespace tieout::intake
