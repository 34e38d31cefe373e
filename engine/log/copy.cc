#include "engine/log/copy.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <vector>

#include "engine/log/crc32c.h"
#include "engine/log/wire.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr std::array kCopied{Stream::kEvents, Stream::kRecords, Stream::kDeadLetters};
constexpr size_t kEntriesAtOnce = 5'000;
constexpr int64_t kBytesAtOnce = int64_t{4} << 20;
constexpr milliseconds kWait{100};
constexpr std::chrono::seconds kPatience{60};

// Entries as one number, the same wherever they lie.
struct Contents {
  int64_t count = 0;
  uint32_t crc = 0;
  void Add(const Stored& entry) {
    std::string sizes;
    Put(&sizes, static_cast<uint64_t>(entry.key.size()));
    Put(&sizes, static_cast<uint64_t>(entry.value.size()));
    crc = Crc32c(entry.value, Crc32c(entry.key, Crc32c(sizes, crc)));
    ++count;
  }
  friend bool operator==(const Contents&, const Contents&) = default;
};

// Hands every entry that a stream and partition holds now to `take`.
template <typename TakeEntry>
absl::Status ReadThrough(EventLog* log, Stream stream, int partition, const TakeEntry& take) {
  TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log->End(stream, partition));
  TIEOUT_ASSIGN_OR_RETURN(const auto reader, log->NewReader(stream, partition, 0));
  while (reader->position() < end) {
    TIEOUT_ASSIGN_OR_RETURN(const auto entries, reader->Read(kEntriesAtOnce, kWait));
    for (const Stored& entry : entries) TIEOUT_RETURN_IF_ERROR(take(entry));
  }
  return absl::OkStatus();
}

class Copier {
 public:
  Copier(EventLog* source, EventLog* destination, const CopyOptions& options)
      : source_(source), destination_(destination), options_(options) {}

  absl::Status CheckDestination() {
    const Identity& from = source_->identity();
    const Identity& to = destination_->identity();
    if (from.log_id != to.log_id || from.partitions != to.partitions) {
      return base::FailedPrecondition(fmt::format(
          "the destination is made for log {} with {} partitions, the source is log {} with {}: "
          "make it with the source's id and partition count",
          to.log_id, to.partitions, from.log_id, from.partitions));
    }
    for (int p = 0; p < to.partitions; ++p) {
      for (const Stream stream : kCopied) {
        TIEOUT_ASSIGN_OR_RETURN(const int64_t end, destination_->End(stream, p));
        if (end == 0) continue;
        return base::FailedPrecondition(fmt::format(
            "the destination isn't empty: {} of partition {} end at {}. A copy goes into new "
            "topics or a new directory",
            StreamName(stream), p, end));
      }
    }
    return absl::OkStatus();
  }

  // Where every stream of the source ends, and how far it is folded.
  absl::StatusOr<std::vector<int64_t>> Standing() {
    std::vector<int64_t> standing;
    for (int p = 0; p < source_->identity().partitions; ++p) {
      for (const Stream stream : kCopied) {
        TIEOUT_ASSIGN_OR_RETURN(standing.emplace_back(), source_->End(stream, p));
      }
      TIEOUT_ASSIGN_OR_RETURN(const CommitPoint point, source_->Committed(p));
      standing.push_back(point.next_position);
    }
    return standing;
  }

  absl::StatusOr<int64_t> CopyStream(Stream stream, int partition) {
    CommitPoint point;
    if (stream == Stream::kEvents) {
      TIEOUT_ASSIGN_OR_RETURN(point, source_->Committed(partition));
    }
    Contents contents;
    int64_t folded = 0;  // how many entries lie before the commit point
    TIEOUT_RETURN_IF_ERROR(
        ReadThrough(source_, stream, partition, [&](const Stored& entry) -> absl::Status {
          contents.Add(entry);
          if (entry.position < point.next_position) ++folded;
          return Add(stream, partition, entry);
        }));
    TIEOUT_RETURN_IF_ERROR(Flush());
    TIEOUT_RETURN_IF_ERROR(ReadBack(stream, partition, contents, folded, &point));
    if (stream == Stream::kEvents) points_.push_back(std::move(point));
    return contents.count;
  }

