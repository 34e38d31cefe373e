// The event log and the outputs beside it, as bytes: one interface, two real implementations,
// the embedded log (embedded.h) and Apache Kafka (kafka.h).
//
// A log has N partitions, each with four streams. Only the events stream is input; the others are
// written with the position they were folded up to, so that they are there exactly once.
//
// Positions are the log's own (Kafka's have gaps); ordinals are counted by the fold, elsewhere.
// Errors: kFailedPrecondition: refused, with the way out; kUnavailable: try again later;
// kDataLoss: the log is damaged; kAborted: another writer took over.
// Thread safety: an EventLog may be used from several threads, a Reader and a Slot from one.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"

namespace tieout::log {

enum class Stream : uint8_t { kEvents = 0, kRecords = 1, kDeadLetters = 2, kProgress = 3 };
inline constexpr int kStreamCount = 4;
std::string_view StreamName(Stream stream);  // "events", "records", "dead_letters", "progress"

// One entry to append. The key is the home (events) or seller (records); empty: none.
struct Entry {
  Stream stream = Stream::kEvents;
  int partition = 0;
  std::string key;
  std::string value;
};

// One entry read. Views are valid until the next call on the Reader or Slot they came from.
struct Stored {
  int64_t position = 0;
  int64_t append_time_us = 0;  // the log's clock; shown, decides nothing
  std::string_view key;
  std::string_view value;
};

class Reader {
 public:
  virtual ~Reader() = default;
  // At most `max` next entries; waits up to `wait` for the first. Empty: nothing new.
  virtual absl::StatusOr<std::span<const Stored>> Read(size_t max, std::chrono::milliseconds wait) = 0;
};

// How far a partition's events are folded, and the bytes the folder left with that (its progress).
struct CommitPoint {
  int partition = 0;
  int64_t next_position = 0;
  std::string progress;  // empty: nothing was ever committed
};

struct Batch {
  int partition = -1;  // -1: nothing came in the time given
  std::span<const Stored> entries;
};

enum class CommitOutcome {
  kCommitted,  // output and position are durable and visible together
  kAborted,    // neither is; commit the same bytes again
  kLost,       // another holder took the slot: drop memory, read Committed(), fold muted to it
};

// A slot is a worker's identity: it holds some partitions, folds them, and commits the output of
// all of them in one atomic step. Opening a slot fences whoever held it before.
class Slot {
 public:
  virtual ~Slot() = default;
  // Partitions held now; changes only inside Poll. `epoch` grows at each change.
  virtual const std::vector<int>& partitions() const = 0;
  virtual uint64_t epoch() const = 0;
  // The committed point of a held partition, read after fencing.
  virtual absl::StatusOr<CommitPoint> Committed(int partition) = 0;
  // Starts reading a held partition at a position.
  virtual absl::Status Seek(int partition, int64_t position) = 0;
  virtual absl::StatusOr<Batch> Poll(size_t max, std::chrono::milliseconds wait) = 0;
  // Atomic over all streams and partitions. `points` also become the slot's committed points.
  virtual absl::StatusOr<CommitOutcome> Commit(std::span<const Entry> output,
                                               std::span<const CommitPoint> points) = 0;
};

struct Identity {
  std::string log_id;
  int partitions = 0;
};

class EventLog {
 public:
  virtual ~EventLog() = default;
  virtual const Identity& identity() const = 0;
  // All or nothing, durable when it returns OK.
  virtual absl::Status Append(std::span<const Entry> entries) = 0;
  // As Append, for what concerns every partition (rules, accounts, ticks): fences any other writer
  // of the same role, so that every partition holds the same order.
  enum class Role : uint8_t { kConfig, kTicker };
  virtual absl::Status AppendAs(Role role, std::span<const Entry> entries) = 0;
  virtual absl::StatusOr<std::unique_ptr<Reader>> NewReader(Stream stream, int partition,
                                                            int64_t from_position) = 0;
  // The position after the last entry readable now.
  virtual absl::StatusOr<int64_t> End(Stream stream, int partition) = 0;
  virtual absl::StatusOr<CommitPoint> Committed(int partition) = 0;
  virtual absl::StatusOr<std::unique_ptr<Slot>> OpenSlot(int slot) = 0;
};

}  // namespace tieout::log
