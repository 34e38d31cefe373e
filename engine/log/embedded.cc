#include "engine/log/embedded.h"

#include <fmt/format.h>

#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/check.h"
#include "engine/log/cursor.h"
#include "engine/log/embedded_reader.h"
#include "engine/log/embedded_slot.h"
#include "engine/log/embedded_writer.h"
#include "engine/log/file.h"
#include "engine/log/segment.h"

namespace tieout::log {
namespace {

// What a log looks like from a process that doesn't write it: the last segment, read on.
class Watch {
 public:
  static absl::StatusOr<std::unique_ptr<Watch>> Open(FileSystem* files,
                                                     const std::string& directory) {
    TIEOUT_ASSIGN_OR_RETURN(const auto segments, ListSegments(*files, directory));
    TIEOUT_ASSIGN_OR_RETURN(LogCursor cursor,
                            LogCursor::At(files, directory, segments.back(), nullptr));
    return std::unique_ptr<Watch>(new Watch(std::move(cursor)));
  }

  const Identity& identity() const { return identity_; }

  absl::StatusOr<int64_t> End(size_t index) {
    std::lock_guard lock(mutex_);
    TIEOUT_RETURN_IF_ERROR(CatchUp());
    return cursor_.ends()[index];
  }

  absl::StatusOr<CommitPoint> Point(int partition) {
    std::lock_guard lock(mutex_);
    TIEOUT_RETURN_IF_ERROR(CatchUp());
    return cursor_.points()[static_cast<size_t>(partition)];
  }

 private:
  explicit Watch(LogCursor cursor) : identity_(cursor.identity()), cursor_(std::move(cursor)) {}

  absl::Status CatchUp() {
    for (;;) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, cursor_.Load());
      if (!more) return absl::OkStatus();
      for (LocatedEntry entry; cursor_.Next(&entry);) continue;
    }
  }

  const Identity identity_;
  std::mutex mutex_;
  LogCursor cursor_;  // guarded by mutex_
};

class EmbeddedRoleWriter : public RoleWriter {
 public:
  EmbeddedRoleWriter(EmbeddedWriter* writer, EmbeddedWriter::Turn turn)
      : writer_(writer), turn_(std::move(turn)) {}
  absl::Status Append(std::span<const Entry> entries) override {
    return writer_->Append(entries, &turn_);
  }

 private:
  EmbeddedWriter* const writer_;
  const EmbeddedWriter::Turn turn_;
};

class EmbeddedLog : public EventLog {
 public:
  // Exactly one of writer and watch.
  EmbeddedLog(std::string directory, const EmbeddedOptions& options,
              std::unique_ptr<EmbeddedWriter> writer, std::unique_ptr<Watch> watch)
      : directory_(std::move(directory)),
        options_(options),
        writer_(std::move(writer)),
        watch_(std::move(watch)) {}

  const Identity& identity() const override {
    return writer_ ? writer_->identity() : watch_->identity();
  }

  absl::Status Append(std::span<const Entry> entries) override {
    if (!writer_) return ReadOnly();
    return writer_->Append(entries, nullptr);
  }

  absl::StatusOr<std::unique_ptr<RoleWriter>> TakeRole(Role role) override {
    if (!writer_) return ReadOnly();
    return std::make_unique<EmbeddedRoleWriter>(
        writer_.get(), writer_->Take(role == Role::kConfig ? "config" : "ticker"));
  }

