// An engine and its webhooks on a port of its own, and what is in its log.
#pragma once

#include <atomic>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "engine/intake/service.h"
#include "engine/runtime/engine.h"
#include "tests/engine/log/support/folder.h"
#include "tests/engine/log/support/forwarding_log.h"

namespace tieout::intake {

// 2026-03-06T12:00:00Z
inline constexpr int64_t kNowSeconds = 1'772'798'400;

// A log whose appends fail on purpose.
class FailingLog : public log::ForwardingLog {
 public:
  using ForwardingLog::ForwardingLog;
  void Fail(bool fails) { fails_ = fails; }
  absl::Status Append(std::span<const log::Entry> entries) override {
    if (fails_) return base::Unavailable("the disk is full");
    return ForwardingLog::Append(entries);
  }

 private:
  std::atomic<bool> fails_ = false;
};

class Served {
 public:
  // Declares each endpoint's account for seller "S1"; `unowned`: does not.
  explicit Served(std::vector<Endpoint> endpoints, bool unowned = false);

  absl::Status status() const { return status_; }
  int port() const { return service_->port(); }
  runtime::Engine& engine() { return *engine_; }
  runtime::ManualClock& clock() { return clock_; }
  FailingLog& log() { return *log_; }
  const std::string& data() const { return folder_.path(); }
  const std::vector<std::string>& warnings() const { return warnings_; }
  // Stops listening, so that nothing is on its way any more.
  void Stop() { service_.reset(); }

  // How often each event id stands in the log, configuration and ticks apart.
  std::map<std::string, int> EventIds();
  // Content hashes of each id that is no amendment; one each: no conflict.
  std::map<std::string, std::set<uint64_t>> Contents();
  // "tieout_webhooks_total" of an outcome, all providers together.
  double Counted(const std::string& outcome);
  // A file's content ingested as a file of that name.
  runtime::FileReport Ingest(const std::string& name, const std::string& content,
                             const std::string& account);

 private:
  log::Folder folder_;
  runtime::ManualClock clock_{kNowSeconds * base::kMicrosPerSecond};
  std::vector<std::string> warnings_;
  std::unique_ptr<runtime::Engine> engine_;
  std::unique_ptr<FailingLog> log_;
  std::unique_ptr<Service> service_;
  absl::Status status_;
};

Endpoint EndpointOf(const std::string& provider, const std::string& account,
                    const std::string& currency, std::vector<std::string> secrets);

// By HTTP; `headers` besides.
struct Answered {
  int status = 0;
  std::string body, retry_after;
};
using Headers = std::map<std::string, std::string>;
Answered PostTo(int port, const std::string& path, const std::string& body, const Headers& headers);

Answered Get(int port, const std::string& path);

// Signed as Stripe does, at a time.
Headers StripeHeaders(const std::string& body, const std::string& secret,
                      int64_t seconds = kNowSeconds);

}  // namespace tieout::intake
