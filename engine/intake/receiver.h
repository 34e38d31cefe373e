// What becomes of one webhook, whatever carried it here:
//
//   genuine?  no: 401        known key missing, or the log can't be written: 503, come again
//   its type carries events: appended, 200 once durable
//            is about money, but the pull must complete it; or can't be read: bytes kept, 200
//            moves no money, or isn't known: 200, counted
//   taken before: 200, nothing again
//
// 200 for what can't be read, since sending it again won't help, and a provider that is refused
// for long stops sending. Each outcome is counted (tieout_webhooks_total).
// Thread safety: all.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "connectors/webhook/webhook.h"
#include "engine/intake/writer.h"
#include "engine/runtime/clock.h"
#include "prometheus/counter.h"
#include "prometheus/histogram.h"
#include "prometheus/registry.h"

namespace tieout::intake {

struct Endpoint {
  std::string path;  // "/webhooks/stripe": letters, digits, and /-_.
  const connectors::Webhooks* webhooks = nullptr;
  std::string account;   // whose webhooks come here
  std::string currency;  // what it settles in; empty: several, or unknown
  connectors::Webhooks::Keys keys;
};

enum class Outcome : uint8_t {
  kTaken,
  kKept,        // about money; the pull completes it
  kUnreadable,  // kept too
  kKnown,
  kNoMoney,
  kUnknownType,
  kRefused,  // not signed, or wrongly
  kReplayed,
  kTooLarge,
  kUnavailable,
};
inline constexpr int kOutcomeCount = 10;

struct Answer {
  int status = 200;
  std::string body;
};
inline constexpr int kRetryAfterSeconds = 10;  // of a 503

class Receiver {
 public:
  using Warn = std::function<void(const std::string&)>;  // may be empty
  // All must outlive it. What can't be read is also set aside in `quarantine_directory`, as rows
  // of files are.
  Receiver(std::vector<Endpoint> endpoints, Writer* writer, std::string quarantine_directory,
           runtime::Clock* clock, prometheus::Registry* registry, Warn warn);

  // nullptr: nobody there.
  const Endpoint* EndpointAt(const std::string& path) const;
  const std::vector<Endpoint>& endpoints() const { return endpoints_; }

  Answer Post(const Endpoint& endpoint, const connectors::webhook::Request& request);
  // eBay asks whether an endpoint is ours; nobody else does.
  Answer Challenge(const Endpoint& endpoint, const std::string& code) const;
  void CountTooLarge(const Endpoint& endpoint) { Count(endpoint, Outcome::kTooLarge); }

 private:
  using Counters = std::array<prometheus::Counter*, kOutcomeCount>;

  Answer Receive(const Endpoint& endpoint, const connectors::webhook::Request& request);
  Answer Refuse(const Endpoint& endpoint, const absl::Status& why);
  Answer Keep(const Endpoint& endpoint, const connectors::Webhooks::Told& told, Delivery delivery);
  void SetAside(const Endpoint& endpoint, const connectors::Webhooks::Told& told,
                const Delivery& delivery);
  void SayKept(const Endpoint& endpoint, const connectors::Webhooks::Told& told);
  Answer Acknowledge(const Endpoint& endpoint) const;
  void Count(const Endpoint& endpoint, Outcome outcome);
  void Say(const Endpoint& endpoint, const std::string& text);

  const std::vector<Endpoint> endpoints_;
  Writer* const writer_;
  const std::string quarantine_directory_;
  runtime::Clock* const clock_;
  const Warn warn_;
  std::map<std::string, Counters, std::less<>> counters_;  // by provider
  prometheus::Histogram* seconds_ = nullptr;
  std::mutex warned_mutex_;
  std::map<std::string, int64_t> warned_us_;  // when a path last warned
  std::set<std::string> kept_;                // paths and types that were said to be kept
};

}  // namespace tieout::intake
