#include "bench/bare_kafka.h"

#include <absl/container/flat_hash_map.h>
#include <absl/container/flat_hash_set.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"

namespace tieout::bench {
namespace {

using Properties = std::vector<std::pair<std::string, std::string>>;

rd_kafka_t* Make(rd_kafka_type_t type, const Properties& properties) {
  std::array<char, 512> why{};
  rd_kafka_conf_t* conf = rd_kafka_conf_new();
  for (const auto& [name, value] : properties) {
    TIEOUT_CHECK(rd_kafka_conf_set(conf, name.c_str(), value.c_str(), why.data(), why.size()) ==
                 RD_KAFKA_CONF_OK);
  }
  rd_kafka_t* handle = rd_kafka_new(type, conf, why.data(), why.size());
  if (handle == nullptr) fmt::print(stderr, "{}\n", why.data());
  TIEOUT_CHECK(handle != nullptr);
  return handle;
}

void Must(rd_kafka_error_t* error) {
  if (error != nullptr) fmt::print(stderr, "{}\n", rd_kafka_error_string(error));
  TIEOUT_CHECK(error == nullptr);
}

}  // namespace

std::string StartBroker(const std::string& directory) {
  const std::string command =
      fmt::format("ops/kafka/up --port 0 --dir {} --while {}", directory, getpid());
  FILE* pipe = popen(command.c_str(), "r");
  TIEOUT_CHECK(pipe != nullptr);
  std::array<char, 256> line{};
  const bool read = fgets(line.data(), line.size(), pipe) != nullptr;
  if (pclose(pipe) != 0 || !read) {
    fmt::print(stderr, "no broker; ops/install --test and ops/kafka/fetch make one possible\n");
    std::exit(1);
  }
  std::string address = line.data();
  while (!address.empty() && address.back() == '\n') address.pop_back();
  return address;
}

BareConsumer::BareConsumer(const std::string& brokers, const std::string& topic, int64_t from)
    : topic_(topic), next_(from) {
  handle_ = Make(RD_KAFKA_CONSUMER, {{"bootstrap.servers", brokers},
                                     {"group.id", "bench-bare"},
                                     {"enable.auto.commit", "false"},
                                     {"isolation.level", "read_committed"},
                                     {"fetch.queue.backoff.ms", "5"},
                                     {"fetch.wait.max.ms", "5"},
                                     {"queued.min.messages", "500000"},
                                     {"queued.max.messages.kbytes", "65536"}});
  rd_kafka_poll_set_consumer(handle_);
  queue_ = rd_kafka_queue_get_consumer(handle_);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = from;
  TIEOUT_CHECK(rd_kafka_assign(handle_, list) == RD_KAFKA_RESP_ERR_NO_ERROR);
  rd_kafka_topic_partition_list_destroy(list);
}

BareConsumer::~BareConsumer() {
  rd_kafka_queue_destroy(queue_);
  rd_kafka_consumer_close(handle_);
  rd_kafka_destroy(handle_);
}

size_t BareConsumer::Take(size_t max, std::chrono::milliseconds wait,
                          const std::function<void(const rd_kafka_message_t&)>& visit) {
  std::vector<rd_kafka_message_t*> messages(max);
  const ssize_t count = rd_kafka_consume_batch_queue(queue_, static_cast<int>(wait.count()),
                                                     messages.data(), messages.size());
  size_t taken = 0;
  for (ssize_t i = 0; i < count; ++i) {
    rd_kafka_message_t* message = messages[static_cast<size_t>(i)];
    if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) {
      visit(*message);
      next_ = message->offset + 1;
      ++taken;
    }
    rd_kafka_message_destroy(message);
  }
  return taken;
}

