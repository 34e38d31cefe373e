// Webhooks' way into the log: those that come at the same time share one pack of source bytes, one
// append and so one sync of each; every one is answered once both are durable.
//
// One that was taken lately is known by its key and not appended again. The memory is bounded and
// this process's own: what is sent again after a restart, or after a million others, is appended
// again, and the fold drops it as it drops any event it knows.
// Thread safety: Write from any number of threads.
#pragma once

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/log/log.h"
#include "engine/matching/fold.h"
#include "engine/runtime/packed_sources.h"

namespace tieout::intake {

struct Delivery {
  std::string key;  // the same when it is sent again
  std::string sha256;
  std::string_view bytes;
  std::vector<std::string> events;  // encoded; none: only the bytes are kept
};

enum class Written : uint8_t { kNew, kKnown };

class Writer {
 public:
  // `accounts`: as of the position `accounts_from` of partition 0; later ones are read from there.
  // `log` must outlive it.
  static absl::StatusOr<std::unique_ptr<Writer>> Start(log::EventLog* log,
                                                       matching::AccountDirectory accounts,
                                                       int64_t accounts_from,
                                                       const std::string& sources_directory);
  // What waits is written first.
  ~Writer();
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;

  // Waits until it is durable. An error (kUnavailable, or the log's): it may be there or not;
  // written again, it has no second effect.
  absl::StatusOr<Written> Write(const Delivery* delivery);

 private:
  struct Waiting {
    const Delivery* delivery = nullptr;
    absl::StatusOr<Written> result = Written::kNew;
    std::binary_semaphore done{0};
  };
  using Batch = std::vector<Waiting*>;

  Writer(log::EventLog* log, matching::AccountDirectory accounts,
         const std::string& sources_directory)
      : log_(log), accounts_(std::move(accounts)), sources_(sources_directory) {}
  void Run();
  Batch Next();
  void WriteTogether(const Batch& batch);
  absl::Status WriteNew(const Batch& batch);
  absl::Status ReadAccounts();
  void Remember(const base::Hash128& key);

  log::EventLog* const log_;

  std::mutex mutex_;
  std::condition_variable more_;
  std::deque<Waiting*> queue_;  // guarded by mutex_, as stopping_
  bool stopping_ = false;

  // The writing thread's.
  matching::AccountDirectory accounts_;
  std::unique_ptr<log::Reader> account_reader_;  // of partition 0
  runtime::SourcePacker sources_;
  absl::flat_hash_set<base::Hash128> known_;
  std::deque<base::Hash128> known_in_order_;

  std::thread thread_;
};

}  // namespace tieout::intake
