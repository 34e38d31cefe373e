// A commit point as bytes: the value of an entry of the progress stream, the same in both logs.
// The entry's key is the partition in decimal.
//
//   value    := version:u8=1 partition:u32 next_position:i64 log_id:bytes progress
//   bytes    := length:u32 byte*              (numbers little-endian)
//   progress := byte*                         the folder's own, up to the end
//
// A next_position of -1 says that the log is a copy which isn't whole yet; the copy's commit points
// take its place, in one append.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::log {

struct LoggedPoint {
  std::string log_id;
  CommitPoint point;
  bool copying = false;  // the point is then the beginning
};

std::string EncodeCommitPoint(std::string_view log_id, const CommitPoint& point);
// kDataLoss: these are no commit point. kFailedPrecondition: a newer version's.
absl::StatusOr<LoggedPoint> DecodeCommitPoint(std::string_view value);
// The entry of the progress stream that holds it.
Entry CommitPointEntry(std::string_view log_id, const CommitPoint& point);
// As it, of a partition that is yet to be copied.
Entry CopyingEntry(std::string_view log_id, int partition);

}  // namespace tieout::log
