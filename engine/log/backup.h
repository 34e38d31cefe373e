// Backup and restore of an embedded log.
#pragma once

#include <cstdint>
#include <string>

#include "engine/base/status.h"
#include "engine/log/embedded.h"

namespace tieout::log {

struct BackupReport {
  int64_t segments = 0;
  int64_t appends = 0;
  int64_t entries = 0;
  int64_t bytes = 0;
};

// Copies the log in `dir` to `destination`, each append's CRC checked on the way, up to the last
// append that was whole when the copying came there; a writer may go on writing meanwhile. The copy
// is itself a log. kFailedPrecondition: `destination` exists and isn't empty. kDataLoss: as
// OpenEmbedded. What was copied before an error is removed again.
absl::StatusOr<BackupReport> BackupEmbedded(const std::string& dir, const std::string& destination,
                                            const EmbeddedOptions& options);

// The way back: checks the whole backup first, then copies it into `dir`, which must be empty or
// not exist.
absl::StatusOr<BackupReport> RestoreEmbedded(const std::string& backup, const std::string& dir,
                                             const EmbeddedOptions& options);

}  // namespace tieout::log
