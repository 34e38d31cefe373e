// Backup and restore of an embedded log.
#pragma once

#include <cstdint>
#include <functional>
#include <string>

#include "engine/base/status.h"
#include "engine/log/embedded.h"

namespace tieout::log {

struct BackupReport {
  int64_t segments = 0;
  int64_t entries = 0;
  int64_t bytes = 0;
};

// Bytes gone through, of how many; called now and then. Each is read three times: before, while and
// after it is copied.
using BackupProgress = std::function<void(int64_t done, int64_t total)>;

// Copies the log in `dir` to `destination`, up to the last append that was whole when it began; a
// writer may go on writing meanwhile. Every append's CRC is checked before, and again in the copy,
// which is itself a log. kFailedPrecondition: `destination` exists and isn't empty. kDataLoss: as
// OpenEmbedded. An error leaves nothing behind in `destination`.
absl::StatusOr<BackupReport> BackupEmbedded(const std::string& dir, const std::string& destination,
                                            const EmbeddedOptions& options,
                                            const BackupProgress& progress = nullptr);

// The way back, under the same conditions. The log goes on in `dir` from then on: what was appended
// after the backup is gone, so a store that is further must be rebuilt.
absl::StatusOr<BackupReport> RestoreEmbedded(const std::string& backup, const std::string& dir,
                                             const EmbeddedOptions& options,
                                             const BackupProgress& progress = nullptr);

}  // namespace tieout::log
