#include "engine/intake/receiver.h"

#include <algorithm>
#include <utility>

#include "engine/base/text.h"
#include "engine/codec/codec.h"
#include "engine/runtime/metrics.h"
#include "engine/runtime/quarantine.h"
#include "fmt/format.h"

namespace tieout::intake {
namespace {

using connectors::Webhooks;

constexpr size_t kMostKeptSaid = 256;
constexpr int64_t kQuietUs = 60 * base::kMicrosPerSecond;  // between two warnings of one path

// The label, in the order of the enum.
constexpr std::array<std::string_view, kOutcomeCount> kNames = {
    "taken",        "kept",    "unreadable", "known",     "no_money",
    "unknown_type", "refused", "replayed",   "too_large", "unavailable"};

class EncodingSink : public connectors::Sink {
 public:
  explicit EncodingSink(std::vector<std::string>* events) : events_(events) {}
  absl::Status OnEvent(const ledger::Event& event) override {
    events_->push_back(codec::EncodeEvent(event));
    return absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const connectors::Quarantined&) override { return absl::OkStatus(); }

 private:
  std::vector<std::string>* const events_;
};

Outcome OutcomeOf(Webhooks::Became became) {
  switch (became) {
    case Webhooks::Became::kEvents:
      return Outcome::kTaken;
    case Webhooks::Became::kKept:
      return Outcome::kKept;
    case Webhooks::Became::kNoMoney:
      return Outcome::kNoMoney;
    case Webhooks::Became::kUnknown:
      return Outcome::kUnknownType;
    case Webhooks::Became::kUnreadable:
      break;
  }
  return Outcome::kUnreadable;
}

}  // namespace

Receiver::Receiver(std::vector<Endpoint> endpoints, Writer* writer,
                   std::string quarantine_directory, runtime::Clock* clock,
                   prometheus::Registry* registry, Warn warn)
    : endpoints_(std::move(endpoints)),
      writer_(writer),
      quarantine_directory_(std::move(quarantine_directory)),
      clock_(clock),
      warn_(std::move(warn)) {
  auto& counters = prometheus::BuildCounter()
                       .Name("tieout_webhooks_total")
                       .Help("Webhooks received, by provider and outcome.")
                       .Register(*registry);
  for (const Endpoint& endpoint : endpoints_) {
    Counters& of_provider = counters_[std::string(endpoint.webhooks->provider())];
    for (size_t i = 0; i < kNames.size(); ++i) {
      of_provider[i] = &counters.Add({{"provider", std::string(endpoint.webhooks->provider())},
                                      {"outcome", std::string(kNames[i])}});
    }
  }
  seconds_ = &prometheus::BuildHistogram()
                  .Name("tieout_webhook_seconds")
                  .Help("From a webhook's last byte to its answer, durable where it is taken.")
                  .Register(*registry)
                  .Add({}, prometheus::Histogram::BucketBoundaries{0.001, 0.002, 0.005, 0.01, 0.02,
                                                                   0.05, 0.1, 0.5, 1, 5});
}

const Endpoint* Receiver::EndpointAt(const std::string& path) const {
  const auto found = std::find_if(endpoints_.begin(), endpoints_.end(),
                                  [&](const Endpoint& e) { return e.path == path; });
  return found == endpoints_.end() ? nullptr : &*found;
}

Answer Receiver::Post(const Endpoint& endpoint, const connectors::webhook::Request& request) {
  const runtime::Stopwatch stopwatch(seconds_);
  return Receive(endpoint, request);
}

Answer Receiver::Receive(const Endpoint& endpoint, const connectors::webhook::Request& request) {
  const absl::Status genuine =
      endpoint.webhooks->Check(request, endpoint.keys, clock_->NowMicros());
  if (!genuine.ok()) return Refuse(endpoint, genuine);
  Delivery delivery;
  delivery.bytes = request.body;
  delivery.sha256 = base::Sha256(request.body).view();
  connectors::Context context;
  context.file_name = fmt::format("{} webhook", endpoint.webhooks->provider());
  context.sha256 = delivery.sha256;
  context.merchant_account = endpoint.account;
  context.currency = endpoint.currency;
  EncodingSink sink(&delivery.events);
  const absl::StatusOr<Webhooks::Told> told = endpoint.webhooks->Read(request, context, sink);
  if (!told.ok()) {  // the whole can't be read
    delivery.events.clear();
    Webhooks::Told unread;
    unread.became = Webhooks::Became::kUnreadable;
    unread.why = base::Message(told.status());
    return Keep(endpoint, unread, std::move(delivery));
  }
  if (told->became == Webhooks::Became::kNoMoney || told->became == Webhooks::Became::kUnknown) {
    Count(endpoint, OutcomeOf(told->became));
    return Acknowledge(endpoint);
  }
  return Keep(endpoint, *told, std::move(delivery));
}

Answer Receiver::Keep(const Endpoint& endpoint, const Webhooks::Told& told, Delivery delivery) {
  delivery.key = fmt::format("{} {}", endpoint.path, told.id.empty() ? delivery.sha256 : told.id);
  const absl::StatusOr<Written> written = writer_->Write(&delivery);
  if (!written.ok()) return Refuse(endpoint, base::Unavailable(base::Message(written.status())));
  const bool known = *written == Written::kKnown;
  Count(endpoint, known ? Outcome::kKnown : OutcomeOf(told.became));
  if (!known && told.became == Webhooks::Became::kUnreadable) SetAside(endpoint, told, delivery);
  if (!known && told.became == Webhooks::Became::kKept) SayKept(endpoint, told);
  return Acknowledge(endpoint);
}

void Receiver::SetAside(const Endpoint& endpoint, const Webhooks::Told& told,
                        const Delivery& delivery) {
  const std::string name = fmt::format("{} webhook {}", endpoint.webhooks->provider(), told.id);
  runtime::Quarantine quarantine(quarantine_directory_, base::HexEncode(delivery.sha256));
  absl::Status status = quarantine.Add({.file = name,
                                        .line = 1,
                                        .field = "type",
                                        .value = told.type,
                                        .reason = told.why,
                                        .raw = delivery.bytes.substr(0, connectors::kRawKept)});
  if (status.ok()) status = quarantine.Close();
  Say(endpoint, fmt::format("{} {} can't be read: {}; set aside in {}", base::Quoted(told.type),
                            base::Quoted(told.id), told.why,
                            status.ok() ? quarantine.path() : base::Message(status)));
}

// Once for each type: it may be all that comes here.
void Receiver::SayKept(const Endpoint& endpoint, const Webhooks::Told& told) {
  {
    std::lock_guard lock(warned_mutex_);
    if (kept_.size() >= kMostKeptSaid) return;
    if (!kept_.insert(fmt::format("{} {}", endpoint.path, told.type)).second) return;
  }
  if (warn_) {
    warn_(fmt::format("{}: {} is kept, and taken in with the next pull or report: {}",
                      endpoint.path, base::Quoted(told.type), told.why));
  }
}

Answer Receiver::Refuse(const Endpoint& endpoint, const absl::Status& why) {
  if (why.code() == absl::StatusCode::kUnauthenticated || absl::IsOutOfRange(why)) {
    Count(endpoint, absl::IsOutOfRange(why) ? Outcome::kReplayed : Outcome::kRefused);
    Say(endpoint, "refused: " + base::Message(why));
    return {401, base::Message(why) + "\n"};
  }
  // Whoever sent it needn't know what is wrong here.
  Count(endpoint, Outcome::kUnavailable);
  Say(endpoint, "not taken: " + base::Message(why));
  return {503, "not now: send it again\n"};
}

Answer Receiver::Challenge(const Endpoint& endpoint, const std::string& code) const {
  if (endpoint.webhooks->provider() != "ebay" || code.empty()) return {404, "POST webhooks here\n"};
  return {200, fmt::format(R"({{"challengeResponse":"{}"}})",
                           connectors::webhook::EbayChallengeResponse(
                               code, endpoint.keys.secrets.front(), endpoint.keys.url))};
}

Answer Receiver::Acknowledge(const Endpoint& endpoint) const {
  return {200, std::string(endpoint.webhooks->acknowledgement())};
}

void Receiver::Count(const Endpoint& endpoint, Outcome outcome) {
  counters_.find(endpoint.webhooks->provider())->second[static_cast<size_t>(outcome)]->Increment();
}

// Anybody can send what is refused: once a minute says it.
void Receiver::Say(const Endpoint& endpoint, const std::string& text) {
  if (!warn_) return;
  const int64_t now = clock_->NowMicros();
  {
    std::lock_guard lock(warned_mutex_);
    const auto [last, is_first] = warned_us_.try_emplace(endpoint.path, now);
    if (!is_first && now - last->second < kQuietUs) return;
    last->second = now;
  }
  warn_(fmt::format("{}: {}", endpoint.path, text));
}

}  // namespace tieout::intake
