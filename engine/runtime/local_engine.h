// The engine that holds the log, and what it shares with the one beside it.
#pragma once

#include <functional>
#include <memory>

#include "engine/log/log.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/log_index.h"
#include "engine/runtime/metrics.h"
#include "engine/runtime/publisher.h"
#include "engine/runtime/source_store.h"

namespace tieout::runtime {

absl::StatusOr<std::unique_ptr<Engine>> NewLocalEngine(const EngineOptions& options,
                                                       std::unique_ptr<log::EventLog> log);

// All files in order; `before_first_append` is called before each file's first append.
absl::StatusOr<IngestReport> IngestFiles(const IngestRequest& request, Publisher* publisher,
                                         LogIndex* index, SourceStore* sources,
                                         const EngineOptions& options,
                                         std::function<absl::Status()> before_first_append);

// A read model before anything is folded.
class NothingFoldedYet : public ReadModel {
 public:
  absl::StatusOr<std::vector<std::string>> Homes() override { return Refusal(); }
  absl::StatusOr<ledger::SellerProjection> Project(const std::string&) override {
    return Refusal();
  }
  absl::StatusOr<RecordsPage> Records(const std::string&, size_t) override { return Refusal(); }
  absl::StatusOr<std::vector<PartitionStatus>> Status() override { return Refusal(); }

 private:
  static absl::Status Refusal() { return base::Unavailable("nothing is folded yet: try again"); }
};

}  // namespace tieout::runtime
