#include "engine/log/kafka_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <limits>

namespace tieout::log {
namespace {

// Exactly once stands on these; set by this room alone.
constexpr std::array<std::string_view, 12> kOurs{
    "acks",
    "auto.offset.reset",
    "enable.auto.commit",
    "enable.auto.offset.store",
    "enable.idempotence",
    "enable.partition.eof",
    "group.id",
    "group.instance.id",
    "isolation.level",
    "log_level",
    "partition.assignment.strategy",
    "transactional.id",
};

// What librdkafka says to a log: notice and worse.
constexpr int kWorstUnheard = 6;

bool IsUnreachable(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT ||
         code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__RESOLVE ||
         code == RD_KAFKA_RESP_ERR_REQUEST_TIMED_OUT ||
         code == RD_KAFKA_RESP_ERR_COORDINATOR_NOT_AVAILABLE;
}

absl::Status Set(rd_kafka_conf_t* conf, const std::string& name, const std::string& value) {
  std::array<char, 512> error{};
  if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), error.data(), error.size()) ==
      RD_KAFKA_CONF_OK) {
    return absl::OkStatus();
  }
  return base::InvalidArgument(fmt::format("[kafka] {}: {}", name, error.data()));
}

}  // namespace

PartitionListPtr NewPartitionList() {
  return PartitionListPtr(rd_kafka_topic_partition_list_new(1));
}

std::string TopicName(const KafkaOptions& options, Stream stream) {
  return options.prefix + std::string(StreamName(stream));
}

std::string GroupId(const KafkaOptions& options) { return options.prefix + "slots"; }

int Milliseconds(std::chrono::milliseconds duration) {
  return static_cast<int>(
      std::clamp<int64_t>(duration.count(), 0, std::numeric_limits<int>::max()));
}

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::Producer(const KafkaOptions& options,
                                                                   const Properties& fixed) {
  return Make(RD_KAFKA_PRODUCER, options, {{"linger.ms", "5"}}, fixed, nullptr, nullptr);
}

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::Consumer(const KafkaOptions& options,
                                                                   const Properties& fixed,
                                                                   Rebalance rebalance,
                                                                   void* opaque) {
  // Without the first two a fast consumer idles at about 115,000 messages/s; the third bounds the
  // memory; the fourth is pure latency on a quiet topic.
  const Properties defaults{{"fetch.queue.backoff.ms", "5"},
                            {"queued.min.messages", "500000"},
                            {"queued.max.messages.kbytes", "65536"},
                            {"fetch.wait.max.ms", "5"}};
  Properties all = fixed;
  all.insert(all.end(), {{"isolation.level", "read_committed"},
                         {"enable.auto.commit", "false"},
                         {"enable.auto.offset.store", "false"},
                         {"enable.partition.eof", "true"},
                         {"auto.offset.reset", "error"}});
  return Make(RD_KAFKA_CONSUMER, options, defaults, all, rebalance, opaque);
}

absl::StatusOr<std::unique_ptr<KafkaClient>> KafkaClient::Make(rd_kafka_type_t type,
                                                               const KafkaOptions& options,
                                                               const Properties& defaults,
                                                               const Properties& fixed,
                                                               Rebalance rebalance, void* opaque) {
  if (!options.properties.contains("bootstrap.servers")) {
    return base::InvalidArgument("no brokers: give --brokers, or bootstrap.servers in [kafka]");
  }
  std::unique_ptr<KafkaClient> client(new KafkaClient(options));
  client->rebalance_ = rebalance;
  client->rebalance_opaque_ = opaque;
  std::unique_ptr<rd_kafka_conf_t, KafkaDestroy<rd_kafka_conf_destroy>> conf(rd_kafka_conf_new());
  rd_kafka_conf_set_opaque(conf.get(), client.get());
  rd_kafka_conf_set_log_cb(conf.get(), &KafkaClient::OnLog);
  rd_kafka_conf_set_error_cb(conf.get(), &KafkaClient::OnError);
  if (rebalance != nullptr) {
    rd_kafka_conf_set_rebalance_cb(
        conf.get(), [](rd_kafka_t* handle, rd_kafka_resp_err_t code,
                       rd_kafka_topic_partition_list_t* partitions, void* self) {
          auto* const owner = static_cast<KafkaClient*>(self);
          owner->rebalance_(handle, code, partitions, owner->rebalance_opaque_);
        });
  }
  for (const auto& [name, value] : defaults) {
    TIEOUT_RETURN_IF_ERROR(Set(conf.get(), name, value));
  }
  for (const auto& [name, value] : options.properties) {
    if (std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end()) {
      return base::InvalidArgument(
          fmt::format("[kafka] {}: is tieout's own to set: take it out", name));
    }
    TIEOUT_RETURN_IF_ERROR(Set(conf.get(), name, value));
  }
  for (const auto& [name, value] : fixed) TIEOUT_RETURN_IF_ERROR(Set(conf.get(), name, value));
  std::array<char, 512> error{};
  client->handle_ = rd_kafka_new(type, conf.get(), error.data(), error.size());
  if (client->handle_ == nullptr) {
    return base::InvalidArgument(fmt::format("[kafka]: {}", error.data()));
  }
  static_cast<void>(conf.release());  // the handle's now
  if (type == RD_KAFKA_CONSUMER) rd_kafka_poll_set_consumer(client->handle_);
  return client;
}

