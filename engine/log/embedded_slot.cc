#include "engine/log/embedded_slot.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "engine/base/check.h"
#include "engine/log/commit_point.h"
#include "engine/log/embedded_reader.h"

namespace tieout::log {

EmbeddedSlot::EmbeddedSlot(EmbeddedWriter* writer, FileSystem* files, std::string directory,
                           std::vector<int> partitions, EmbeddedWriter::Turn turn)
    : writer_(writer),
      files_(files),
      directory_(std::move(directory)),
      assigned_(std::move(partitions)),
      turn_(std::move(turn)),
      readings_(static_cast<size_t>(writer->identity().partitions)) {}

absl::Status EmbeddedSlot::CheckHeld(int partition) const {
  if (!writer_->Has(turn_)) {
    return base::Aborted(fmt::format("{} was opened again elsewhere in this process", turn_.of));
  }
  TIEOUT_CHECK(std::find(held_.begin(), held_.end(), partition) != held_.end());
  return absl::OkStatus();
}

absl::StatusOr<CommitPoint> EmbeddedSlot::Committed(int partition) {
  TIEOUT_RETURN_IF_ERROR(CheckHeld(partition));
  const Live& live = writer_->live();
  std::lock_guard lock(live.mutex);
  return live.points[static_cast<size_t>(partition)];
}

absl::Status EmbeddedSlot::Seek(int partition, int64_t position) {
  TIEOUT_RETURN_IF_ERROR(CheckHeld(partition));
  const Live& live = writer_->live();
  {
    std::lock_guard lock(live.mutex);
    const int64_t end =
        live.ends[EndIndex(Stream::kEvents, partition, writer_->identity().partitions)];
    if (position < 0 || position > end) {
      return base::OutOfRange(
          fmt::format("{}: partition {}: position {} is not in the log, which "
                      "ends at {}: was an older copy of the log put back?",
                      directory_, partition, position, end));
    }
  }
  readings_[static_cast<size_t>(partition)] = Reading{.position = position};
  sought_ = true;
  return absl::OkStatus();
}

int64_t EmbeddedSlot::Position(int partition) const {
  const int64_t position = readings_[static_cast<size_t>(partition)].position;
  TIEOUT_CHECK(position >= 0);  // after Seek only
  return position;
}

std::optional<Batch> EmbeddedSlot::TakeReady(size_t max) {
  for (size_t i = 1; i <= held_.size(); ++i) {
    const size_t at = (last_served_ + i) % held_.size();
    const int partition = held_[at];
    Reading& reading = readings_[static_cast<size_t>(partition)];
    if (reading.given == reading.ready.size()) continue;
    const auto entries = std::span<const Stored>(reading.ready)
                             .subspan(reading.given)
                             .first(std::min(max, reading.ready.size() - reading.given));
    reading.given += entries.size();
    reading.position += static_cast<int64_t>(entries.size());
    last_served_ = at;
    return Batch{partition, entries};
  }
  return std::nullopt;
}

absl::Status EmbeddedSlot::GoToEarliest() {
  std::optional<uint64_t> earliest;
  for (const int partition : held_) {
    const int64_t position = readings_[static_cast<size_t>(partition)].position;
    if (position < 0) continue;
    const size_t index = EndIndex(Stream::kEvents, partition, writer_->identity().partitions);
    TIEOUT_ASSIGN_OR_RETURN(const uint64_t segment,
                            FindSegment(*files_, directory_, index, position));
    earliest = std::min(earliest.value_or(segment), segment);
  }
  TIEOUT_CHECK(earliest.has_value());
  TIEOUT_ASSIGN_OR_RETURN(cursor_, LogCursor::At(files_, directory_, *earliest, &writer_->live()));
  sought_ = false;
  return absl::OkStatus();
}

absl::Status EmbeddedSlot::Fill() {
  if (sought_) TIEOUT_RETURN_IF_ERROR(GoToEarliest());
  for (const int partition : held_) {
    Reading& reading = readings_[static_cast<size_t>(partition)];
    reading.ready.clear();
    reading.given = 0;
  }
  for (bool found = false; cursor_ && !found;) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, cursor_->Load());
    if (!more) break;
    for (LocatedEntry at; cursor_->Next(&at);) {
      if (at.entry.stream != Stream::kEvents) continue;
      Reading& reading = readings_[static_cast<size_t>(at.entry.partition)];
      if (reading.position < 0 || at.position < reading.position) continue;
      reading.ready.push_back({at.position, at.append_time_us, at.entry.key, at.entry.value});
      found = true;
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Batch> EmbeddedSlot::Poll(size_t max, std::chrono::milliseconds wait) {
  if (!writer_->Has(turn_)) {
    return base::Aborted(fmt::format("{} was opened again elsewhere in this process", turn_.of));
  }
  if (epoch_ == 0) {
    epoch_ = 1;
    held_ = assigned_;
    return Batch{};
  }
  const auto until = std::chrono::steady_clock::now() + wait;
  for (;;) {
    if (const std::optional<Batch> batch = TakeReady(max)) return *batch;
    TIEOUT_RETURN_IF_ERROR(Fill());
    if (const std::optional<Batch> batch = TakeReady(max)) return *batch;
    if (!cursor_ || std::chrono::steady_clock::now() >= until) return Batch{};
    WaitBeyond(*cursor_, &writer_->live(), until);
  }
}

absl::StatusOr<CommitOutcome> EmbeddedSlot::Commit(std::span<const Entry> output,
                                                   std::span<const CommitPoint> points) {
  std::vector<Entry> entries(output.begin(), output.end());
  for (const CommitPoint& point : points) {
    absl::StatusOr<CommitPoint> before = Committed(point.partition);
    if (absl::IsAborted(before.status())) return CommitOutcome::kLost;
    TIEOUT_RETURN_IF_ERROR(before.status());
    TIEOUT_CHECK(point.next_position >= before->next_position);
    entries.push_back(CommitPointEntry(writer_->identity().log_id, point));
  }
  const absl::Status status = writer_->Append(entries, &turn_);
  if (absl::IsAborted(status)) return CommitOutcome::kLost;
  TIEOUT_RETURN_IF_ERROR(status);
  return CommitOutcome::kCommitted;
}

}  // namespace tieout::log
