// What a connector makes of a file: its events as JSON lines, then what was quarantined, noted and
// counted. For whoever writes a connector; nothing is stored anywhere.
#include <fmt/format.h>

#include <string_view>

#include "connectors/registry.h"
#include "engine/codec/codec.h"

namespace {

using tieout::connectors::Context;

class Printer : public tieout::connectors::Sink {
 public:
  explicit Printer(bool quiet) : quiet_(quiet) {}
  absl::Status OnEvent(const tieout::ledger::Event& event) override {
    if (quiet_) return absl::OkStatus();
    const auto json = tieout::codec::EventToJson(tieout::codec::EncodeEvent(event));
    if (!json.ok()) return json.status();
    fmt::print("{}\n", *json);
    return absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t line, std::string_view why) override {
    fmt::print("no-op {}: {}\n", line, why);
    return absl::OkStatus();
  }
  absl::Status OnQuarantined(const tieout::connectors::Quarantined& row) override {
    fmt::print("quarantined {}\n  {}\n", row.Message(), row.raw.substr(0, 200));
    return absl::OkStatus();
  }

 private:
  const bool quiet_;
};

absl::Status Dump(const std::string& path, Context context, bool quiet) {
  namespace connectors = tieout::connectors;
  context.file_name = path;
  std::string head(connectors::kDetectBytes, '\0');
  TIEOUT_ASSIGN_OR_RETURN(auto peek, connectors::OpenFile(path));
  size_t size = 0;
  while (size < head.size()) {
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, peek->Read(head.data() + size, head.size() - size));
    if (n == 0) break;
    size += n;
  }
  head.resize(size);
  const connectors::Connector* connector = nullptr;
  if (!context.profile.empty() && context.profile != "payout_reconciliation") {
    connector = connectors::Find("bank_csv");
  } else {
    TIEOUT_ASSIGN_OR_RETURN(connector, connectors::Detect(path, head));
  }
  TIEOUT_ASSIGN_OR_RETURN(auto first, connectors::OpenFile(path));
  TIEOUT_ASSIGN_OR_RETURN(const auto survey, connectors::Survey(*connector, *first, context));
  context.as_of_us = survey.as_of_us;
  TIEOUT_ASSIGN_OR_RETURN(auto second, connectors::OpenFile(path));
  Printer printer(quiet);
  TIEOUT_ASSIGN_OR_RETURN(const auto summary, connector->Parse(*second, context, printer));
  fmt::print("{}: {} rows, {} events, {} no-ops, {} quarantined\n", connector->name(), summary.rows,
             summary.events, summary.no_ops, summary.quarantined);
  for (const auto& account : summary.accounts) {
    const auto money = [&](auto value) {
      return value.has_value() ? tieout::ledger::FormatAmount(
                                     static_cast<tieout::ledger::Minor>(*value), account.currency)
                               : std::string("-");
    };
    fmt::print("  {}/{} {}: {} rows, total {}, stated {}, opening {}, closing {}, {} .. {} {}\n",
               account.provider, account.merchant_account, account.currency, account.rows,
               tieout::ledger::FormatAmount(static_cast<tieout::ledger::Minor>(account.total),
                                            account.currency),
               money(account.stated_total), money(account.opening), money(account.closing),
               tieout::base::FormatInstant(account.coverage_from_us),
               tieout::base::FormatInstant(account.coverage_to_us), account.sequence);
  }
  for (const auto& note : summary.notes) {
    fmt::print("  note line {}: {} {}\n", note.line, note.code, note.text);
  }
  return absl::OkStatus();
}

}  // namespace

int main(int argc, char** argv) {
  Context context;
  std::string path;
  bool quiet = false;
  for (int i = 1; i < argc; ++i) {
    const std::string_view arg = argv[i];
    const std::string value = i + 1 < argc ? argv[i + 1] : "";
    if (arg == "--quiet") {
      quiet = true;
    } else if (arg == "--account") {
      context.merchant_account = value, ++i;
    } else if (arg == "--currency") {
      context.currency = value, ++i;
    } else if (arg == "--zone") {
      context.time_zone = value, ++i;
    } else if (arg == "--profile") {
      context.profile = value, ++i;
    } else {
      path = arg;
    }
  }
  if (const absl::Status status = Dump(path, context, quiet); !status.ok()) {
    fmt::print(stderr, "{}\n", tieout::base::Message(status));
    return 1;
  }
  return 0;
}