KafkaClient::~KafkaClient() {
  if (handle_ != nullptr) rd_kafka_destroy(handle_);
}

void KafkaClient::OnLog(const rd_kafka_t* handle, int level, const char* facility,
                        const char* text) {
  const auto* const self = static_cast<const KafkaClient*>(rd_kafka_opaque(handle));
  if (level >= kWorstUnheard || !self->options_.warn) return;
  self->options_.warn(fmt::format("librdkafka: {}: {}", facility, text));
}

void KafkaClient::OnError(rd_kafka_t*, int, const char* reason, void* opaque) {
  auto* const self = static_cast<KafkaClient*>(opaque);
  std::lock_guard lock(self->mutex_);
  self->last_error_ = reason;
}

absl::Status KafkaClient::Error(std::string_view doing, rd_kafka_resp_err_t code) const {
  if (!IsUnreachable(code)) {
    return base::Unavailable(
        fmt::format("Kafka: {}: {} ({})", doing, rd_kafka_err2str(code), rd_kafka_err2name(code)));
  }
  // Errors are told by a callback, which only polling a producer calls.
  if (rd_kafka_type(handle_) == RD_KAFKA_PRODUCER) rd_kafka_poll(handle_, 0);
  std::lock_guard lock(mutex_);
  return base::Unavailable(fmt::format(
      "Kafka: {}: no answer from {} within {} s{}: does it run, is the address right, can this "
      "machine reach what the brokers advertise, does [kafka] need security.protocol?",
      doing, options_.properties.at("bootstrap.servers"), options_.timeout.count() / 1000,
      last_error_.empty() ? "" : fmt::format(" (last: {})", last_error_)));
}

absl::Status KafkaClient::Error(std::string_view doing, const rd_kafka_error_t* error) const {
  if (IsUnreachable(rd_kafka_error_code(error))) return Error(doing, rd_kafka_error_code(error));
  return base::Unavailable(fmt::format("Kafka: {}: {} ({})", doing, rd_kafka_error_string(error),
                                       rd_kafka_error_name(error)));
}

absl::StatusOr<int> KafkaClient::PartitionCount(const std::string& topic) const {
  const TopicPtr handle(rd_kafka_topic_new(handle_, topic.c_str(), nullptr));
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(handle_, 0, handle.get(), &metadata, Milliseconds(options_.timeout));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return Error("asking for topic " + topic, code);
  const std::unique_ptr<const rd_kafka_metadata_t, KafkaDestroy<rd_kafka_metadata_destroy>> owner(
      metadata);
  if (metadata->topic_cnt != 1) return base::Internal("Kafka: metadata without the topic");
  const rd_kafka_metadata_topic_t& found = metadata->topics[0];
  if (found.err == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART) {
    return base::NotFound(fmt::format(
        "Kafka: no topic {}: make the log's topics first (tieout topics create)", topic));
  }
  if (found.err != RD_KAFKA_RESP_ERR_NO_ERROR) return Error("asking for topic " + topic, found.err);
  return found.partition_cnt;
}

absl::Status Taken::Take(const KafkaClient& consumer, size_t max, std::chrono::milliseconds wait) {
  constexpr size_t kAtOnce = 20'000;
  messages_.clear();
  rd_kafka_t* const handle = consumer.get();
  MessagePtr first(rd_kafka_consumer_poll(handle, Milliseconds(wait)));
  if (first == nullptr) return absl::OkStatus();
  std::vector<rd_kafka_message_t*> more(std::min(max, kAtOnce));
  const QueuePtr queue(rd_kafka_queue_get_consumer(handle));
  const ssize_t n = rd_kafka_consume_batch_queue(queue.get(), 0, more.data(), more.size());
  messages_.push_back(std::move(first));
  for (ssize_t i = 0; i < n; ++i) messages_.emplace_back(more[static_cast<size_t>(i)]);
  for (const MessagePtr& message : messages_) {
    switch (message->err) {
      case RD_KAFKA_RESP_ERR_NO_ERROR:
      case RD_KAFKA_RESP_ERR__PARTITION_EOF:
        continue;
      case RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET:
        return base::OutOfRange(fmt::format(
            "Kafka: {} of partition {} no longer holds the position that was asked for ({}): was "
            "retention set on it? tieout topics check",
            rd_kafka_topic_name(message->rkt), message->partition,
            rd_kafka_message_errstr(message.get())));
      case RD_KAFKA_RESP_ERR__FATAL:
      case RD_KAFKA_RESP_ERR__FENCED:
      case RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID:
        return base::Aborted(fmt::format("Kafka: {}", rd_kafka_message_errstr(message.get())));
      case RD_KAFKA_RESP_ERR__MAX_POLL_EXCEEDED:
        continue;  // the partitions are lost, which the rebalance says
      default:
        return consumer.Error("reading", message->err);
    }
  }
  return absl::OkStatus();
}

Stored AsStored(const rd_kafka_message_t& message) {
  const auto view = [](const void* bytes, size_t size) {
    return bytes == nullptr ? std::string_view()
                            : std::string_view(static_cast<const char*>(bytes), size);
  };
  return {.position = message.offset,
          .append_time_us = rd_kafka_message_timestamp(&message, nullptr) * 1000,
          .key = view(message.key, message.key_len),
          .value = view(message.payload, message.len)};
}

}  // namespace tieout::log
