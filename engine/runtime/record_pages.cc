#include "engine/runtime/record_pages.h"

#include <algorithm>
#include <charconv>
#include <chrono>

#include "absl/strings/str_split.h"
#include "engine/base/text.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"
#include "fmt/ranges.h"

namespace tieout::runtime {
namespace {

constexpr std::chrono::milliseconds kPageWait{1000};

// Reads on from *position up to `max` records in all or the stream's end.
absl::Status ReadStream(log::EventLog* log, int partition, int64_t end, size_t max,
                        int64_t* position, std::vector<ledger::Record>* records) {
  if (*position >= end || records->size() >= max) return absl::OkStatus();
  TIEOUT_ASSIGN_OR_RETURN(auto reader, log->NewReader(log::Stream::kRecords, partition, *position));
  while (reader->position() < end && records->size() < max) {
    TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(max - records->size(), kPageWait));
    for (const log::Stored& entry : entries) {
      if (entry.position >= end) break;
      TIEOUT_ASSIGN_OR_RETURN(ledger::Record record, codec::DecodeRecord(entry.value));
      records->push_back(std::move(record));
    }
    *position = std::min(reader->position(), end);
  }
  return absl::OkStatus();
}

// Their positions are those that the log will most likely give them: from its end on.
absl::Status TakeUncommitted(const RecordSpool& records, int64_t from, size_t max,
                             int64_t* position, RecordsPage* page) {
  auto next = static_cast<size_t>(*position - from);
  for (; next < records.size() && page->records.size() < max; ++next, ++*position) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string bytes, records.Read(next));
    TIEOUT_ASSIGN_OR_RETURN(ledger::Record record, codec::DecodeRecord(bytes));
    page->records.push_back(std::move(record));
  }
  page->more = page->more || next < records.size();
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<int64_t>> ParseCursor(const std::string& cursor, int partitions) {
  std::vector<int64_t> positions;
  if (cursor.empty()) {
    positions.assign(static_cast<size_t>(partitions), 0);
    return positions;
  }
  for (const std::string& part : std::vector<std::string>(absl::StrSplit(cursor, '.'))) {
    int64_t position = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), position);
    if (error != std::errc() || end != part.data() + part.size() || position < 0) break;
    positions.push_back(position);
  }
  if (static_cast<int>(positions.size()) == partitions && FormatCursor(positions) == cursor) {
    return positions;
  }
  return base::InvalidArgument(fmt::format(
      "after: {} is no cursor of this log, which has {} partitions; leave it out to begin at the "
      "beginning, then pass on what `next` says",
      base::Quoted(cursor), partitions));
}

std::string FormatCursor(const std::vector<int64_t>& positions) {
  return fmt::format("{}", fmt::join(positions, "."));
}

absl::StatusOr<RecordsPage> ReadRecords(log::EventLog* log, const std::string& after, size_t max,
                                        const Uncommitted* uncommitted) {
  const int partitions = log->identity().partitions;
  TIEOUT_ASSIGN_OR_RETURN(std::vector<int64_t> positions, ParseCursor(after, partitions));
  RecordsPage page;
  for (int partition = 0; partition < partitions; ++partition) {
    const auto at = static_cast<size_t>(partition);
    int64_t end = 0;
    if (uncommitted != nullptr) {
      end = uncommitted->from[at];
    } else {
      TIEOUT_ASSIGN_OR_RETURN(end, log->End(log::Stream::kRecords, partition));
    }
    TIEOUT_RETURN_IF_ERROR(ReadStream(log, partition, end, max, &positions[at], &page.records));
    if (positions[at] < end) {
      page.more = true;
    } else if (uncommitted != nullptr) {
      TIEOUT_RETURN_IF_ERROR(
          TakeUncommitted(uncommitted->records[at], end, max, &positions[at], &page));
    }
  }
  page.next = FormatCursor(positions);
  return page;
}

}  // namespace tieout::runtime
