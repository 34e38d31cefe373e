// A pull into an engine of the test's own, whose clock stands where the test says.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "engine/pull/pull.h"
#include "engine/runtime/engine.h"

namespace tieout::pull {

class EngineUnderTest : public Target {
 public:
  // A fresh log; everything is seller "S1"'s.
  EngineUnderTest(const std::string& name, const std::string& connector, const std::string& account,
                  int64_t now_us);

  absl::StatusOr<std::vector<runtime::PulledSource>> Pulled(std::string_view name) override;
  absl::Status Take(const std::string& path, const runtime::Fetched& fetched) override;

  // One pull; what it slept is in `slept`.
  absl::Status Pull(const Provider& provider, const std::string& url, Credential credential,
                    int64_t since_us = 0, int64_t again_us = 0);
  absl::Status IngestFile(const std::string& path);
  // What folding the log says: "kind amount" isn't told, but sums by account and the records'
  // reasons.
  ledger::SellerProjection Fold();
  std::vector<std::string> Reasons();  // of all records; empty ones left out

  size_t MatchedPayouts();  // whose items sum to them

  runtime::ManualClock& clock() { return clock_; }
  runtime::Engine& engine() { return *engine_; }
  const std::string& data_dir() const { return options_.data_dir; }

  std::vector<std::string> taken;  // names
  std::vector<std::chrono::milliseconds> slept;
  FetchCounts counts;
  uint64_t first_report = 0;
  int refuse_after = -1;  // ends the pull at this Take, as a full disk would

 private:
  const std::string connector_, account_;
  runtime::ManualClock clock_;
  runtime::EngineOptions options_;
  std::unique_ptr<runtime::Engine> engine_;
};

}  // namespace tieout::pull
