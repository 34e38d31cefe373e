#include "engine/log/embedded_writer.h"

#include <fmt/format.h>

#include <chrono>
#include <utility>

#include "engine/base/check.h"
#include "engine/log/commit_point.h"

namespace tieout::log {
namespace {

constexpr char kLockName[] = "lock";
constexpr char kNewSegmentName[] = "segment.new";
constexpr size_t kMaxAppendBytes = kMaxPayloadBytes / 2;
constexpr size_t kGroupBytes = size_t{4} << 20;  // what waits beyond it goes in the next frame

int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

}  // namespace

absl::StatusOr<std::string> EncodeEntries(const Identity& identity,
                                          std::span<const Entry> entries) {
  std::string bytes;
  for (const Entry& entry : entries) {
    TIEOUT_CHECK(entry.partition >= 0 && entry.partition < identity.partitions);
    if (entry.key.size() + entry.value.size() + bytes.size() > kMaxAppendBytes) {
      return base::InvalidArgument(
          fmt::format("an append of over {} MiB: append it in parts", kMaxAppendBytes >> 20));
    }
    if (entry.stream == Stream::kProgress) {
      TIEOUT_RETURN_IF_ERROR(DecodeCommitPoint(entry.value).status());
    }
    PutEntry(&bytes, entry);
  }
  return bytes;
}

absl::Status MakeSegment(FileSystem& files, const std::string& directory,
                         const SegmentHeader& header, std::span<const Entry> entries) {
  std::string bytes = EncodeSegmentHeader(header);
  if (!entries.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string encoded, EncodeEntries(header.identity, entries));
    const auto offset = static_cast<int64_t>(bytes.size());
    bytes += EncodeFrame(header.number, offset, NowMicros(), encoded);
  }
  const std::string path = fmt::format("{}/{}", directory, kNewSegmentName);
  TIEOUT_ASSIGN_OR_RETURN(const auto file, files.Open(path, FileSystem::Mode::kCreate));
  TIEOUT_RETURN_IF_ERROR(file->Append(bytes));
  TIEOUT_RETURN_IF_ERROR(file->Sync());
  TIEOUT_RETURN_IF_ERROR(files.Rename(path, SegmentPath(directory, header.number)));
  return files.SyncDirectory(directory);
}

absl::StatusOr<std::unique_ptr<FileLock>> LockLog(FileSystem& files, const std::string& directory) {
  absl::StatusOr<std::unique_ptr<FileLock>> lock =
      files.Lock(fmt::format("{}/{}", directory, kLockName));
  if (absl::IsFailedPrecondition(lock.status())) {
    return base::FailedPrecondition(
        fmt::format("{}: another process writes this log ({}): go through it, or stop it first",
                    directory, base::Message(lock.status())));
  }
  return lock;
}

struct EmbeddedWriter::Request {
  std::span<const Entry> entries;
  std::string encoded;
  const Turn* turn = nullptr;
  bool done = false;
  absl::Status status;
};

EmbeddedWriter::EmbeddedWriter(std::string directory, const EmbeddedOptions& options)
    : directory_(std::move(directory)), options_(options), files_(options.files) {}

absl::StatusOr<std::unique_ptr<EmbeddedWriter>> EmbeddedWriter::Open(
    const std::string& directory, const EmbeddedOptions& options) {
  TIEOUT_RETURN_IF_ERROR(ListSegments(*options.files, directory).status());
  std::unique_ptr<EmbeddedWriter> writer(new EmbeddedWriter(directory, options));
  TIEOUT_ASSIGN_OR_RETURN(writer->lock_, LockLog(*options.files, directory));
  TIEOUT_RETURN_IF_ERROR(writer->Recover());
  if (options.fsync == Fsync::kInterval) {
    writer->syncer_ = std::thread([w = writer.get()] { w->SyncAtIntervals(); });
  }
  return writer;
}

