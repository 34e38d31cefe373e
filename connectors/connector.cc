#include "connectors/connector.h"

#include <fmt/format.h>

#include "engine/base/hash.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

class NullSink : public Sink {
 public:
  absl::Status OnEvent(const ledger::Event&) override { return absl::OkStatus(); }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const Quarantined&) override { return absl::OkStatus(); }
};

}  // namespace

std::string Quarantined::Message() const {
  if (field.empty()) return fmt::format("{}:{}: {}", file, line, reason);
  return fmt::format("{}:{}: {} {}: {}", file, line, field, base::Quoted(value), reason);
}

absl::StatusOr<Summary> Survey(const Connector& connector, InputStream& in, Context context) {
  context.sha256.clear();
  NullSink sink;
  return connector.Parse(in, context, sink);
}

absl::StatusOr<ledger::Event> SourceReportOf(const Connector& connector, const Context& context,
                                             const Summary& summary, const AccountSummary& account,
                                             ledger::SourceReport::Phase phase, std::string* id) {
  using Phase = ledger::SourceReport::Phase;
  const bool closed = phase == Phase::kClosed;
  *id = ledger::MakeEventId(account.provider, account.merchant_account,
                            fmt::format("{}.{}", account.currency, base::HexEncode(context.sha256)),
                            closed ? "closed" : "opened");
  ledger::SourceReport report;
  report.phase = phase;
  report.coverage_from_us = account.coverage_from_us;
  report.coverage_to_us = account.coverage_to_us;
  report.sequence = account.sequence;
  if (closed) {
    const auto total = ledger::Narrow(account.total);
    if (!total.has_value()) {
      return base::OutOfRange(fmt::format("{}: the sum of its {} amounts is beyond 64 bits",
                                          context.file_name, account.currency));
    }
    report.rows = account.rows;
    report.events = account.events;
    report.quarantined = summary.quarantined;
    report.total = *total;
    report.opening = account.opening;
    report.closing = account.closing;
    if (account.stated_total.has_value())
      report.stated_total = ledger::Narrow(*account.stated_total);
  }
  ledger::Event event;
  event.event_id = *id;
  event.account = {account.provider, account.merchant_account, account.currency};
  event.source = {.connector = connector.name(),
                  .sha256 = context.sha256,
                  .name = context.file_name,
                  .as_of_us = context.as_of_us};
  event.occurred_at_us = context.as_of_us;
  event.body = report;
  return event;
}

}  // namespace tieout::connectors
