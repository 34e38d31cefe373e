// A slot of a log on Kafka: one consumer, one transactional producer, one identity for both.
#pragma once

#include <future>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/kafka_client.h"
#include "engine/log/kafka_lookup.h"
#include "engine/log/kafka_producer.h"
#include "engine/log/log.h"

namespace tieout::log {

class KafkaSlot : public Slot {
 public:
  // `lookup` outlives the slot.
  static absl::StatusOr<std::unique_ptr<KafkaSlot>> Open(KafkaLookup* lookup, std::string log_id,
                                                         int slot);
  ~KafkaSlot() override;

  const std::vector<int>& partitions() const override { return held_; }
  uint64_t epoch() const override { return epoch_; }
  absl::StatusOr<CommitPoint> Committed(int partition) override;
  absl::Status Seek(int partition, int64_t position) override;
  absl::StatusOr<Batch> Poll(size_t max, std::chrono::milliseconds wait) override;
  int64_t Position(int partition) const override;
  absl::StatusOr<CommitOutcome> Commit(std::span<const Entry> output,
                                       std::span<const CommitPoint> points) override;
  void StartCommit(std::span<const Entry> output, std::span<const CommitPoint> points) override;
  bool CommitIsDone() const override;
  absl::StatusOr<CommitOutcome> FinishCommit() override;
  // The replicas' matter: acks=all is how a transaction commits.
  absl::Status MakeDurable() override { return absl::OkStatus(); }

 private:
  struct Reading {
    int64_t position = -1;   // after what was handed out; -1: not yet sought
    int64_t known_end = -1;  // there are entries up to here
    std::vector<Stored> ready;
    size_t given = 0;
    int64_t end = -1;  // where the partition ended once `ready` was all of it
  };

  KafkaSlot(KafkaLookup* lookup, std::string log_id, std::string id)
      : lookup_(lookup), log_id_(std::move(log_id)), id_(std::move(id)) {}
  static void OnRebalance(rd_kafka_t* consumer, rd_kafka_resp_err_t code,
                          rd_kafka_topic_partition_list_t* list, void* self);
  void Rebalance(rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list);
  void GiveUpLeaving();
  void Leave();
  absl::Status CheckAlive();
  bool IsHeld(int partition) const;
  bool MayCommit(int partition) const;
  void Sort();
  std::optional<Batch> TakeReady(size_t max);
  PartitionListPtr One(int partition, int64_t offset) const;

  // A commit between its halves. The producer is the sending thread's alone until it has an answer.
  struct Flight {
    std::span<const Entry> output;
    std::span<const CommitPoint> points;
    std::vector<Entry> progress;  // the points, as entries
    bool lost = false;
    std::future<SendOutcome> sent;  // not valid: it waits for what became of the last one
  };
  SendOutcome Send(const Flight& flight);
  absl::StatusOr<CommitOutcome> OutcomeOf(Flight* flight);
  absl::StatusOr<std::optional<CommitOutcome>> Resolve(std::span<const CommitPoint> points);
  absl::StatusOr<CommitOutcome> Lost();
  bool ConsumerIsFenced() const;
  void Warn(std::string_view what) const;

  KafkaLookup* const lookup_;
  const std::string log_id_;
  const std::string id_;  // "tieout-3": the transactional id and the group instance id
  std::unique_ptr<KafkaClient> consumer_;
  std::unique_ptr<TransactionalProducer> producer_;
  absl::Status dead_;  // not OK: fenced

  std::vector<int> held_;
  uint64_t epoch_ = 0;
  PartitionListPtr leaving_;  // gone from held_, given up at the next Poll
  bool closing_ = false;
  std::map<int, Reading> readings_;  // of held_, and until the next Poll of those that went
  size_t last_served_ = 0;
  Stall stall_;
  Taken taken_;  // what the readings' entries view

  std::map<int, CommitPoint> committed_;
  bool outcome_unknown_ = false;  // of the last Commit
  std::optional<Flight> flight_;
};

}  // namespace tieout::log
