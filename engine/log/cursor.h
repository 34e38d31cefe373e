// Walks an embedded log's entries in the order they were appended, across segments.
//
//   TIEOUT_ASSIGN_OR_RETURN(LogCursor cursor, LogCursor::At(files, dir, segment, live));
//   while (cursor.Load().value()) {
//     for (LocatedEntry entry; cursor.Next(&entry);) ...
//   }
#pragma once

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/file.h"
#include "engine/log/segment.h"

namespace tieout::log {

// Where the writer of this process stands.
struct Live {
  mutable std::mutex mutex;
  mutable std::condition_variable changed;  // something came

  // All below guarded by mutex.
  uint64_t segment = 0;             // the last one
  int64_t size = 0;                 // bytes of it that are written as durably as was asked for
  std::vector<int64_t> ends;        // by EndIndex
  std::vector<CommitPoint> points;  // by partition
};

struct LocatedEntry {
  EntryView entry;
  int64_t position = 0;
  int64_t append_time_us = 0;
};

class LogCursor {
 public:
  // At the beginning of a segment. `live` is null in a process that reads beside the writer (which
  // then sees what is in the files), else outlives the cursor.
  static absl::StatusOr<LogCursor> At(FileSystem* files, const std::string& directory,
                                      uint64_t segment, const Live* live);

  // The next piece, with an entry or more; false: nothing new now. kDataLoss: damaged, and stays
  // so.
  absl::StatusOr<bool> Load();
  // The next entry of the piece, valid until the next Load.
  bool Next(LocatedEntry* located);

  const Identity& identity() const { return header_.identity; }
  uint64_t segment() const { return header_.number; }
  // The first byte in the segment that Next hasn't come to, and what lay there and beyond it when
  // Load last found no whole append: a torn end, or one being written.
  int64_t offset() const { return buffer_.offset(); }
  int64_t torn_bytes() const { return torn_bytes_; }
  // Up to what Next has handed out.
  const std::vector<int64_t>& ends() const { return ends_; }
  const std::vector<CommitPoint>& points() const { return points_; }

 private:
  struct Extent {
    int64_t size = 0;     // readable bytes of this segment
    bool closed = false;  // another segment follows
  };
  absl::Status Open(uint64_t segment);
  absl::Status GoToNextSegment();
  absl::StatusOr<Extent> ReadableExtent() const;
  absl::Status ExplainBadFrame(const Extent& extent, bool* is_torn);
  bool TakeFrame();
  bool Fail(std::string_view what);

  FileSystem* files_ = nullptr;
  std::string directory_;
  const Live* live_ = nullptr;

  std::unique_ptr<File> file_;
  SegmentHeader header_;
  FrameBuffer buffer_;
  Frame frame_;  // entries: what Next hasn't handed out
  std::vector<int64_t> ends_;
  std::vector<CommitPoint> points_;
  int64_t torn_bytes_ = 0;
  absl::Status damage_;
};

// The segment that holds a position, or will.
absl::StatusOr<uint64_t> FindSegment(FileSystem& files, const std::string& directory,
                                     size_t end_index, int64_t position);

}  // namespace tieout::log
