#include "tests/engine/pull/support/pulling.h"

#include <algorithm>
#include <filesystem>

#include "engine/base/temporary_folder.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::pull {

EngineUnderTest::EngineUnderTest(const std::string& name, const std::string& connector,
                                 const std::string& account, int64_t now_us)
    : connector_(connector), account_(account), clock_(now_us) {
  options_.data_dir = runtime::FreshDirectory(name);
  options_.partitions = 1;
  options_.fsync = "never";
  options_.clock = &clock_;
  engine_ = runtime::Engine::Open(options_).value();
}

absl::StatusOr<std::vector<runtime::PulledSource>> EngineUnderTest::Pulled(std::string_view name) {
  return engine_->Pulled(name);
}

absl::Status EngineUnderTest::Take(const std::string& path, const runtime::Fetched& fetched) {
  if (refuse_after == static_cast<int>(taken.size())) return base::Unavailable("no room");
  runtime::IngestRequest request;
  request.files = {path};
  request.hints = {
      .connector = connector_, .seller = "S1", .connector_options = {{"account", account_}}};
  request.fetched = fetched;
  TIEOUT_ASSIGN_OR_RETURN(const runtime::IngestReport report, engine_->Ingest(request));
  for (const auto& file : report.files) {
    TIEOUT_RETURN_IF_ERROR(file.refusal);
    EXPECT_EQ(file.quarantined, 0u)
        << (file.first_quarantined.empty()
                ? ""
                : file.first_quarantined[0].field + ": " + file.first_quarantined[0].reason);
    EXPECT_TRUE(file.warnings.empty()) << file.warnings[0];
    taken.push_back(file.file);
  }
  return absl::OkStatus();
}

absl::Status EngineUnderTest::Pull(const Provider& provider, const std::string& url,
                                   Credential credential, int64_t since_us, int64_t again_us) {
  taken.clear();
  slept.clear();
  Fetcher fetcher(provider, {.base = url, .token = url + "/token", .per_second = 1e6},
                  std::move(credential),
                  [this](std::chrono::milliseconds pause) { slept.push_back(pause); });
  base::TemporaryFolder scratch("pull-test");
  PullRequest request;
  request.account = account_;
  request.first_us = since_us;
  request.first_report = first_report;
  request.again_us = again_us;
  request.scratch = scratch.Path().value();
  request.clock = &clock_;
  class Pull pull(provider, &fetcher, this, std::move(request));
  absl::Status status = pull.Run();
  counts = fetcher.counts();
  return status;
}

absl::Status EngineUnderTest::IngestFile(const std::string& path) {
  runtime::IngestRequest request;
  request.files = {path};
  request.hints = {.seller = "S1", .connector_options = {{"account", account_}}};
  TIEOUT_ASSIGN_OR_RETURN(const runtime::IngestReport report, engine_->Ingest(request));
  return report.files.at(0).refusal;
}

ledger::SellerProjection EngineUnderTest::Fold() {
  EXPECT_TRUE(engine_->RunToEnd({}).ok());
  return engine_->read_model().Project("S1").value();
}

size_t EngineUnderTest::MatchedPayouts() {
  EXPECT_TRUE(engine_->RunToEnd({}).ok());
  const auto page = engine_->read_model().Records("", 10'000).value();
  return static_cast<size_t>(
      std::count_if(page.records.begin(), page.records.end(), [](const auto& record) {
        return record.level == ledger::Level::kPayout && record.status == ledger::Status::kMatched;
      }));
}

std::vector<std::string> EngineUnderTest::Reasons() {
  EXPECT_TRUE(engine_->RunToEnd({}).ok());
  std::vector<std::string> reasons;
  const auto page = engine_->read_model().Records("", 10'000).value();
  for (const auto& record : page.records) {
    // Of the bank, which nobody reports here.
    if (record.reason == ledger::reason::kSourceLate) continue;
    if (!record.reason.empty()) reasons.emplace_back(record.reason);
  }
  return reasons;
}

}  // namespace tieout::pull
