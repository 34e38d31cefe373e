#include "engine/log/segment.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "engine/log/commit_point.h"
#include "engine/log/crc32c.h"
#include "engine/log/wire.h"

namespace tieout::log {
namespace {

constexpr std::string_view kMagic = "TIEOUTLG";
constexpr uint32_t kSegmentVersion = 1;
constexpr size_t kHeaderPrefixBytes = 20;  // magic, version, length, crc
constexpr size_t kMaxHeaderBytes = size_t{64} << 20;
constexpr std::string_view kFrameMagic = "TFRM";
constexpr size_t kPieceBytes = size_t{1} << 20;
constexpr std::string_view kNamePrefix = "segment-";
constexpr size_t kNameDigits = 10;

uint32_t HeaderCrc(uint32_t version, std::string_view body) {
  std::string prefix;
  Put(&prefix, version);
  Put(&prefix, static_cast<uint32_t>(body.size()));
  return Crc32c(body, Crc32c(prefix));
}

uint32_t FrameCrc(uint64_t segment, int64_t offset, std::string_view payload) {
  std::string place;
  Put(&place, segment);
  Put(&place, static_cast<uint64_t>(offset));
  Put(&place, static_cast<uint32_t>(payload.size()));
  return Crc32c(payload, Crc32c(place));
}

// The payload's size as a frame's header says it; nullopt: this begins no frame.
std::optional<size_t> PayloadSize(std::string_view bytes) {
  uint32_t length = 0;
  if (bytes.substr(0, kFrameMagic.size()) != kFrameMagic) return std::nullopt;
  bytes.remove_prefix(kFrameMagic.size());
  if (!Take(&bytes, &length) || length > kMaxPayloadBytes) return std::nullopt;
  return length;
}

// The payload of the whole, undamaged frame that `bytes` begin with.
std::optional<std::string_view> CheckedPayload(uint64_t segment, int64_t offset,
                                               std::string_view bytes) {
  const std::optional<size_t> size = PayloadSize(bytes);
  if (!size || bytes.size() < kFrameHeaderBytes + *size) return std::nullopt;
  std::string_view rest = bytes.substr(kFrameMagic.size() + sizeof(uint32_t));
  uint32_t crc = 0;
  if (!Take(&rest, &crc)) return std::nullopt;
  const std::string_view payload = rest.substr(0, *size);
  if (FrameCrc(segment, offset, payload) != crc) return std::nullopt;
  return payload;
}

bool TakeBody(std::string_view body, SegmentHeader* header) {
  std::string_view log_id;
  uint32_t partitions = 0;
  if (!TakeBytes(&body, &log_id) || !Take(&body, &partitions) || !Take(&body, &header->number)) {
    return false;
  }
  if (partitions == 0 || partitions > kMaxPartitions) return false;
  header->identity = Identity{std::string(log_id), static_cast<int>(partitions)};
  header->ends.resize(size_t{partitions} * kStreamCount);
  for (int64_t& end : header->ends) {
    if (!Take(&body, &end)) return false;
  }
  for (uint32_t p = 0; p < partitions; ++p) {
    std::string_view value;
    if (!TakeBytes(&body, &value)) return false;
    absl::StatusOr<LoggedPoint> point = DecodeCommitPoint(value);
    if (!point.ok()) return false;
    header->points.push_back(std::move(point->point));
  }
  return body.empty();
}

absl::Status DamagedHeader(const std::string& path) {
  return base::DataLoss(fmt::format(
      "{}: the segment's header is damaged: restore a backup (tieout log restore)", path));
}

}  // namespace

std::string SegmentName(uint64_t number) {
  return fmt::format("{}{:0{}}", kNamePrefix, number, kNameDigits);
}

std::optional<uint64_t> SegmentNumber(std::string_view name) {
  if (!name.starts_with(kNamePrefix)) return std::nullopt;
  name.remove_prefix(kNamePrefix.size());
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), number);
  if (name.size() < kNameDigits || error != std::errc() || end != name.data() + name.size()) {
    return std::nullopt;
  }
  return number;
}

std::string SegmentPath(const std::string& directory, uint64_t number) {
  return fmt::format("{}/{}", directory, SegmentName(number));
}

absl::StatusOr<std::vector<uint64_t>> ListSegments(FileSystem& files,
                                                   const std::string& directory) {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> names, files.List(directory));
  std::vector<uint64_t> numbers;
  for (const std::string& name : names) {
    if (const auto number = SegmentNumber(name)) numbers.push_back(*number);
  }
  if (numbers.empty()) return base::NotFound(fmt::format("{}: holds no log", directory));
  std::sort(numbers.begin(), numbers.end());
  for (size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != i + 1) {
      return base::DataLoss(
          fmt::format("{}: the file is missing: restore a backup (tieout log restore)",
                      SegmentPath(directory, i + 1)));
    }
  }
  return numbers;
}

std::string EncodeSegmentHeader(const SegmentHeader& header) {
  std::string body;
  PutBytes(&body, header.identity.log_id);
  Put(&body, static_cast<uint32_t>(header.identity.partitions));
  Put(&body, header.number);
  for (const int64_t end : header.ends) Put(&body, end);
  for (const CommitPoint& point : header.points) {
    PutBytes(&body, EncodeCommitPoint(header.identity.log_id, point));
  }
  std::string bytes(kMagic);
  Put(&bytes, kSegmentVersion);
  Put(&bytes, static_cast<uint32_t>(body.size()));
  Put(&bytes, HeaderCrc(kSegmentVersion, body));
  return bytes + body;
}

