#include "engine/log/cursor.h"

#include <fmt/format.h>

#include <utility>

#include "engine/log/commit_point.h"

namespace tieout::log {

absl::StatusOr<LogCursor> LogCursor::At(FileSystem* files, const std::string& directory,
                                        uint64_t segment, const Live* live) {
  LogCursor cursor;
  cursor.files_ = files;
  cursor.directory_ = directory;
  cursor.live_ = live;
  TIEOUT_RETURN_IF_ERROR(cursor.Open(segment));
  cursor.ends_ = cursor.header_.ends;
  cursor.points_ = cursor.header_.points;
  return cursor;
}

absl::Status LogCursor::Open(uint64_t segment) {
  const std::string path = SegmentPath(directory_, segment);
  TIEOUT_ASSIGN_OR_RETURN(std::unique_ptr<File> file, files_->Open(path, FileSystem::Mode::kRead));
  TIEOUT_ASSIGN_OR_RETURN(LoadedHeader loaded, ReadSegmentHeader(*file, path));
  if (loaded.header.number != segment) {
    return base::DataLoss(
        fmt::format("{}: is segment {} of the log, renamed: give it its name back", path,
                    loaded.header.number));
  }
  if (file_ != nullptr && loaded.header.identity.log_id != header_.identity.log_id) {
    return base::DataLoss(fmt::format("{}: belongs to log {}, the segments before to {}", path,
                                      loaded.header.identity.log_id, header_.identity.log_id));
  }
  file_ = std::move(file);
  header_ = std::move(loaded.header);
  return buffer_.Load(*file_, segment, loaded.size, loaded.size);
}

absl::Status LogCursor::GoToNextSegment() {
  const uint64_t next = header_.number + 1;
  TIEOUT_RETURN_IF_ERROR(Open(next));
  if (header_.ends != ends_) {
    return base::DataLoss(
        fmt::format("{}: counts other entries before it than the segments before hold: restore a "
                    "backup (tieout log restore)",
                    SegmentPath(directory_, next)));
  }
  return absl::OkStatus();
}

absl::StatusOr<LogCursor::Extent> LogCursor::ReadableExtent() const {
  if (live_ != nullptr) {
    std::lock_guard lock(live_->mutex);
    if (live_->segment < header_.number) return Extent{offset(), false};  // being made
    if (live_->segment == header_.number) return Extent{live_->size, false};
  }
  // Before the size: once the next segment is there, this one is complete.
  const std::string next = SegmentPath(directory_, header_.number + 1);
  const absl::Status follows = files_->Open(next, FileSystem::Mode::kRead).status();
  if (!follows.ok() && !absl::IsNotFound(follows)) return follows;
  TIEOUT_ASSIGN_OR_RETURN(const int64_t size, file_->Size());
  return Extent{size, follows.ok()};
}

bool LogCursor::TakeFrame() { return buffer_.Next(&frame_); }

absl::StatusOr<bool> LogCursor::Load() {
  while (damage_.ok()) {
    TIEOUT_ASSIGN_OR_RETURN(const Extent extent, ReadableExtent());
    torn_bytes_ = extent.size - offset();
    if (torn_bytes_ <= 0) {
      if (!extent.closed) return false;
      damage_ = GoToNextSegment();
      continue;
    }
    TIEOUT_RETURN_IF_ERROR(buffer_.Load(*file_, header_.number, offset(), extent.size));
    if (TakeFrame()) return true;
    bool is_torn = false;
    damage_ = ExplainBadFrame(extent, &is_torn);
    if (is_torn) return false;
    if (damage_.ok()) return true;
  }
  return damage_;
}

// OK and not torn: the frame was whole after all, and is taken.
absl::Status LogCursor::ExplainBadFrame(const Extent& extent, bool* is_torn) {
  TIEOUT_ASSIGN_OR_RETURN(const std::optional<int64_t> next,
                          FindFrame(*file_, header_.number, offset() + 1, extent.size));
  if (!next && !extent.closed && live_ == nullptr) {
    *is_torn = true;
    return absl::OkStatus();
  }
  // The writer may have finished this append, and the next, since we looked.
  TIEOUT_RETURN_IF_ERROR(buffer_.Load(*file_, header_.number, offset(), extent.size));
  if (TakeFrame()) return absl::OkStatus();
  return base::DataLoss(fmt::format(
      "{}: byte {}: damaged, with {}. Nothing was changed. Restore a backup (tieout log restore)",
      SegmentPath(directory_, header_.number), offset(),
      next ? fmt::format("whole appends after it, from byte {}", *next)
           : std::string("more of the log after it")));
}

bool LogCursor::Fail(std::string_view what) {
  damage_ = base::DataLoss(fmt::format("{}: before byte {}: {}",
                                       SegmentPath(directory_, header_.number), offset(), what));
  return false;
}

bool LogCursor::Next(LocatedEntry* located) {
  if (frame_.entries.empty() && !TakeFrame()) return false;
  if (!TakeEntry(&frame_.entries, &located->entry)) return Fail("an entry that ends too early");
  const EntryView& entry = located->entry;
  if (entry.partition >= header_.identity.partitions) return Fail("an unknown partition");
  located->position = ends_[EndIndex(entry.stream, entry.partition, header_.identity.partitions)]++;
  located->append_time_us = frame_.append_time_us;
  if (entry.stream == Stream::kProgress) {
    absl::StatusOr<LoggedPoint> logged = DecodeCommitPoint(entry.value);
    if (!logged.ok()) return Fail(base::Message(logged.status()));
    points_[static_cast<size_t>(entry.partition)] = std::move(logged->point);
  }
  return true;
}

absl::StatusOr<uint64_t> FindSegment(FileSystem& files, const std::string& directory,
                                     size_t end_index, int64_t position) {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<uint64_t> segments, ListSegments(files, directory));
  uint64_t low = segments.front();  // begins at or before the position
  uint64_t high = segments.back() + 1;
  while (high - low > 1) {
    const uint64_t middle = low + (high - low) / 2;
    const std::string path = SegmentPath(directory, middle);
    TIEOUT_ASSIGN_OR_RETURN(const auto file, files.Open(path, FileSystem::Mode::kRead));
    TIEOUT_ASSIGN_OR_RETURN(const LoadedHeader loaded, ReadSegmentHeader(*file, path));
    (loaded.header.ends[end_index] <= position ? low : high) = middle;
  }
  return low;
}

}  // namespace tieout::log
