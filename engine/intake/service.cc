#include "engine/intake/service.h"

#include <utility>

#include "engine/intake/listener.h"
#include "engine/runtime/log_index.h"
#include "engine/runtime/open_log.h"
#include "fmt/format.h"

namespace tieout::intake {
namespace {

class Running : public Service {
 public:
  Running(std::unique_ptr<Writer> writer, std::vector<Endpoint> endpoints,
          const runtime::EngineOptions& engine, prometheus::Registry* registry)
      : writer_(std::move(writer)),
        receiver_(std::move(endpoints), writer_.get(), engine.data_dir + "/quarantine",
                  engine.clock, registry, engine.warn) {}

  absl::Status Listen(const Options& options) {
    TIEOUT_ASSIGN_OR_RETURN(listener_,
                            Listener::Start(options.listen, options.max_body_bytes, &receiver_));
    return absl::OkStatus();
  }
  int port() const override { return listener_->port(); }

 private:
  const std::unique_ptr<Writer> writer_;
  Receiver receiver_;
  std::unique_ptr<Listener> listener_;  // gone first
};

absl::Status CheckOwner(const Endpoint& endpoint, const matching::AccountDirectory& accounts,
                        int64_t now_us) {
  const ledger::AccountRef account{endpoint.webhooks->provider(), endpoint.account, ""};
  if (!accounts.OwnerOn(account, base::DayOf(now_us)).empty()) return absl::OkStatus();
  const std::string name = fmt::format("{}/{}", account.provider, account.merchant_account);
  return base::FailedPrecondition(
      fmt::format("{}: nobody has said whose account {} is: name its owner in tieout.toml:\n"
                  "  [accounts.\"{}\"]\n  seller = \"...\"",
                  endpoint.path, name, name));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Service>> Service::Start(const Options& options,
                                                        std::vector<Endpoint> endpoints,
                                                        const runtime::EngineOptions& engine,
                                                        log::EventLog* log,
                                                        prometheus::Registry* registry) {
  // Read before the index, so that no account falls between the two.
  TIEOUT_ASSIGN_OR_RETURN(const int64_t accounts_from, log->End(log::Stream::kEvents, 0));
  runtime::LogIndex index(log, runtime::PositionsDirectory(engine) + "/index");
  TIEOUT_RETURN_IF_ERROR(index.Refresh());
  TIEOUT_RETURN_IF_ERROR(index.Save());
  for (const Endpoint& endpoint : endpoints) {
    TIEOUT_RETURN_IF_ERROR(CheckOwner(endpoint, index.accounts(), engine.clock->NowMicros()));
  }
  TIEOUT_ASSIGN_OR_RETURN(auto writer, Writer::Start(log, index.accounts(), accounts_from,
                                                     engine.data_dir + "/sources"));
  auto service =
      std::make_unique<Running>(std::move(writer), std::move(endpoints), engine, registry);
  TIEOUT_RETURN_IF_ERROR(service->Listen(options));
  return service;
}

}  // namespace tieout::intake
