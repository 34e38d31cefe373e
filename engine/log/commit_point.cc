#include "engine/log/commit_point.h"

#include <fmt/format.h>

#include "engine/log/wire.h"

namespace tieout::log {
namespace {
constexpr uint8_t kVersion = 1;
constexpr int64_t kCopying = -1;
}  // namespace

std::string_view StreamName(Stream stream) {
  switch (stream) {
    case Stream::kEvents:
      return "events";
    case Stream::kRecords:
      return "records";
    case Stream::kDeadLetters:
      return "dead_letters";
    case Stream::kProgress:
      return "progress";
  }
  return "unknown";
}

std::string EncodeCommitPoint(std::string_view log_id, const CommitPoint& point) {
  std::string value;
  Put(&value, kVersion);
  Put(&value, static_cast<uint32_t>(point.partition));
  Put(&value, point.next_position);
  PutBytes(&value, log_id);
  value.append(point.progress);
  return value;
}

absl::StatusOr<LoggedPoint> DecodeCommitPoint(std::string_view value) {
  uint8_t version = 0;
  uint32_t partition = 0;
  std::string_view log_id;
  LoggedPoint logged;
  if (!Take(&value, &version)) return base::DataLoss("an empty commit point");
  if (version != kVersion) {
    return base::FailedPrecondition(
        fmt::format("a commit point of version {}, this build reads {}: use a newer tieout",
                    version, kVersion));
  }
  if (!Take(&value, &partition) || !Take(&value, &logged.point.next_position) ||
      !TakeBytes(&value, &log_id)) {
    return base::DataLoss("a commit point that ends too early");
  }
  logged.log_id = std::string(log_id);
  logged.point.partition = static_cast<int>(partition);
  logged.point.progress = std::string(value);
  logged.copying = logged.point.next_position == kCopying;
  if (logged.copying) logged.point.next_position = 0;
  return logged;
}

Entry CommitPointEntry(std::string_view log_id, const CommitPoint& point) {
  return Entry{.stream = Stream::kProgress,
               .partition = point.partition,
               .key = std::to_string(point.partition),
               .value = EncodeCommitPoint(log_id, point)};
}

Entry CopyingEntry(std::string_view log_id, int partition) {
  return CommitPointEntry(log_id, {.partition = partition, .next_position = kCopying});
}

}  // namespace tieout::log
