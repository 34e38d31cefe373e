#include "engine/log/kafka.h"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "engine/base/check.h"
#include "engine/log/kafka_client.h"
#include "engine/log/kafka_lookup.h"
#include "engine/log/kafka_producer.h"
#include "engine/log/kafka_reader.h"
#include "engine/log/kafka_slot.h"

namespace tieout::log {
namespace {

using std::chrono::steady_clock;

class KafkaRoleWriter : public RoleWriter {
 public:
  KafkaRoleWriter(std::unique_ptr<TransactionalProducer> producer, const KafkaOptions& options)
      : producer_(std::move(producer)), options_(options) {}

  absl::Status Append(std::span<const Entry> entries) override {
    const auto until = steady_clock::now() + options_.timeout;
    while (done_.ok()) {
      const SendOutcome sent = producer_->Send(entries, {});
      if (sent == SendOutcome::kCommitted) return absl::OkStatus();
      const absl::Status& why = producer_->last_error();
      if (sent == SendOutcome::kRefused) return why;
      if (sent == SendOutcome::kAborted && steady_clock::now() < until) continue;
      if (sent == SendOutcome::kAborted) return why;
      done_ = base::Aborted(fmt::format(
          "{}: {}: take the role again and read what is in force", producer_->id(),
          sent == SendOutcome::kFenced ? "another writer took over"
                                       : "whether the last append is there is unknown"));
    }
    return done_;
  }

 private:
  const std::unique_ptr<TransactionalProducer> producer_;
  const KafkaOptions& options_;
  absl::Status done_;
};

// Its own for each process and log object, so that publishers never fence each other.
std::string OwnPublisherId(const KafkaOptions& options) {
  static std::atomic<int> count = 0;
  char host[256] = "host";
  ::gethostname(host, sizeof host - 1);
  const int64_t started = std::chrono::system_clock::now().time_since_epoch().count();
  return fmt::format("{}publisher-{}-{}-{}-{}", options.prefix, host, ::getpid(), started, ++count);
}

class KafkaLog : public EventLog {
 public:
  explicit KafkaLog(const KafkaOptions& options) : options_(options) {}

  absl::Status Connect() {
    TIEOUT_ASSIGN_OR_RETURN(lookup_, KafkaLookup::Open(options_));
    TIEOUT_ASSIGN_OR_RETURN(identity_.partitions, lookup_->PartitionCount(Stream::kEvents));
    for (const Stream stream : {Stream::kRecords, Stream::kDeadLetters, Stream::kProgress}) {
      TIEOUT_ASSIGN_OR_RETURN(const int count, lookup_->PartitionCount(stream));
      if (count == identity_.partitions) continue;
      return base::FailedPrecondition(fmt::format(
          "Kafka: topic {} has {} partitions, {} has {}; a log's topics have the same number: see "
          "tieout topics check",
          TopicName(options_, stream), count, TopicName(options_, Stream::kEvents),
          identity_.partitions));
    }
    TIEOUT_ASSIGN_OR_RETURN(const auto first, lookup_->LastProgress(0));
    if (!first) {
      return base::NotFound(fmt::format(
          "Kafka: the topics {}* hold no log: make one (tieout topics create)", options_.prefix));
    }
    if (first->copying && !options_.copy_destination) return UnfinishedCopy(options_, *first);
    identity_.log_id = first->log_id;
    return absl::OkStatus();
  }

  const Identity& identity() const override { return identity_; }

  absl::Status Append(std::span<const Entry> entries) override {
    std::lock_guard lock(mutex_);
    if (publisher_ == nullptr) {
      const std::string id =
          options_.publisher.empty() ? OwnPublisherId(options_) : options_.publisher;
      TIEOUT_ASSIGN_OR_RETURN(publisher_, TransactionalProducer::Open(options_, id));
    }
    if (std::exchange(publisher_failed_, false)) {
      if (const absl::Status status = publisher_->Reopen(); !status.ok()) {
        publisher_failed_ = true;
        return status;
      }
    }
    const auto until = steady_clock::now() + options_.timeout;
    for (;;) {
      const SendOutcome sent = publisher_->Send(entries, {});
      if (sent == SendOutcome::kCommitted) return absl::OkStatus();
      const absl::Status& why = publisher_->last_error();
      if (sent == SendOutcome::kRefused) return why;
      if (sent == SendOutcome::kAborted && steady_clock::now() < until) continue;
      if (sent == SendOutcome::kAborted) return why;
      publisher_failed_ = true;
      return base::Unavailable(
          fmt::format("{}: the append may be there or not: append it again (the same event twice "
                      "has no effect)",
                      base::Message(why)));
    }
  }

  absl::StatusOr<std::unique_ptr<RoleWriter>> TakeRole(Role role) override {
    TIEOUT_ASSIGN_OR_RETURN(
        auto producer,
        TransactionalProducer::Open(
            options_, options_.prefix + (role == Role::kConfig ? "config" : "ticker")));
    return std::make_unique<KafkaRoleWriter>(std::move(producer), options_);
  }

  absl::StatusOr<std::unique_ptr<Reader>> NewReader(Stream stream, int partition,
                                                    int64_t from_position) override {
    TIEOUT_CHECK(partition >= 0 && partition < identity_.partitions);
    TIEOUT_ASSIGN_OR_RETURN(const KafkaLookup::Bounds bounds, lookup_->Find(stream, partition));
    if (from_position < bounds.first || from_position > bounds.end) {
      return base::OutOfRange(fmt::format(
          "Kafka: {} {}: position {} is not in the topic, which goes from {} to {}",
          TopicName(options_, stream), partition, from_position, bounds.first, bounds.end));
    }
    return KafkaReader::Open(options_, TopicName(options_, stream), partition, from_position,
                             bounds.end);
  }

  absl::StatusOr<int64_t> End(Stream stream, int partition) override {
    TIEOUT_CHECK(partition >= 0 && partition < identity_.partitions);
    TIEOUT_ASSIGN_OR_RETURN(const KafkaLookup::Bounds bounds, lookup_->Find(stream, partition));
    return bounds.end;
  }

  absl::StatusOr<CommitPoint> Committed(int partition) override {
    TIEOUT_CHECK(partition >= 0 && partition < identity_.partitions);
    return lookup_->Committed(partition);
  }

  absl::StatusOr<std::unique_ptr<Slot>> OpenSlot(int slot) override {
    return KafkaSlot::Open(lookup_.get(), identity_.log_id, slot);
  }

 private:
  const KafkaOptions options_;
  std::unique_ptr<KafkaLookup> lookup_;
  Identity identity_;

  std::mutex mutex_;
  std::unique_ptr<TransactionalProducer> publisher_;  // guarded by mutex_, as all below
  bool publisher_failed_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<EventLog>> OpenKafka(const KafkaOptions& options) {
  auto log = std::make_unique<KafkaLog>(options);
  TIEOUT_RETURN_IF_ERROR(log->Connect());
  return log;
}

}  // namespace tieout::log