absl::StatusOr<LoadedHeader> ReadSegmentHeader(const File& file, const std::string& path) {
  std::string bytes(kHeaderPrefixBytes, '\0');
  TIEOUT_ASSIGN_OR_RETURN(size_t n, file.ReadAt(0, bytes.data(), bytes.size()));
  std::string_view in = std::string_view(bytes).substr(0, n);
  std::string_view magic;
  uint32_t version = 0, length = 0, crc = 0;
  if (!TakeView(&in, kMagic.size(), &magic) || magic != kMagic || !Take(&in, &version) ||
      !Take(&in, &length) || !Take(&in, &crc) || length > kMaxHeaderBytes) {
    return DamagedHeader(path);
  }
  std::string body(length, '\0');
  TIEOUT_ASSIGN_OR_RETURN(n, file.ReadAt(kHeaderPrefixBytes, body.data(), body.size()));
  if (n < body.size() || HeaderCrc(version, body) != crc) return DamagedHeader(path);
  if (version != kSegmentVersion) {
    return base::FailedPrecondition(
        fmt::format("{}: written in format {}, this build reads {}: use a newer tieout", path,
                    version, kSegmentVersion));
  }
  LoadedHeader loaded;
  if (!TakeBody(body, &loaded.header)) return DamagedHeader(path);
  loaded.size = static_cast<int64_t>(kHeaderPrefixBytes + body.size());
  return loaded;
}

void PutEntry(std::string* entries, const Entry& entry) {
  Put(entries, static_cast<uint8_t>(entry.stream));
  Put(entries, static_cast<uint16_t>(entry.partition));
  Put(entries, static_cast<uint32_t>(entry.key.size()));
  Put(entries, static_cast<uint32_t>(entry.value.size()));
  entries->append(entry.key);
  entries->append(entry.value);
}

bool TakeEntry(std::string_view* entries, EntryView* entry) {
  uint8_t stream = 0;
  uint16_t partition = 0;
  uint32_t key_length = 0, value_length = 0;
  if (!Take(entries, &stream) || !Take(entries, &partition) || !Take(entries, &key_length) ||
      !Take(entries, &value_length) || stream >= kStreamCount) {
    return false;
  }
  entry->stream = static_cast<Stream>(stream);
  entry->partition = partition;
  return TakeView(entries, key_length, &entry->key) &&
         TakeView(entries, value_length, &entry->value);
}

std::string EncodeFrame(uint64_t segment, int64_t offset, int64_t append_time_us,
                        std::string_view entries) {
  std::string frame(kFrameMagic);
  frame.reserve(kFrameHeaderBytes + sizeof append_time_us + entries.size());
  Put(&frame, static_cast<uint32_t>(sizeof append_time_us + entries.size()));
  Put(&frame, uint32_t{0});  // the crc's place
  Put(&frame, append_time_us);
  frame.append(entries);
  const uint32_t crc = FrameCrc(segment, offset, std::string_view(frame).substr(kFrameHeaderBytes));
  std::memcpy(frame.data() + kFrameHeaderBytes - sizeof crc, &crc, sizeof crc);
  return frame;
}

absl::Status FrameBuffer::Load(const File& file, uint64_t segment, int64_t offset, int64_t limit) {
  segment_ = segment;
  offset_ = offset;
  used_ = 0;
  const size_t available = limit > offset ? static_cast<size_t>(limit - offset) : 0;
  bytes_.resize(std::min(available, kPieceBytes));
  TIEOUT_ASSIGN_OR_RETURN(size_t n, file.ReadAt(offset, bytes_.data(), bytes_.size()));
  bytes_.resize(n);
  const std::optional<size_t> payload = PayloadSize(bytes_);
  if (!payload) return absl::OkStatus();
  const size_t whole = kFrameHeaderBytes + *payload;
  if (whole <= n || whole > available) return absl::OkStatus();
  bytes_.resize(whole);
  TIEOUT_ASSIGN_OR_RETURN(const size_t more, file.ReadAt(offset + static_cast<int64_t>(n),
                                                         bytes_.data() + n, whole - n));
  bytes_.resize(n + more);
  return absl::OkStatus();
}

bool FrameBuffer::Next(Frame* frame) {
  std::optional<std::string_view> payload =
      CheckedPayload(segment_, offset_, std::string_view(bytes_).substr(used_));
  if (!payload) return false;
  const size_t size = kFrameHeaderBytes + payload->size();
  used_ += size;
  offset_ += static_cast<int64_t>(size);
  if (!Take(&*payload, &frame->append_time_us)) return false;
  frame->entries = *payload;
  return true;
}

absl::StatusOr<std::optional<int64_t>> FindFrame(const File& file, uint64_t segment, int64_t from,
                                                 int64_t limit) {
  std::string piece;
  FrameBuffer candidate;
  while (from < limit) {
    piece.resize(std::min(static_cast<size_t>(limit - from), kPieceBytes));
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, file.ReadAt(from, piece.data(), piece.size()));
    piece.resize(n);
    for (size_t at = piece.find(kFrameMagic); at != std::string::npos;
         at = piece.find(kFrameMagic, at + 1)) {
      const int64_t offset = from + static_cast<int64_t>(at);
      Frame frame;
      TIEOUT_RETURN_IF_ERROR(candidate.Load(file, segment, offset, limit));
      if (candidate.Next(&frame)) return std::optional<int64_t>(offset);
    }
    if (n < kFrameHeaderBytes) break;
    from += static_cast<int64_t>(n - kFrameMagic.size() + 1);  // a magic across two pieces
  }
  return std::optional<int64_t>();
}

}  // namespace tieout::log