BareProducer::BareProducer(const std::string& brokers, const std::string& topic,
                           const std::string& id, const std::string& linger_ms)
    : transactional_(!id.empty()) {
  Properties properties = {{"bootstrap.servers", brokers},
                           {"linger.ms", linger_ms},
                           {"enable.idempotence", "true"},
                           {"queue.buffering.max.messages", "1000000"}};
  if (transactional_) properties.emplace_back("transactional.id", id);
  handle_ = Make(RD_KAFKA_PRODUCER, properties);
  topic_ = rd_kafka_topic_new(handle_, topic.c_str(), nullptr);
  const rd_kafka_metadata_t* metadata = nullptr;  // known before the first transaction
  rd_kafka_metadata(handle_, 0, topic_, &metadata, 10'000);
  if (metadata != nullptr) rd_kafka_metadata_destroy(metadata);
  if (transactional_) Must(rd_kafka_init_transactions(handle_, 30'000));
}

BareProducer::~BareProducer() {
  if (open_) rd_kafka_abort_transaction(handle_, 10'000);
  rd_kafka_flush(handle_, 10'000);
  rd_kafka_topic_destroy(topic_);
  rd_kafka_destroy(handle_);
}

void BareProducer::Produce(std::string_view key, std::string_view value) {
  if (transactional_ && !std::exchange(open_, true)) Must(rd_kafka_begin_transaction(handle_));
  while (rd_kafka_produce(topic_, 0, RD_KAFKA_MSG_F_COPY, const_cast<char*>(value.data()),
                          value.size(), key.data(), key.size(), nullptr) != 0) {
    TIEOUT_CHECK(rd_kafka_last_error() == RD_KAFKA_RESP_ERR__QUEUE_FULL);
    rd_kafka_poll(handle_, 1);
  }
  rd_kafka_poll(handle_, 0);
}

void BareProducer::Commit(BareConsumer* consumer) {
  if (!std::exchange(open_, true)) Must(rd_kafka_begin_transaction(handle_));
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, consumer->topic().c_str(), 0)->offset = consumer->next();
  rd_kafka_consumer_group_metadata_t* group = rd_kafka_consumer_group_metadata(consumer->handle());
  Must(rd_kafka_send_offsets_to_transaction(handle_, list, group, 30'000));
  rd_kafka_consumer_group_metadata_destroy(group);
  rd_kafka_topic_partition_list_destroy(list);
  Must(rd_kafka_commit_transaction(handle_, 30'000));
  open_ = false;
}

void BareProducer::Flush() { rd_kafka_flush(handle_, 30'000); }

uint64_t BareLoop::Run(const std::atomic<bool>& stop) {
  using Clock = std::chrono::steady_clock;
  BareConsumer consumer(brokers, input, from);
  BareProducer producer(brokers, output_topic, "bench-bare", "5");
  absl::flat_hash_set<base::Hash128> seen;
  absl::flat_hash_map<std::string, int64_t> sums;
  ledger::Event event;
  uint64_t events = 0, uncommitted = 0;
  Clock::time_point last_commit = Clock::now();
  while (!stop && consumer.next() < end) {
    const size_t taken = consumer.Take(4'096, caught_up, [&](const rd_kafka_message_t& message) {
      const std::string_view value(static_cast<const char*>(message.payload), message.len);
      TIEOUT_CHECK(codec::DecodeEvent(value, &event).ok());
      if (!seen.insert(base::HashBytes128(event.event_id)).second) return;
      sums[std::string(static_cast<const char*>(message.key), message.key_len)] += event.amount;
      const std::string_view record = output(event.event_id, value);
      if (!record.empty()) {
        producer.Produce({static_cast<const char*>(message.key), message.key_len}, record);
      }
    });
    events += taken;
    uncommitted += taken;
    const auto interval = taken == 4'096 ? backlog : caught_up;
    if (uncommitted > 0 && (Clock::now() - last_commit >= interval || consumer.next() >= end)) {
      producer.Commit(&consumer);
      uncommitted = 0;
      last_commit = Clock::now();
    }
  }
  return events;
}

}  // namespace tieout::bench
