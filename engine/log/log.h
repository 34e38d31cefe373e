// The event log and the outputs beside it, as bytes: one interface, two real implementations,
// the embedded log (embedded.h) and Apache Kafka (kafka.h).
//
// A log has N partitions, each with four streams. Only the events stream is input; the others are
// written with the position they were folded up to, so that they are there exactly once.
//
// Positions are the log's own (Kafka's have gaps); ordinals are counted by the fold, elsewhere.
// Errors: kFailedPrecondition: refused, with the way out; kUnavailable: try again later;
// kDataLoss: the log is damaged; kAborted: another writer took over.
// Thread safety: an EventLog may be used from several threads; a Reader, a Slot and a RoleWriter
// from one. None of them outlives its EventLog.
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
// The value of a kProgress entry is a commit point in this room's encoding (commit_point.h).
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
  virtual absl::StatusOr<std::span<const Stored>> Read(size_t max,
                                                       std::chrono::milliseconds wait) = 0;
  // Where the next Read goes on: all readable entries before it have been handed out. It may be
  // more than the last entry's position + 1 (Kafka's control records), and only it is sure to
  // reach End().
  virtual int64_t position() const = 0;
};

// How far a partition's events are folded, and the bytes the folder left with that (its progress).
struct CommitPoint {
  int partition = 0;
  int64_t next_position = 0;
  std::string progress;  // empty: nothing was ever committed
};

struct Batch {
  int partition = -1;  // -1: nothing came in the time given, or partitions() changed
  std::span<const Stored> entries;
};

enum class CommitOutcome {
  kCommitted,  // output and position are durable and visible together
  kAborted,    // neither is; commit the same bytes again
  kLost,       // neither is, and never will be: another holder took the slot or the partitions.
               // Drop memory, read Committed() of what is still held, fold muted to it
};

// A slot is a worker's identity: it holds some partitions, folds them, and commits the output of
// all of them in one atomic step. Opening a slot fences whoever held it before.
//
//   slot->Poll(max, wait);  // until epoch() changes: partitions() are held now
//   for (int p : slot->partitions()) { C = slot->Committed(p); load S; slot->Seek(p, S); }
//   batch = slot->Poll(max, wait); fold ...
//   slot->Commit(output, {{p, slot->Position(p), progress}});
//
// Errors: kAborted from any call: another process opened this slot; this object is done.
class Slot {
 public:
  virtual ~Slot() = default;
  // Partitions held now, ascending; changes only inside Poll, or after kLost. `epoch` grows at each
  // change. A Poll changes them once at most and then hands out no entries, so a partition that
  // goes and comes back is seen going. One that went may still be in a Commit before the next
  // Poll, which gives it up for good.
  virtual const std::vector<int>& partitions() const = 0;
  virtual uint64_t epoch() const = 0;
  // The committed point of a held partition, read after fencing.
  virtual absl::StatusOr<CommitPoint> Committed(int partition) = 0;
  // Starts reading a held partition at a position. Nothing is read from it before.
  virtual absl::Status Seek(int partition, int64_t position) = 0;
  virtual absl::StatusOr<Batch> Poll(size_t max, std::chrono::milliseconds wait) = 0;
  // What to commit when all that was handed out is folded, as Reader::position(). Of a partition
  // that was sought; until the next Poll also of one that went.
  virtual int64_t Position(int partition) const = 0;
  // Atomic over all streams and partitions. `points` also become the slot's committed points; they
  // never go back. kUnavailable: as kAborted, but the log can't be written now (disk full, broker
  // away): commit the same bytes again later.
  virtual absl::StatusOr<CommitOutcome> Commit(std::span<const Entry> output,
                                               std::span<const CommitPoint> points) = 0;
  // A commit in two halves, for who has something to do until its outcome is known: between them
  // the slot may be polled and asked, and what was handed over stays as it is. FinishCommit waits;
  // it returns at once when CommitIsDone. A slot of a log that answers fast does all in the first.
  virtual void StartCommit(std::span<const Entry> output, std::span<const CommitPoint> points) {
    outcome_ = Commit(output, points);
  }
  virtual bool CommitIsDone() const { return true; }
  virtual absl::StatusOr<CommitOutcome> FinishCommit() { return std::move(outcome_); }
  // What was committed outlives a power cut from now on, whatever the log's fsync policy. For who
  // is about to make durable what must not lead the log.
  virtual absl::Status MakeDurable() = 0;

 private:
  absl::StatusOr<CommitOutcome> outcome_;
};

// The only writer of what concerns every partition, so that every partition holds the same order.
// Kept open by the ticker; opened for each change of configuration: take the role, read what is in
// force, append the next version. kAborted: another took the role; read again, try again.
class RoleWriter {
 public:
  virtual ~RoleWriter() = default;
  virtual absl::Status Append(std::span<const Entry> entries) = 0;
};
enum class Role : uint8_t { kConfig, kTicker };

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
  // Fences whoever had the role before, in this process or another.
  virtual absl::StatusOr<std::unique_ptr<RoleWriter>> TakeRole(Role role) = 0;
  virtual absl::StatusOr<std::unique_ptr<Reader>> NewReader(Stream stream, int partition,
                                                            int64_t from_position) = 0;
  // The position after the last entry readable now.
  virtual absl::StatusOr<int64_t> End(Stream stream, int partition) = 0;
  virtual absl::StatusOr<CommitPoint> Committed(int partition) = 0;
  virtual absl::StatusOr<std::unique_ptr<Slot>> OpenSlot(int slot) = 0;
};

}  // namespace tieout::log
