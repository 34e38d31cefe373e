#include "tests/fuzz/any_file.h"

#include <fmt/format.h>

#include "connectors/connector.h"
#include "connectors/registry.h"
#include "engine/base/check.h"
#include "tests/fuzz/checking_sink.h"

namespace tieout::connectors {
std::string Trouble(std::string_view name, std::string_view bytes) {
  const Connector* connector = Find(name);
  TIEOUT_CHECK(connector != nullptr);
  Context context;
  context.file_name = "fuzz";
  context.merchant_account = "A1";
  context.currency = "EUR";
  if (name == "sheet") {
    context.profile = TIEOUT_SHEET_MAPPINGS;
    context.profile += bytes.starts_with("Day,") ? "market_day.toml" : "till.toml";
  }
  MemoryInput first(bytes);
  const auto survey = Survey(*connector, first, context);
  if (!survey.ok()) return survey.status().message().empty() ? "refused without a word" : "";
  context.sha256 = std::string(32, 's');
  context.as_of_us = survey->as_of_us;
  MemoryInput second(bytes);
  CheckingSink sink;
  const auto summary = connector->Parse(second, context, sink);
  if (!summary.ok())
    return fmt::format("only the second pass fails: {}", base::Message(summary.status()));
  if (summary->rows != summary->event_rows + summary->no_ops + summary->quarantined) {
    sink.Say(fmt::format("{} rows are {} with events, {} no-ops, {} quarantined", summary->rows,
                         summary->event_rows, summary->no_ops, summary->quarantined));
  }
  if (summary->events != sink.events || summary->no_ops != sink.no_ops ||
      summary->quarantined != sink.quarantined) {
    sink.Say("the summary counts other than it gave");
  }
  if (survey->rows != summary->rows || survey->events != summary->events) {
    sink.Say("the survey counts other than the parse");
  }
  return sink.trouble;
}

}  // namespace tieout::connectors
