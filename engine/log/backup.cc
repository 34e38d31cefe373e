#include "engine/log/backup.h"

#include <fmt/format.h>

#include <memory>
#include <vector>

#include "engine/log/cursor.h"
#include "engine/log/file.h"
#include "engine/log/segment.h"

namespace tieout::log {
namespace {

constexpr size_t kCopiedAtOnce = size_t{1} << 20;
constexpr char kUnfinishedName[] = "segment.copy";

// A log read from its first byte to its last.
struct Walked {
  BackupReport report;
  uint64_t last_segment = 0;
  int64_t last_size = 0;  // of its whole appends
  std::vector<int64_t> ends;
};

// What was gone through, over walks and copies.
class Meter {
 public:
  explicit Meter(const BackupProgress& progress) : progress_(progress) {}
  void Expect(int64_t bytes) { total_ += bytes; }
  void Advance(int64_t bytes) {
    done_ += bytes;
    if (progress_) progress_(done_, total_);
  }

 private:
  const BackupProgress& progress_;
  int64_t done_ = 0, total_ = 0;
};

absl::StatusOr<int64_t> BytesOf(FileSystem& files, const std::string& dir) {
  TIEOUT_ASSIGN_OR_RETURN(const auto segments, ListSegments(files, dir));
  int64_t bytes = 0;
  for (const uint64_t segment : segments) {
    TIEOUT_ASSIGN_OR_RETURN(const auto file,
                            files.Open(SegmentPath(dir, segment), FileSystem::Mode::kRead));
    TIEOUT_ASSIGN_OR_RETURN(const int64_t size, file->Size());
    bytes += size;
  }
  return bytes;
}

absl::StatusOr<Walked> Walk(FileSystem& files, const std::string& dir, Meter& meter) {
  TIEOUT_RETURN_IF_ERROR(ListSegments(files, dir).status());
  TIEOUT_ASSIGN_OR_RETURN(LogCursor cursor, LogCursor::At(&files, dir, 1, nullptr));
  Walked walked;
  uint64_t segment = cursor.segment();
  int64_t offset = 0;
  for (LocatedEntry entry;;) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, cursor.Load());
    if (!more) break;
    while (cursor.Next(&entry)) ++walked.report.entries;
    if (std::exchange(segment, cursor.segment()) != segment) offset = 0;
    const int64_t before = std::exchange(offset, static_cast<int64_t>(cursor.offset()));
    meter.Advance(std::max<int64_t>(0, offset - before));
  }
  walked.report.segments = static_cast<int64_t>(cursor.segment());
  walked.last_segment = cursor.segment();
  walked.last_size = cursor.offset();
  walked.ends = cursor.ends();
  return walked;
}

// Up to `limit` bytes (-1: all of them), synced. Returns how many.
absl::StatusOr<int64_t> CopyFile(FileSystem& files, const std::string& from, const std::string& to,
                                 int64_t limit, Meter& meter) {
  TIEOUT_ASSIGN_OR_RETURN(const auto source, files.Open(from, FileSystem::Mode::kRead));
  TIEOUT_ASSIGN_OR_RETURN(const auto copy, files.Open(to, FileSystem::Mode::kCreate));
  if (limit < 0) {
    TIEOUT_ASSIGN_OR_RETURN(limit, source->Size());
  }
  std::string piece;
  int64_t done = 0;
  while (done < limit) {
    piece.resize(static_cast<size_t>(std::min(limit - done, int64_t{kCopiedAtOnce})));
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, source->ReadAt(done, piece.data(), piece.size()));
    if (n == 0) return base::DataLoss(fmt::format("{}: became shorter while it was copied", from));
    TIEOUT_RETURN_IF_ERROR(copy->Append(std::string_view(piece).substr(0, n)));
    done += static_cast<int64_t>(n);
    meter.Advance(static_cast<int64_t>(n));
  }
  TIEOUT_RETURN_IF_ERROR(copy->Sync());
  return done;
}

// The first segment comes last and by renaming, so that a copy cut short is not taken for a log.
absl::StatusOr<BackupReport> CopySegments(FileSystem& files, const std::string& dir,
                                          const std::string& destination, const Walked& source,
                                          Meter& meter) {
  BackupReport report = source.report;
  for (uint64_t segment = source.last_segment; segment >= 1; --segment) {
    const std::string to = segment > 1 ? SegmentPath(destination, segment)
                                       : fmt::format("{}/{}", destination, kUnfinishedName);
    const int64_t limit = segment == source.last_segment ? source.last_size : -1;
    TIEOUT_ASSIGN_OR_RETURN(const int64_t bytes,
                            CopyFile(files, SegmentPath(dir, segment), to, limit, meter));
    report.bytes += bytes;
  }
  TIEOUT_RETURN_IF_ERROR(files.SyncDirectory(destination));
  TIEOUT_RETURN_IF_ERROR(files.Rename(fmt::format("{}/{}", destination, kUnfinishedName),
                                      SegmentPath(destination, 1)));
  TIEOUT_RETURN_IF_ERROR(files.SyncDirectory(destination));
  TIEOUT_ASSIGN_OR_RETURN(const Walked copy, Walk(files, destination, meter));
  if (copy.ends != source.ends || copy.last_size != source.last_size) {
    return base::DataLoss(fmt::format("{}: the copy holds something else than {}: check that disk",
                                      destination, dir));
  }
  return report;
}

absl::StatusOr<BackupReport> Copy(const std::string& dir, const std::string& destination,
                                  const EmbeddedOptions& options, const BackupProgress& progress) {
  FileSystem& files = options.files != nullptr ? *options.files : *RealFileSystem();
  TIEOUT_ASSIGN_OR_RETURN(const int64_t bytes, BytesOf(files, dir));
  Meter meter(progress);
  meter.Expect(3 * bytes);
  TIEOUT_ASSIGN_OR_RETURN(const Walked source, Walk(files, dir, meter));
  const absl::StatusOr<std::vector<std::string>> there = files.List(destination);
  if (there.ok() && !there->empty()) {
    return base::FailedPrecondition(fmt::format("{}: is not empty (it holds {}): name a new folder",
                                                destination, there->front()));
  }
  if (!there.ok() && !absl::IsNotFound(there.status())) return there.status();
  TIEOUT_RETURN_IF_ERROR(files.MakeDirectory(destination));
  absl::StatusOr<BackupReport> report = CopySegments(files, dir, destination, source, meter);
  if (report.ok()) return report;
  // It was empty before, so all of it is ours. Should this fail too, the first error is the news.
  if (const auto left = files.List(destination); left.ok()) {
    for (const std::string& name : *left) {
      files.Remove(fmt::format("{}/{}", destination, name)).IgnoreError();
    }
  }
  return report;
}

}  // namespace

absl::StatusOr<BackupReport> BackupEmbedded(const std::string& dir, const std::string& destination,
                                            const EmbeddedOptions& options,
                                            const BackupProgress& progress) {
  return Copy(dir, destination, options, progress);
}

absl::StatusOr<BackupReport> RestoreEmbedded(const std::string& backup, const std::string& dir,
                                             const EmbeddedOptions& options,
                                             const BackupProgress& progress) {
  return Copy(backup, dir, options, progress);
}

}  // namespace tieout::log