absl::Status EmbeddedWriter::Recover() {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<uint64_t> segments, ListSegments(*files_, directory_));
  TIEOUT_RETURN_IF_ERROR(files_->Remove(fmt::format("{}/{}", directory_, kNewSegmentName)));
  TIEOUT_ASSIGN_OR_RETURN(LogCursor cursor,
                          LogCursor::At(files_, directory_, segments.back(), nullptr));
  for (LocatedEntry entry;;) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, cursor.Load());
    if (!more) break;
    while (cursor.Next(&entry)) continue;
  }
  identity_ = cursor.identity();
  segment_ = cursor.segment();
  size_ = cursor.offset();
  const std::string path = SegmentPath(directory_, segment_);
  TIEOUT_ASSIGN_OR_RETURN(file_, files_->Open(path, FileSystem::Mode::kAppend));
  if (cursor.torn_bytes() > 0) {
    TIEOUT_RETURN_IF_ERROR(file_->Truncate(size_));
    if (options_.warn) {
      options_.warn(fmt::format("{}: cut {} bytes at byte {}: an append that a crash interrupted",
                                path, cursor.torn_bytes(), size_));
    }
  }
  // What the last process wrote but didn't get to sync is now relied upon.
  TIEOUT_RETURN_IF_ERROR(file_->Sync());
  TIEOUT_RETURN_IF_ERROR(files_->SyncDirectory(directory_));
  live_.segment = segment_;
  live_.size = size_;
  live_.ends = cursor.ends();
  live_.points = cursor.points();
  return absl::OkStatus();
}

EmbeddedWriter::~EmbeddedWriter() {
  {
    std::lock_guard lock(live_.mutex);
    stopping_ = true;
  }
  turn_over_.notify_all();
  if (syncer_.joinable()) syncer_.join();
  if (!unsynced_ || !broken_.ok()) return;
  const absl::Status status = SyncNow();
  if (!status.ok() && options_.warn) options_.warn(base::Message(status));
}

EmbeddedWriter::Turn EmbeddedWriter::Take(std::string of) {
  std::lock_guard lock(live_.mutex);
  const uint64_t number = ++turns_[of];
  return Turn{std::move(of), number};
}

bool EmbeddedWriter::Has(const Turn& turn) const {
  std::lock_guard lock(live_.mutex);
  return turns_.at(turn.of) == turn.number;
}

absl::Status EmbeddedWriter::Append(std::span<const Entry> entries, const Turn* turn) {
  Request request{.entries = entries, .turn = turn};
  TIEOUT_ASSIGN_OR_RETURN(request.encoded, EncodeEntries(identity_, entries));
  std::unique_lock lock(live_.mutex);
  queue_.push_back(&request);
  turn_over_.wait(lock, [&] { return request.done || !writing_; });
  if (request.done) return request.status;
  writing_ = true;
  while (!request.done) WriteGroup(lock);
  writing_ = false;
  turn_over_.notify_all();
  return request.status;
}

absl::Status EmbeddedWriter::Sync() {
  std::unique_lock lock(live_.mutex);
  turn_over_.wait(lock, [&] { return !writing_; });
  writing_ = true;
  lock.unlock();
  const absl::Status status = broken_.ok() ? SyncNow() : broken_;
  lock.lock();
  writing_ = false;
  turn_over_.notify_all();
  return status;
}

// Takes from the queue what fits in one frame. Answers those whose turn is over and those that have
// nothing to write.
std::vector<EmbeddedWriter::Request*> EmbeddedWriter::NextGroup() {
  std::vector<Request*> group;
  size_t bytes = 0;
  while (!queue_.empty()) {
    Request* const next = queue_.front();
    if (next->turn != nullptr && turns_.at(next->turn->of) != next->turn->number) {
      next->status = base::Aborted(fmt::format("another took over as {}", next->turn->of));
      next->done = true;
    } else if (next->entries.empty()) {
      next->done = true;
    } else if (group.empty() || bytes + next->encoded.size() <= kGroupBytes) {
      bytes += next->encoded.size();
      group.push_back(next);
    } else {
      break;
    }
    queue_.pop_front();
  }
  return group;
}

