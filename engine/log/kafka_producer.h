// One transactional producer: each Send is one transaction, whole or not at all.
//
// A producer that failed beyond repair is made anew under the same id; beginning so ends whatever
// transaction the former left open, and fences it. Thread safety: none.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/kafka_client.h"
#include "engine/log/log.h"

namespace tieout::log {

enum class SendOutcome {
  kCommitted,
  kAborted,  // nothing of it is there; send it again
  kRefused,  // as kAborted, and sending it again won't help: the group doesn't know this consumer
  kFenced,   // another producer began with this id; this one is done until Reopen
  kUnknown,  // it is there whole or not at all; Reopen, then look
};

// Positions of the consumer that read what the transaction is made of, and the entries that say so.
struct Consumed {
  const rd_kafka_topic_partition_list_t* positions = nullptr;
  rd_kafka_t* consumer = nullptr;
  std::span<const Entry> points;
};

class TransactionalProducer {
 public:
  // Fences whoever had the id. `options` outlives the producer.
  static absl::StatusOr<std::unique_ptr<TransactionalProducer>> Open(const KafkaOptions& options,
                                                                     std::string transactional_id);
  // With `consumed` empty, no positions. Tries for the options' timeout; why it isn't kCommitted is
  // in last_error().
  SendOutcome Send(std::span<const Entry> entries, const Consumed& consumed);
  absl::Status Reopen();
  const absl::Status& last_error() const { return last_error_; }
  const std::string& id() const { return id_; }

 private:
  TransactionalProducer(const KafkaOptions& options, std::string id)
      : options_(options), id_(std::move(id)) {}
  absl::Status Produce(const Entry& entry);
  SendOutcome Fail(std::string_view doing, ErrorPtr error);
  SendOutcome Abort();

  const KafkaOptions& options_;
  const std::string id_;
  std::unique_ptr<KafkaClient> client_;
  std::vector<TopicPtr> topics_;  // by stream; gone before client_
  absl::Status last_error_;
};

}  // namespace tieout::log
