// librdkafka's handles, owned; its errors as statuses that say what to check. The only files of the
// product that include rdkafka.h are this room's kafka*.cc and kafka_*.h.
#pragma once

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/kafka.h"

namespace tieout::log {

template <auto destroy>
struct KafkaDestroy {
  template <typename T>
  void operator()(T* object) const {
    destroy(object);
  }
};
using PartitionListPtr = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                         KafkaDestroy<rd_kafka_topic_partition_list_destroy>>;
using ErrorPtr = std::unique_ptr<rd_kafka_error_t, KafkaDestroy<rd_kafka_error_destroy>>;
using MessagePtr = std::unique_ptr<rd_kafka_message_t, KafkaDestroy<rd_kafka_message_destroy>>;
using QueuePtr = std::unique_ptr<rd_kafka_queue_t, KafkaDestroy<rd_kafka_queue_destroy>>;
using TopicPtr = std::unique_ptr<rd_kafka_topic_t, KafkaDestroy<rd_kafka_topic_destroy>>;
using GroupMetadataPtr = std::unique_ptr<rd_kafka_consumer_group_metadata_t,
                                         KafkaDestroy<rd_kafka_consumer_group_metadata_destroy>>;

PartitionListPtr NewPartitionList();
std::string TopicName(const KafkaOptions& options, Stream stream);
std::string GroupId(const KafkaOptions& options);
int Milliseconds(std::chrono::milliseconds duration);

using Properties = std::vector<std::pair<std::string, std::string>>;

// A connection to the cluster: a producer or a consumer.
class KafkaClient {
 public:
  using Rebalance = void (*)(rd_kafka_t*, rd_kafka_resp_err_t, rd_kafka_topic_partition_list_t*,
                             void* opaque);
  // `fixed` wins over the caller's properties, which win over this room's own choices. `options`
  // outlives the client. kInvalidArgument: a property that librdkafka refuses, or one of ours.
  static absl::StatusOr<std::unique_ptr<KafkaClient>> Producer(const KafkaOptions& options,
                                                               const Properties& fixed);
  // With `rebalance`, its last argument is `opaque`.
  static absl::StatusOr<std::unique_ptr<KafkaClient>> Consumer(const KafkaOptions& options,
                                                               const Properties& fixed,
                                                               Rebalance rebalance = nullptr,
                                                               void* opaque = nullptr);
  ~KafkaClient();
  KafkaClient(const KafkaClient&) = delete;
  KafkaClient& operator=(const KafkaClient&) = delete;

  rd_kafka_t* get() const { return handle_; }
  const KafkaOptions& options() const { return options_; }

  // Asks again until there is an answer, the time is up, or a broker refused this client, which no
  // waiting mends. `ask` takes the milliseconds it may wait; nothing else polls meanwhile.
  using Question = std::function<rd_kafka_resp_err_t(int)>;
  rd_kafka_resp_err_t Patiently(const Question& ask) const;
  // kUnavailable where no broker answers; it says which were asked, how long, and what to check.
  // kFailedPrecondition where one refuses the login or the handshake.
  absl::Status Error(std::string_view doing, rd_kafka_resp_err_t code) const;
  absl::Status Error(std::string_view doing, const rd_kafka_error_t* error) const;
  void Warn(const std::string& line) const;
  // The partition count of a topic; kNotFound: no such topic. Leaves it known to this client.
  absl::StatusOr<int> PartitionCount(const std::string& topic) const;

 private:
  explicit KafkaClient(const KafkaOptions& options) : options_(options) {}
  static absl::StatusOr<std::unique_ptr<KafkaClient>> Make(rd_kafka_type_t type,
                                                           const KafkaOptions& options,
                                                           const Properties& defaults,
                                                           const Properties& fixed,
                                                           Rebalance rebalance, void* opaque);
  static void OnError(rd_kafka_t* handle, int code, const char* text, void* self);
  static void OnLog(const rd_kafka_t* handle, int level, const char* facility, const char* text);

  const KafkaOptions& options_;
  Rebalance rebalance_ = nullptr;
  void* rebalance_opaque_ = nullptr;
  mutable std::mutex mutex_;
  std::string last_error_;  // librdkafka's; guarded by mutex_, its threads write it
  std::string refusal_;     // a broker's, of this client's login or handshake; the same
  rd_kafka_t* handle_ = nullptr;
};

// What one call takes out of a consumer. Messages are gone with the next Take.
class Taken {
 public:
  // Waits for the first, then takes what has come besides. Ends of partitions are messages too
  // (their err says so); errors that don't pass by themselves are the status.
  absl::Status Take(const KafkaClient& consumer, size_t max, std::chrono::milliseconds wait);
  const std::vector<MessagePtr>& messages() const { return messages_; }
  void Clear() { messages_.clear(); }

 private:
  std::vector<MessagePtr> messages_;
};

// A consumer whose brokers are gone is silent for ever. This says so, where there is something to
// read that doesn't come.
class Stall {
 public:
  void Note(bool waiting, bool something_came);
  absl::Status Check(const KafkaClient& consumer) const;

 private:
  std::optional<std::chrono::steady_clock::time_point> silent_since_;
};

Stored AsStored(const rd_kafka_message_t& message);

}  // namespace tieout::log
