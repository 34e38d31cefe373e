// Asks a cluster where a log stands. Thread safety: any number of threads, one question at a time.
#pragma once

#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "engine/base/status.h"
#include "engine/log/commit_point.h"
#include "engine/log/kafka_client.h"
#include "engine/log/log.h"

namespace tieout::log {

class KafkaLookup {
 public:
  // `options` outlives the lookup.
  static absl::StatusOr<std::unique_ptr<KafkaLookup>> Open(const KafkaOptions& options);

  absl::StatusOr<int> PartitionCount(Stream stream);
  struct Bounds {
    int64_t first = 0;
    int64_t end = 0;  // of what can be read
  };
  // Commits are acknowledged a moment before they can be read: transactions that had written here
  // when this was called are waited for, so that whatever was acknowledged before lies before end.
  absl::StatusOr<Bounds> Find(Stream stream, int partition);
  // The last entry of the progress topic; nullopt: none.
  absl::StatusOr<std::optional<LoggedPoint>> LastProgress(int partition);
  // The position the slots' group committed (a commit under way is waited for), with the progress
  // written in the same transaction. kFailedPrecondition: the brokers have forgotten it, or the two
  // contradict each other and stay so; kUnavailable: they change faster than they can be read.
  absl::StatusOr<CommitPoint> Committed(int partition);

  const KafkaClient& client() const { return *client_; }

 private:
  explicit KafkaLookup(std::unique_ptr<KafkaClient> client) : client_(std::move(client)) {}
  absl::StatusOr<int64_t> GroupPosition(int partition);
  absl::StatusOr<std::optional<LoggedPoint>> LastFrom(int partition, int64_t from);

  std::mutex mutex_;
  const std::unique_ptr<KafkaClient> client_;  // a consumer; its assignment guarded by mutex_
};

// The refusal of a log that `point` says isn't whole, with the way out.
absl::Status UnfinishedCopy(const KafkaOptions& options, const LoggedPoint& point);
// What a person types to remove a log's topics.
std::string DeleteTopicsCommand(const KafkaOptions& options);

}  // namespace tieout::log
