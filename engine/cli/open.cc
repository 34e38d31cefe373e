#include "engine/cli/open.h"

#include <filesystem>

#include "absl/strings/str_join.h"
#include "engine/base/text.h"
#include "engine/cli/suggest.h"
#include "engine/runtime/open_log.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

constexpr size_t kReadAtOnce = 4096;

absl::Status CheckLogIsThere(const Context& context) {
  const runtime::EngineOptions& options = context.config.engine;
  if (!options.brokers.empty()) return absl::OkStatus();
  std::error_code error;
  if (std::filesystem::exists(options.data_dir, error)) return absl::OkStatus();
  return base::NotFound(
      fmt::format("{}: no such directory, so there is no log to read. {} begins one; --data names "
                  "another",
                  options.data_dir, context.Next("ingest FILE")));
}

}  // namespace

absl::StatusOr<log::KafkaOptions> KafkaOf(const Context& context) {
  const runtime::EngineOptions& engine = context.config.engine;
  if (engine.brokers.empty()) {
    return base::FailedPrecondition(
        "this is Kafka's: name the cluster with --brokers HOST:PORT, or brokers = \"…\" in "
        "tieout.toml. (Without brokers the log is in --data, and needs no topics or groups.)");
  }
  return runtime::KafkaOptionsOf(engine);
}

absl::StatusOr<std::unique_ptr<runtime::Engine>> OpenEngine(Context& context) {
  return runtime::Engine::Open(context.config.engine);
}

absl::StatusOr<std::unique_ptr<runtime::ReadModel>> OpenView(Context& context) {
  TIEOUT_RETURN_IF_ERROR(CheckLogIsThere(context));
  Progress progress("folding", "events", context.err_terminal, context.err);
  return runtime::OpenView(context.config.engine, [&](const runtime::RunProgress& now) {
    progress.Update(now.events, now.events + now.events_left);
  });
}

absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLog(Context& context) {
  TIEOUT_RETURN_IF_ERROR(CheckLogIsThere(context));
  return runtime::OpenLogForReading(context.config.engine);
}

absl::StatusOr<runtime::RunReport> RunToEnd(Context& context, runtime::Engine& engine) {
  Progress progress("folding", "events", context.err_terminal, context.err);
  runtime::RunRequest request;
  request.progress = [&](const runtime::RunProgress& now) {
    progress.Update(now.events, now.events + now.events_left);
  };
  return engine.RunToEnd(request);
}

absl::Status ForEachEntry(
    Context& context, log::EventLog& log, log::Stream stream, const std::string& unit,
    const std::function<absl::Status(int partition, const log::Stored&)>& visit) {
  Progress progress("reading", unit, context.err_terminal, context.err);
  const int partitions = log.identity().partitions;
  uint64_t total = 0;
  std::vector<int64_t> ends;
  for (int partition = 0; partition < partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log.End(stream, partition));
    ends.push_back(end);
    total += static_cast<uint64_t>(end);
  }
  uint64_t done = 0;
  for (int partition = 0; partition < partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(auto reader, log.NewReader(stream, partition, 0));
    while (reader->position() < ends[partition]) {
      TIEOUT_ASSIGN_OR_RETURN(const auto entries,
                              reader->Read(kReadAtOnce, std::chrono::milliseconds(1000)));
      for (const log::Stored& entry : entries) {
        if (entry.position >= ends[partition]) break;
        TIEOUT_RETURN_IF_ERROR(visit(partition, entry));
      }
      done += entries.size();
      progress.Update(done, total);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<ledger::SellerProjection>> ProjectAll(runtime::ReadModel& view) {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> homes, view.Homes());
  std::vector<ledger::SellerProjection> sellers;
  sellers.reserve(homes.size());
  for (const std::string& home : homes) {
    TIEOUT_ASSIGN_OR_RETURN(ledger::SellerProjection seller, view.Project(home));
    sellers.push_back(std::move(seller));
  }
  return sellers;
}

absl::StatusOr<ledger::SellerProjection> ProjectOne(const Context& context,
                                                    runtime::ReadModel& view,
                                                    const std::string& id) {
  absl::StatusOr<ledger::SellerProjection> seller = view.Project(id);
  if (!absl::IsNotFound(seller.status())) return seller;
  TIEOUT_ASSIGN_OR_RETURN(std::vector<std::string> homes, view.Homes());
  const std::string hint = DidYouMean(id, homes);
  if (homes.size() > 8) homes.resize(8);
  return base::NotFound(fmt::format("no seller {} in this log{}{}", base::Quoted(id), hint,
                                    homes.empty()
                                        ? "; it has none yet: " + context.Next("ingest FILE")
                                        : "; known: " + absl::StrJoin(homes, ", ")));
}

}  // namespace tieout::cli