  absl::Status CommitPoints() {
    TIEOUT_ASSIGN_OR_RETURN(const auto slot, destination_->OpenSlot(0));
    const auto until = steady_clock::now() + kPatience;
    while (slot->partitions().size() < points_.size()) {
      TIEOUT_RETURN_IF_ERROR(slot->Poll(1, kWait).status());
      if (steady_clock::now() < until) continue;
      return base::FailedPrecondition(
          "another slot of the destination holds some of its partitions: stop who folds there");
    }
    for (CommitPoint& point : points_) {
      TIEOUT_RETURN_IF_ERROR(slot->Committed(point.partition).status());
      if (options_.progress && !point.progress.empty()) point.progress = options_.progress(point);
    }
    for (;;) {
      const absl::StatusOr<CommitOutcome> outcome = slot->Commit({}, points_);
      if (outcome.ok() && *outcome == CommitOutcome::kCommitted) return absl::OkStatus();
      if (outcome.ok() && *outcome == CommitOutcome::kLost) {
        return base::Aborted("another slot took the destination's partitions");
      }
      if (!outcome.ok() && !absl::IsUnavailable(outcome.status())) return outcome.status();
      if (steady_clock::now() >= until) {
        return base::Unavailable("the destination doesn't take the commit points");
      }
    }
  }

 private:
  absl::Status Add(Stream stream, int partition, const Stored& entry) {
    batch_.push_back({stream, partition, std::string(entry.key), std::string(entry.value)});
    batch_bytes_ += static_cast<int64_t>(entry.key.size() + entry.value.size());
    if (batch_.size() < kEntriesAtOnce && batch_bytes_ < kBytesAtOnce) return absl::OkStatus();
    return Flush();
  }

  absl::Status Flush() {
    if (batch_.empty()) return absl::OkStatus();
    if (const absl::Status status = destination_->Append(batch_); !status.ok()) {
      // Trying again might write it twice: an append of unknown outcome is no copy.
      return absl::Status(
          status.code(),
          fmt::format("{}: throw the destination away and begin again", base::Message(status)));
    }
    entries_ += static_cast<int64_t>(batch_.size());
    bytes_ += batch_bytes_;
    batch_.clear();
    batch_bytes_ = 0;
    if (options_.report) options_.report(entries_, bytes_);
    return absl::OkStatus();
  }

  // Compares, and puts `point` where the same count of entries lies before it.
  absl::Status ReadBack(Stream stream, int partition, const Contents& copied, int64_t folded,
                        CommitPoint* point) {
    Contents found;
    point->next_position = 0;
    TIEOUT_RETURN_IF_ERROR(
        ReadThrough(destination_, stream, partition, [&](const Stored& entry) -> absl::Status {
          if (found.count < folded) point->next_position = entry.position + 1;
          found.Add(entry);
          return absl::OkStatus();
        }));
    if (found == copied) return absl::OkStatus();
    return base::DataLoss(fmt::format(
        "{} of partition {}: {} entries were copied, the destination holds {} or others: does "
        "something else write there? Throw it away and begin again",
        StreamName(stream), partition, copied.count, found.count));
  }

  EventLog* const source_;
  EventLog* const destination_;
  const CopyOptions& options_;
  std::vector<Entry> batch_;
  int64_t batch_bytes_ = 0;
  int64_t entries_ = 0;
  int64_t bytes_ = 0;
  std::vector<CommitPoint> points_;
};

}  // namespace

absl::StatusOr<CopyReport> CopyLog(EventLog* source, EventLog* destination,
                                   const CopyOptions& options) {
  Copier copier(source, destination, options);
  TIEOUT_RETURN_IF_ERROR(copier.CheckDestination());
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<int64_t> before, copier.Standing());
  CopyReport report;
  for (int p = 0; p < source->identity().partitions; ++p) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t events, copier.CopyStream(Stream::kEvents, p));
    TIEOUT_ASSIGN_OR_RETURN(const int64_t records, copier.CopyStream(Stream::kRecords, p));
    TIEOUT_ASSIGN_OR_RETURN(const int64_t letters, copier.CopyStream(Stream::kDeadLetters, p));
    report.events += events;
    report.records += records;
    report.dead_letters += letters;
  }
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<int64_t> after, copier.Standing());
  if (before != after) {
    return base::FailedPrecondition(
        "the source was written while it was copied: stop who writes there (serve, run, ingest), "
        "throw the destination away and begin again");
  }
  TIEOUT_RETURN_IF_ERROR(copier.CommitPoints());
  return report;
}

}  // namespace tieout::log
