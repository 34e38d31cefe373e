// The least that exactly once on Kafka takes, for comparison: librdkafka and nothing of the engine.
// Also the broker, and a reader of what was committed.
//
// Trouble ends the program; a bench has nothing to retry for. Thread safety: none.
#pragma once

#include <librdkafka/rdkafka.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace tieout::bench {

// Starts a broker of our own that ends with this process; its address.
std::string StartBroker(const std::string& directory);

// A consumer assigned to partition 0 of a topic, read_committed, tuned as the engine's.
class BareConsumer {
 public:
  BareConsumer(const std::string& brokers, const std::string& topic, int64_t from);
  ~BareConsumer();
  BareConsumer(const BareConsumer&) = delete;
  BareConsumer& operator=(const BareConsumer&) = delete;

  // Hands out what has come, at most `max`, after waiting up to `wait` for the first; how many.
  size_t Take(size_t max, std::chrono::milliseconds wait,
              const std::function<void(const rd_kafka_message_t&)>& visit);
  // The offset after the last message handed out.
  int64_t next() const { return next_; }
  const std::string& topic() const { return topic_; }
  rd_kafka_t* handle() { return handle_; }

 private:
  std::string topic_;
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_queue_t* queue_ = nullptr;
  int64_t next_ = 0;
};

// A producer to partition 0 of a topic; with a transactional id, each Commit is a transaction that
// also holds the consumer's position.
class BareProducer {
 public:
  BareProducer(const std::string& brokers, const std::string& topic, const std::string& id,
               const std::string& linger_ms);
  ~BareProducer();
  BareProducer(const BareProducer&) = delete;
  BareProducer& operator=(const BareProducer&) = delete;

  void Produce(std::string_view key, std::string_view value);
  void Commit(BareConsumer* consumer);
  void Flush();

 private:
  rd_kafka_t* handle_ = nullptr;
  rd_kafka_topic_t* topic_ = nullptr;
  bool transactional_ = false, open_ = false;
};

// Consume, parse, two hash maps (ids seen, a sum per home), produce, commit: until `end`, or
// until `stop`. `output` is asked after each event for the bytes to produce; empty: none. Returns
// the number of events.
struct BareLoop {
  std::string brokers, input, output_topic;
  int64_t from = 0, end = INT64_MAX;
  std::chrono::milliseconds caught_up{5}, backlog{100};
  std::function<std::string_view(std::string_view event_id, std::string_view value)> output;
  uint64_t Run(const std::atomic<bool>& stop);
};

}  // namespace tieout::bench