  absl::StatusOr<std::unique_ptr<Reader>> NewReader(Stream stream, int partition,
                                                    int64_t from_position) override {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, End(stream, partition));
    if (from_position < 0 || from_position > end) {
      return base::OutOfRange(
          fmt::format("{}: {} of partition {}: position {} is not in the log, which ends at {}",
                      directory_, StreamName(stream), partition, from_position, end));
    }
    const Live* live = writer_ ? &writer_->live() : nullptr;
    return EmbeddedReader::Open(options_.files, directory_, live, stream, partition, from_position);
  }

  absl::StatusOr<int64_t> End(Stream stream, int partition) override {
    TIEOUT_CHECK(partition >= 0 && partition < identity().partitions);
    const size_t index = EndIndex(stream, partition, identity().partitions);
    if (!writer_) return watch_->End(index);
    std::lock_guard lock(writer_->live().mutex);
    return writer_->live().ends[index];
  }

  absl::StatusOr<CommitPoint> Committed(int partition) override {
    TIEOUT_CHECK(partition >= 0 && partition < identity().partitions);
    if (!writer_) return watch_->Point(partition);
    std::lock_guard lock(writer_->live().mutex);
    return writer_->live().points[static_cast<size_t>(partition)];
  }

  absl::StatusOr<std::unique_ptr<Slot>> OpenSlot(int slot) override {
    if (!writer_) return ReadOnly();
    if (slot < 0 || slot >= options_.slots) {
      return base::InvalidArgument(
          fmt::format("slot {}: this log is opened with {} slots", slot, options_.slots));
    }
    std::vector<int> partitions;
    for (int p = slot; p < identity().partitions; p += options_.slots) partitions.push_back(p);
    return std::make_unique<EmbeddedSlot>(writer_.get(), options_.files, directory_,
                                          std::move(partitions),
                                          writer_->Take(fmt::format("slot {}", slot)));
  }

 private:
  absl::Status ReadOnly() const {
    return base::FailedPrecondition(
        fmt::format("{}: the log is open for reading only", directory_));
  }

  const std::string directory_;
  const EmbeddedOptions options_;
  const std::unique_ptr<EmbeddedWriter> writer_;
  const std::unique_ptr<Watch> watch_;
};

EmbeddedOptions WithFiles(EmbeddedOptions options) {
  if (options.files == nullptr) options.files = RealFileSystem();
  return options;
}

}  // namespace

absl::Status CreateEmbedded(const std::string& dir, const Identity& identity,
                            std::span<const Entry> beginning,
                            const EmbeddedOptions& given_options) {
  const EmbeddedOptions options = WithFiles(given_options);
  if (identity.log_id.empty()) return base::InvalidArgument("a log needs an id");
  if (identity.partitions < 1 || identity.partitions > kMaxPartitions) {
    return base::InvalidArgument(
        fmt::format("{} partitions: a log has 1 to {}", identity.partitions, kMaxPartitions));
  }
  TIEOUT_RETURN_IF_ERROR(options.files->MakeDirectory(dir));
  TIEOUT_ASSIGN_OR_RETURN(const auto lock, LockLog(*options.files, dir));
  const absl::Status found = ListSegments(*options.files, dir).status();
  if (found.ok()) return base::AlreadyExists(fmt::format("{}: holds a log already", dir));
  if (!absl::IsNotFound(found)) return found;
  SegmentHeader header{.identity = identity, .number = 1};
  header.ends.resize(static_cast<size_t>(identity.partitions) * kStreamCount);
  for (int p = 0; p < identity.partitions; ++p) header.points.push_back({.partition = p});
  return MakeSegment(*options.files, dir, header, beginning);
}

absl::StatusOr<std::unique_ptr<EventLog>> OpenEmbedded(const std::string& dir,
                                                       const EmbeddedOptions& given_options) {
  const EmbeddedOptions options = WithFiles(given_options);
  std::unique_ptr<EmbeddedWriter> writer;
  std::unique_ptr<Watch> watch;
  if (options.read_only) {
    TIEOUT_ASSIGN_OR_RETURN(watch, Watch::Open(options.files, dir));
  } else {
    TIEOUT_ASSIGN_OR_RETURN(writer, EmbeddedWriter::Open(dir, options));
  }
  return std::make_unique<EmbeddedLog>(dir, options, std::move(writer), std::move(watch));
}

}  // namespace tieout::log