void EmbeddedWriter::WriteGroup(std::unique_lock<std::mutex>& lock) {
  const std::vector<Request*> group = NextGroup();
  if (group.empty()) return;
  std::string all;
  if (group.size() > 1) {
    for (const Request* request : group) all += request->encoded;
  }
  lock.unlock();
  const absl::Status status = WriteFrame(group.size() > 1 ? all : group.front()->encoded);
  lock.lock();
  live_.segment = segment_;
  if (broken_.ok()) live_.size = size_;
  for (Request* request : group) {
    request->status = status;
    request->done = true;
    if (!status.ok()) continue;
    for (const Entry& entry : request->entries) {
      ++live_.ends[EndIndex(entry.stream, entry.partition, identity_.partitions)];
      if (entry.stream != Stream::kProgress) continue;
      absl::StatusOr<LoggedPoint> logged = DecodeCommitPoint(entry.value);
      TIEOUT_CHECK(logged.ok());  // EncodeEntries looked
      live_.points[static_cast<size_t>(entry.partition)] = std::move(logged->point);
    }
  }
  turn_over_.notify_all();
  if (status.ok()) live_.changed.notify_all();
}

absl::Status EmbeddedWriter::WriteFrame(std::string_view entries) {
  if (!broken_.ok()) return broken_;
  if (size_ >= options_.segment_bytes) TIEOUT_RETURN_IF_ERROR(BeginSegment());
  const std::string frame = EncodeFrame(segment_, size_, NowMicros(), entries);
  if (const absl::Status status = file_->Append(frame); !status.ok()) {
    if (const absl::Status cut = file_->Truncate(size_); !cut.ok()) return broken_ = cut;
    return base::Unavailable(fmt::format("{}: nothing was appended", base::Message(status)));
  }
  size_ += static_cast<int64_t>(frame.size());
  unsynced_ = true;
  return options_.fsync == Fsync::kEach ? SyncNow() : absl::OkStatus();
}

absl::Status EmbeddedWriter::BeginSegment() {
  TIEOUT_RETURN_IF_ERROR(SyncNow());
  SegmentHeader header{.identity = identity_, .number = segment_ + 1};
  header.ends = live_.ends;  // only the thread that writes changes them
  header.points = live_.points;
  const std::string path = SegmentPath(directory_, header.number);
  if (const absl::Status status = MakeSegment(*files_, directory_, header, {}); !status.ok()) {
    // Visible, but perhaps not durably so: nobody may write to the one before nor to this one.
    if (files_->Open(path, FileSystem::Mode::kRead).ok()) return broken_ = status;
    return base::Unavailable(fmt::format("{}: nothing was appended", base::Message(status)));
  }
  absl::StatusOr<std::unique_ptr<File>> file = files_->Open(path, FileSystem::Mode::kAppend);
  if (!file.ok()) return broken_ = file.status();
  absl::StatusOr<int64_t> size = (*file)->Size();
  if (!size.ok()) return broken_ = size.status();
  file_ = *std::move(file);
  segment_ = header.number;
  size_ = *size;
  return absl::OkStatus();
}

absl::Status EmbeddedWriter::SyncNow() {
  if (!unsynced_) return absl::OkStatus();
  if (const absl::Status status = file_->Sync(); !status.ok()) {
    // Linux drops what it could not write and says so once: syncing again would lie.
    return broken_ = base::Internal(
               fmt::format("{}: what the last append left is unknown: mend the disk, then open the "
                           "log again, which checks it",
                           base::Message(status)));
  }
  unsynced_ = false;
  return absl::OkStatus();
}

void EmbeddedWriter::SyncAtIntervals() {
  std::unique_lock lock(live_.mutex);
  while (!stopping_) {
    turn_over_.wait_for(lock, options_.fsync_interval, [&] { return stopping_; });
    turn_over_.wait(lock, [&] { return !writing_; });
    if (stopping_) return;
    writing_ = true;
    lock.unlock();
    const absl::Status status = broken_.ok() ? SyncNow() : absl::OkStatus();
    lock.lock();
    writing_ = false;
    turn_over_.notify_all();
    if (!status.ok() && options_.warn) options_.warn(base::Message(status));
  }
}

}  // namespace tieout::log
