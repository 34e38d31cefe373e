#include "engine/log/embedded_reader.h"

#include <algorithm>
#include <thread>

namespace tieout::log {
namespace {
constexpr std::chrono::milliseconds kLookEvery{2};
}  // namespace

void WaitBeyond(const LogCursor& cursor, const Live* live,
                std::chrono::steady_clock::time_point until) {
  if (live == nullptr) {
    std::this_thread::sleep_until(std::min(until, std::chrono::steady_clock::now() + kLookEvery));
    return;
  }
  std::unique_lock lock(live->mutex);
  live->changed.wait_until(lock, until, [&] {
    return live->segment > cursor.segment() ||
           (live->segment == cursor.segment() && live->size > cursor.offset());
  });
}

absl::StatusOr<std::unique_ptr<EmbeddedReader>> EmbeddedReader::Open(FileSystem* files,
                                                                     const std::string& directory,
                                                                     const Live* live,
                                                                     Stream stream, int partition,
                                                                     int64_t from_position) {
  TIEOUT_ASSIGN_OR_RETURN(LogCursor cursor, LogCursor::At(files, directory, 1, live));
  const size_t index = EndIndex(stream, partition, cursor.identity().partitions);
  TIEOUT_ASSIGN_OR_RETURN(const uint64_t segment,
                          FindSegment(*files, directory, index, from_position));
  if (segment != 1) {
    TIEOUT_ASSIGN_OR_RETURN(cursor, LogCursor::At(files, directory, segment, live));
  }
  return std::unique_ptr<EmbeddedReader>(
      new EmbeddedReader(std::move(cursor), live, stream, partition, from_position));
}

absl::Status EmbeddedReader::Fill() {
  ready_.clear();
  given_ = 0;
  while (ready_.empty()) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, cursor_.Load());
    if (!more) break;
    for (LocatedEntry at; cursor_.Next(&at);) {
      if (at.entry.stream != stream_ || at.entry.partition != partition_) continue;
      if (at.position < position_) continue;
      ready_.push_back({at.position, at.append_time_us, at.entry.key, at.entry.value});
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::span<const Stored>> EmbeddedReader::Read(size_t max,
                                                             std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  while (given_ == ready_.size()) {
    TIEOUT_RETURN_IF_ERROR(Fill());
    if (!ready_.empty()) break;
    if (std::chrono::steady_clock::now() >= until) return std::span<const Stored>();
    WaitBeyond(cursor_, live_, until);
  }
  const auto entries =
      std::span<const Stored>(ready_).subspan(given_).first(std::min(max, ready_.size() - given_));
  given_ += entries.size();
  position_ += static_cast<int64_t>(entries.size());
  return entries;
}

}  // namespace tieout::log
