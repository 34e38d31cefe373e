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

constexpr int kErrorLevel = 3;  // as syslog counts them: smaller is worse
constexpr int kNoticeLevel = 5;

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
                            {"fetch.wait.max.ms", "5"},
                            // How long the partitions of a slot that was killed stand still, and
                            // how long a coordinator may be away before slots join anew.
                            {"session.timeout.ms", "20000"}};
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
  auto* const self = static_cast<KafkaClient*>(rd_kafka_opaque(handle));
  // That all brokers are down follows from what was said before it.
  if (level <= kErrorLevel && !std::string_view(text).ends_with("brokers are down")) {
    std::lock_guard lock(self->mutex_);
    self->last_error_ = text;
  }
  if (level <= kNoticeLevel) self->Warn(fmt::format("librdkafka: {}: {}", facility, text));
}

// Called by whoever polls.
void KafkaClient::OnError(rd_kafka_t*, int code, const char* text, void* self) {
  if (code != RD_KAFKA_RESP_ERR__AUTHENTICATION && code != RD_KAFKA_RESP_ERR__SSL) return;
  auto* const client = static_cast<KafkaClient*>(self);
  std::lock_guard lock(client->mutex_);
  client->refusal_ = text;
}

rd_kafka_resp_err_t KafkaClient::Patiently(const Question& ask) const {
  constexpr std::chrono::milliseconds kAtOnce{200};
  const auto until = std::chrono::steady_clock::now() + options_.timeout;
  for (;;) {
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(until - std::chrono::steady_clock::now());
    const rd_kafka_resp_err_t code =
        ask(Milliseconds(std::clamp(left, std::chrono::milliseconds(1), kAtOnce)));
    if (!IsUnreachable(code) || left <= kAtOnce) return code;
    if (rd_kafka_type(handle_) == RD_KAFKA_PRODUCER) {
      rd_kafka_poll(handle_, 0);
    } else {
      const MessagePtr none(rd_kafka_consumer_poll(handle_, 0));
    }
    std::lock_guard lock(mutex_);
    if (!refusal_.empty()) return code;
  }
}

void KafkaClient::Warn(const std::string& line) const {
  if (options_.warn) options_.warn(line);
}

absl::Status KafkaClient::Error(std::string_view doing, rd_kafka_resp_err_t code) const {
  if (!IsUnreachable(code)) {
    return base::Unavailable(
        fmt::format("Kafka: {}: {} ({})", doing, rd_kafka_err2str(code), rd_kafka_err2name(code)));
  }
  std::lock_guard lock(mutex_);
  if (!refusal_.empty()) {
    return base::FailedPrecondition(fmt::format(
        "Kafka: {}: refused: {}: check sasl.username, sasl.password and sasl.mechanism in [kafka] "
        "(whether the broker knows this user), for TLS ssl.ca.location and the certificates, and "
        "whether security.protocol is that of the port",
        doing, refusal_));
  }
  return base::Unavailable(fmt::format(
      "Kafka: {}: no answer from {} within {} ms{}: does it run, is the address right, can this "
      "machine reach what the brokers advertise, does [kafka] need security.protocol?",
      doing, options_.properties.at("bootstrap.servers"), options_.timeout.count(),
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
  const rd_kafka_resp_err_t code = Patiently(
      [&](int wait_ms) { return rd_kafka_metadata(handle_, 0, handle.get(), &metadata, wait_ms); });
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
  // One by one: rd_kafka_consume_batch_queue takes the end of a partition for a message, and so
  // goes on one position too far when a rebalance pauses and resumes it (librdkafka 2.8), skipping
  // an event.
  int wait_ms = Milliseconds(wait);
  while (messages_.size() < std::min(max, kAtOnce)) {
    MessagePtr message(rd_kafka_consumer_poll(consumer.get(), wait_ms));
    if (message == nullptr) break;
    messages_.push_back(std::move(message));
    wait_ms = 0;
  }
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
      case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
      case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
      case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        return base::FailedPrecondition(
            fmt::format("Kafka: {}", rd_kafka_message_errstr(message.get())));
      default:
        // Coordinators that move, brokers that restart: librdkafka goes on by itself. Whether it
        // gets anywhere is Stall's to say.
        consumer.Warn(rd_kafka_message_errstr(message.get()));
    }
  }
  return absl::OkStatus();
}

void Stall::Note(bool waiting, bool something_came) {
  if (something_came || !waiting) {
    silent_since_.reset();
  } else if (!silent_since_) {
    silent_since_ = std::chrono::steady_clock::now();
  }
}

absl::Status Stall::Check(const KafkaClient& consumer) const {
  if (!silent_since_ ||
      std::chrono::steady_clock::now() - *silent_since_ < consumer.options().timeout) {
    return absl::OkStatus();
  }
  return consumer.Error("reading", RD_KAFKA_RESP_ERR__TIMED_OUT);
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
