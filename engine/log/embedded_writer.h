// The one writer of an embedded log: appends that come at the same time share a frame and a sync.
// Thread safety: any number of threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/cursor.h"
#include "engine/log/embedded.h"
#include "engine/log/file.h"
#include "engine/log/segment.h"

namespace tieout::log {

// kFailedPrecondition: another process has it.
absl::StatusOr<std::unique_ptr<FileLock>> LockLog(FileSystem& files, const std::string& directory);

// Makes a segment file with its header and, where there are entries, a first frame. Durable and
// visible when it returns OK.
absl::Status MakeSegment(FileSystem& files, const std::string& directory,
                         const SegmentHeader& header, std::span<const Entry> entries);

// kInvalidArgument: an append that no frame can hold.
absl::StatusOr<std::string> EncodeEntries(const Identity& identity, std::span<const Entry> entries);

class EmbeddedWriter {
 public:
  // Takes the lock and cuts a torn end.
  static absl::StatusOr<std::unique_ptr<EmbeddedWriter>> Open(const std::string& directory,
                                                              const EmbeddedOptions& options);
  ~EmbeddedWriter();

  // A turn at something only one may do; taking it ends the turn of whoever had it.
  struct Turn {
    std::string of;
    uint64_t number = 0;
  };
  Turn Take(std::string of);
  bool Has(const Turn& turn) const;

  // kAborted: the turn is over (null: needs none). kUnavailable: nothing was written, try again.
  // kInternal: the disk failed in a way that leaves open what it holds; so does every append after.
  absl::Status Append(std::span<const Entry> entries, const Turn* turn);
  // What was appended is on disk, whatever the policy.
  absl::Status Sync();

  const Live& live() const { return live_; }
  const Identity& identity() const { return identity_; }

 private:
  struct Request;

  EmbeddedWriter(std::string directory, const EmbeddedOptions& options);
  absl::Status Recover();
  std::vector<Request*> NextGroup();
  void WriteGroup(std::unique_lock<std::mutex>& lock);
  absl::Status WriteFrame(std::string_view entries);
  absl::Status BeginSegment();
  absl::Status SyncNow();
  void SyncAtIntervals();

  const std::string directory_;
  const EmbeddedOptions options_;
  FileSystem* const files_;
  std::unique_ptr<FileLock> lock_;
  Identity identity_;
  Live live_;

  // Guarded by live_.mutex.
  std::deque<Request*> queue_;
  bool writing_ = false;  // a thread writes for all
  bool stopping_ = false;
  std::condition_variable turn_over_;  // writing_ fell, or requests are done, or stopping_
  std::map<std::string, uint64_t> turns_;

  // Of the thread that set writing_.
  std::unique_ptr<File> file_;
  uint64_t segment_ = 0;
  int64_t size_ = 0;
  bool unsynced_ = false;
  absl::Status broken_;

  std::thread syncer_;  // Fsync::kInterval only
};

}  // namespace tieout::log
