// The embedded log: a directory on this machine, no broker. It is the truth and the only copy of
// it, so it syncs by default, knows its own damage, and can be backed up (backup.h).
//
//   TIEOUT_RETURN_IF_ERROR(log::CreateEmbedded(dir, {log_id, 8}, beginning, {}));
//   TIEOUT_ASSIGN_OR_RETURN(auto log, log::OpenEmbedded(dir, {}));
//
// Positions are ordinals: entry n of a stream and partition has position n.
//
// One process writes (flock on DIR/lock), any number read beside it (read_only): they see whole
// appends only, by looking at the files. The bytes are described in segment.h.
//
// A torn tail, the trace of a crash in the middle of an append nobody was told had succeeded, is
// cut by the writer when it opens; `warn` says how many bytes. Damage with whole appends after it
// is never cut: kDataLoss, naming file and byte.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::log {

class FileSystem;  // file.h

enum class Fsync : uint8_t {
  kEach,      // an append returns when it is on disk
  kInterval,  // at most fsync_interval of appends is lost when the machine (not the process) dies
  kNever,     // the operating system decides; only for logs that can be made again
};

struct EmbeddedOptions {
  bool read_only = false;  // Append, TakeRole and OpenSlot are refused
  Fsync fsync = Fsync::kEach;
  std::chrono::milliseconds fsync_interval{100};
  int64_t segment_bytes = int64_t{64} << 20;
  int slots = 1;  // slot k holds the partitions p with p % slots == k
  std::function<void(const std::string&)> warn;
  FileSystem* files = nullptr;  // null: the real one
};

// Makes a log in `dir`, which may exist but must hold no log: kAlreadyExists. `beginning` is its
// first append, each partition's commit point is 0. Whole or not there at all.
absl::Status CreateEmbedded(const std::string& dir, const Identity& identity,
                            std::span<const Entry> beginning, const EmbeddedOptions& options);

// kNotFound: `dir` holds no log. kFailedPrecondition: another process writes it (its pid is named),
// or it was made by a newer version. kDataLoss: damaged.
absl::StatusOr<std::unique_ptr<EventLog>> OpenEmbedded(const std::string& dir,
                                                       const EmbeddedOptions& options);

}  // namespace tieout::log
