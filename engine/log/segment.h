// The bytes of the embedded log. A log is the files segment-0000000001, segment-0000000002 ... of
// one directory; a new one is begun once the last has reached its size.
//
//   segment := header frame*
//   header  := "TIEOUTLG" version:u32=1 length:u32 crc:u32 body        (length of body)
//   body    := log_id:bytes partitions:u32 segment:u64 end:u64{4 × partitions}
//   point:bytes{partitions} frame   := "TFRM" length:u32 crc:u32 payload (length of payload)
//   payload := append_time_us:i64 entry+
//   entry   := stream:u8 partition:u16 key_length:u32 value_length:u32 key value
//   bytes   := length:u32 byte*
//
// Numbers are little-endian. The header's crc is CRC32C of version, length and body; a frame's of
// segment:u64, the frame's offset in its file:u64, length and payload, so that a frame's bytes
// prove themselves only where they were written.
//
// A frame is one append (or several that came at the same time): it is there whole or not at all,
// and is written only when the one before is durable (with Fsync::kEach). The header repeats where
// the log stands: the end of each stream and partition (streams outermost) and each partition's
// commit point (commit_point.h). So opening reads one segment, a position is found by a binary
// search over headers, and nothing about the past is kept in memory.
//
// A header becomes visible whole: the file is written under another name and renamed.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/file.h"
#include "engine/log/log.h"

namespace tieout::log {

inline constexpr size_t kFrameHeaderBytes = 12;
inline constexpr size_t kMaxPayloadBytes = size_t{256} << 20;
inline constexpr int kMaxPartitions = 4096;

struct SegmentHeader {
  Identity identity;
  uint64_t number = 0;
  std::vector<int64_t> ends;        // by EndIndex
  std::vector<CommitPoint> points;  // by partition
};

inline size_t EndIndex(Stream stream, int partition, int partitions) {
  return static_cast<size_t>(stream) * static_cast<size_t>(partitions) +
         static_cast<size_t>(partition);
}

std::string SegmentName(uint64_t number);
std::optional<uint64_t> SegmentNumber(std::string_view name);
std::string SegmentPath(const std::string& directory, uint64_t number);
// The numbers of a log's segments, ascending without a gap from 1: kDataLoss otherwise. kNotFound:
// no log here.
absl::StatusOr<std::vector<uint64_t>> ListSegments(FileSystem& files, const std::string& directory);

std::string EncodeSegmentHeader(const SegmentHeader& header);
struct LoadedHeader {
  SegmentHeader header;
  int64_t size = 0;  // of the header in the file: where frames begin
};
absl::StatusOr<LoadedHeader> ReadSegmentHeader(const File& file, const std::string& path);

void PutEntry(std::string* entries, const Entry& entry);
struct EntryView {
  Stream stream;
  int partition;
  std::string_view key;
  std::string_view value;
};
bool TakeEntry(std::string_view* entries, EntryView* entry);

// The whole frame, to be written at `offset`.
std::string EncodeFrame(uint64_t segment, int64_t offset, int64_t append_time_us,
                        std::string_view entries);
struct Frame {
  int64_t append_time_us = 0;
  std::string_view entries;
};

// Whole frames out of a piece of a file.
class FrameBuffer {
 public:
  // Reads a piece from `offset` on, none of it at or after `limit`; at least one frame, if a whole
  // one is there.
  absl::Status Load(const File& file, uint64_t segment, int64_t offset, int64_t limit);
  // The next frame of the piece, valid until the next Load; false: no whole frame at offset().
  bool Next(Frame* frame);
  int64_t offset() const { return offset_; }

 private:
  std::string bytes_;
  size_t used_ = 0;
  uint64_t segment_ = 0;
  int64_t offset_ = 0;
};

// The first whole frame at or after `from`: how a damaged log is told from a torn end.
absl::StatusOr<std::optional<int64_t>> FindFrame(const File& file, uint64_t segment, int64_t from,
                                                 int64_t limit);

}  // namespace tieout::log
