// One partition folded again from nothing: the log's events in, the output's bytes out, nothing
// written. What `replay` and `verify` stand on.
//
// Thread safety: none; one refold a thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/log/log.h"
#include "engine/matching/fold.h"
#include "engine/store/store.h"

namespace tieout::audit {

class Refold {
 public:
  // Called with the encoded bytes of each record and dead letter, in the fold's order.
  struct Output {
    std::function<absl::Status(std::string_view record)> record;
    std::function<absl::Status(std::string_view dead_letter)> dead_letter;
  };

  static absl::StatusOr<std::unique_ptr<Refold>> Begin(int partition, Output output);

  // kFailedPrecondition: an event that this build can't fold; the message names its position.
  absl::Status Apply(const log::Stored& entry);
  // The state's digest after all that was applied. Also frees the fold's memory of clean pages.
  absl::StatusOr<matching::CheckpointData> Checkpoint();

  // Frees clean pages: of what was only looked at.
  void Trim();

  matching::Fold& fold() { return *fold_; }
  // As of the last Checkpoint().
  store::PartitionStore& pages() { return *pages_; }
  uint64_t applied() const { return applied_; }

 private:
  Refold(int partition, Output output) : partition_(partition), output_(std::move(output)) {}

  const int partition_;
  const Output output_;
  std::unique_ptr<store::StateStore> states_;
  std::unique_ptr<store::PartitionStore> pages_;  // of states_
  std::unique_ptr<matching::Fold> fold_;          // reads pages_
  ledger::Event event_;
  matching::Output made_;
  uint64_t applied_ = 0;
};

// Reads a stream from its beginning up to `end`, entry by entry.
absl::Status ReadAll(log::EventLog& log, log::Stream stream, int partition, int64_t end,
                     const std::function<absl::Status(const log::Stored&)>& visit);

}  // namespace tieout::audit
