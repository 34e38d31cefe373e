#include "tests/crash/judge.h"

#include "engine/audit/verify.h"
#include "fmt/format.h"

namespace tieout::crash {

std::string Judge(const runtime::Outcome& expected, log::EventLog* log, store::StateStore* states) {
  const std::string difference =
      runtime::FirstDifference(expected, runtime::OutcomeOf(log, states));
  if (!difference.empty()) return difference;
  audit::VerifyOptions options;
  options.store = states;
  const auto report = audit::Verify(*log, options);
  if (!report.ok()) return "verify: " + report.status().ToString();
  if (!report->findings.empty()) return "verify: " + report->findings.front();
  const int partitions = log->identity().partitions;
  if (report->stores != partitions || report->records == 0 || report->dead_letters == 0) {
    return fmt::format("verify compared {} stores of {}, {} records, {} dead letters",
                       report->stores, partitions, report->records, report->dead_letters);
  }
  return "";
}

}  // namespace tieout::crash
