#include "engine/log/kafka_producer.h"

#include <fmt/format.h>

#include <functional>
#include <utility>

namespace tieout::log {
namespace {

using std::chrono::steady_clock;

// librdkafka sees that a partition's leader is away only after its own timeouts; short ones keep
// a batch's fate from hanging on them.
constexpr char kTransactionTimeoutMs[] = "10000";

// Until it succeeds, fails in a way that trying again can't mend, or time is up.
ErrorPtr Try(steady_clock::time_point until, const std::function<rd_kafka_error_t*(int)>& step) {
  for (;;) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(
        std::max(until - steady_clock::now(), steady_clock::duration::zero()));
    ErrorPtr error(step(std::max(Milliseconds(left), 1)));
    if (error == nullptr || !rd_kafka_error_is_retriable(error.get())) return error;
    if (steady_clock::now() >= until) return error;
  }
}

bool IsFencing(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR__FENCED || code == RD_KAFKA_RESP_ERR_PRODUCER_FENCED ||
         code == RD_KAFKA_RESP_ERR_INVALID_PRODUCER_EPOCH;
}

bool IsGroupRefusal(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_FENCED_INSTANCE_ID ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID ||
         code == RD_KAFKA_RESP_ERR_ILLEGAL_GENERATION;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TransactionalProducer>> TransactionalProducer::Open(
    const KafkaOptions& options, std::string transactional_id) {
  std::unique_ptr<TransactionalProducer> producer(
      new TransactionalProducer(options, std::move(transactional_id)));
  TIEOUT_RETURN_IF_ERROR(producer->Reopen());
  return producer;
}

absl::Status TransactionalProducer::Reopen() {
  topics_.clear();
  client_.reset();
  TIEOUT_ASSIGN_OR_RETURN(
      client_,
      KafkaClient::Producer(options_, {{"transactional.id", id_},
                                       {"transaction.timeout.ms", kTransactionTimeoutMs}}));
  // Before the first transaction: librdkafka looks for topics it doesn't know only once a second.
  for (int stream = 0; stream < kStreamCount; ++stream) {
    const std::string topic = TopicName(options_, static_cast<Stream>(stream));
    TIEOUT_RETURN_IF_ERROR(client_->PartitionCount(topic).status());
    topics_.emplace_back(rd_kafka_topic_new(client_->get(), topic.c_str(), nullptr));
  }
  const ErrorPtr error = Try(steady_clock::now() + options_.timeout, [&](int timeout_ms) {
    return rd_kafka_init_transactions(client_->get(), timeout_ms);
  });
  if (error == nullptr) return absl::OkStatus();
  return client_->Error("beginning as " + id_, error.get());
}

absl::Status TransactionalProducer::Produce(const Entry& entry) {
  constexpr int kDrainMs = 10;
  const TopicPtr& topic = topics_[static_cast<size_t>(entry.stream)];
  const auto until = steady_clock::now() + options_.timeout;
  for (;;) {
    const int failed =
        rd_kafka_produce(topic.get(), entry.partition, RD_KAFKA_MSG_F_COPY,
                         const_cast<char*>(entry.value.data()),  // copied, not changed
                         entry.value.size(), entry.key.empty() ? nullptr : entry.key.data(),
                         entry.key.size(), nullptr);
    if (failed == 0) return absl::OkStatus();
    const rd_kafka_resp_err_t code = rd_kafka_last_error();
    if (code == RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE) {
      return base::InvalidArgument(fmt::format(
          "Kafka: an entry of {} bytes for {}: raise message.max.bytes in [kafka] and on the topic",
          entry.value.size(), rd_kafka_topic_name(topic.get())));
    }
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL || steady_clock::now() >= until) {
      return client_->Error("producing", code);
    }
    rd_kafka_poll(client_->get(), kDrainMs);
  }
}

SendOutcome TransactionalProducer::Send(std::span<const Entry> entries, const Consumed& consumed) {
  last_error_ = absl::OkStatus();
  rd_kafka_t* const handle = client_->get();
  if (ErrorPtr error(rd_kafka_begin_transaction(handle)); error != nullptr) {
    return Fail("beginning a transaction", std::move(error));
  }
  for (const std::span<const Entry> all : {entries, consumed.points}) {
    for (const Entry& entry : all) {
      last_error_ = Produce(entry);
      if (last_error_.ok()) continue;
      const absl::Status why = last_error_;
      const SendOutcome outcome = Abort();
      last_error_ = why;
      return outcome == SendOutcome::kAborted && absl::IsInvalidArgument(why)
                 ? SendOutcome::kRefused
                 : outcome;
    }
  }
  const auto until = steady_clock::now() + options_.timeout;
  if (consumed.positions != nullptr && consumed.positions->cnt > 0) {
    const GroupMetadataPtr group(rd_kafka_consumer_group_metadata(consumed.consumer));
    ErrorPtr error = Try(until, [&](int timeout_ms) {
      return rd_kafka_send_offsets_to_transaction(handle, consumed.positions, group.get(),
                                                  timeout_ms);
    });
    if (error != nullptr) return Fail("sending positions", std::move(error));
  }
  ErrorPtr error =
      Try(until, [&](int timeout_ms) { return rd_kafka_commit_transaction(handle, timeout_ms); });
  if (error != nullptr) return Fail("committing", std::move(error));
  return SendOutcome::kCommitted;
}

// The three classes of librdkafka's transactional errors, apart: abortable, fatal, and those that
// stayed retriable until the time was up.
SendOutcome TransactionalProducer::Fail(std::string_view doing, ErrorPtr error) {
  const absl::Status why = client_->Error(doing, error.get());
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  SendOutcome outcome = SendOutcome::kUnknown;
  if (rd_kafka_error_txn_requires_abort(error.get())) {
    outcome = Abort();
    if (outcome == SendOutcome::kAborted && IsGroupRefusal(code)) outcome = SendOutcome::kRefused;
  } else if (IsFencing(code)) {
    outcome = SendOutcome::kFenced;
  } else if (rd_kafka_error_is_fatal(error.get()) &&
             IsFencing(rd_kafka_fatal_error(client_->get(), nullptr, 0))) {
    outcome = SendOutcome::kFenced;
  }
  last_error_ = why;
  return outcome;
}

SendOutcome TransactionalProducer::Abort() {
  const ErrorPtr error = Try(steady_clock::now() + options_.timeout, [&](int timeout_ms) {
    return rd_kafka_abort_transaction(client_->get(), timeout_ms);
  });
  if (error == nullptr) return SendOutcome::kAborted;
  const rd_kafka_resp_err_t code = rd_kafka_error_code(error.get());
  if (IsFencing(code) || IsFencing(rd_kafka_fatal_error(client_->get(), nullptr, 0))) {
    return SendOutcome::kFenced;
  }
  return SendOutcome::kUnknown;
}

}  // namespace tieout::log
