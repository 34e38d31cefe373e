// Makes the topics of a log on Kafka, and checks those that are there.
//
//   tieout topics create: CreateTopics(options, plan, {log_id, 8}, beginning)
//   tieout topics check:  for (const Finding& f : CheckTopics(options).value()) ...
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/kafka.h"
#include "engine/log/log.h"

namespace tieout::log {

struct TopicPlan {
  int replication_factor = 0;   // 0: as many as there are brokers, at most 3
  int min_insync_replicas = 0;  // 0: 2 where there are 3 replicas, else 1
  // Until CopyLog has filled them, only KafkaOptions::copy_destination opens the log.
  bool for_copy = false;
};

// Topics, position 0 committed for every partition, the log's beginning, in this order; begun anew
// where an earlier try stopped halfway. kAlreadyExists: they hold a log. kFailedPrecondition: a
// topic is there with another partition count, or a copy that was cut short.
absl::Status CreateTopics(const KafkaOptions& options, const TopicPlan& plan,
                          const Identity& identity, std::span<const Entry> beginning);

// Gives the slots' group the positions that the progress topic holds, for when the brokers have
// forgotten them (tieout group restore). `check` sees each before anything is changed, to hold it
// against the records topic; an error ends it. No slot may run: kFailedPrecondition.
absl::StatusOr<std::vector<CommitPoint>> RestoreGroup(
    const KafkaOptions& options, const std::function<absl::Status(const CommitPoint&)>& check);

// A setting that endangers the log.
struct Finding {
  std::string topic;  // empty: the brokers
  std::string setting;
  std::string found;
  std::string wanted;
  std::string way_out;
};
// Empty: all is well. An error only where the cluster can't be asked.
absl::StatusOr<std::vector<Finding>> CheckTopics(const KafkaOptions& options);

}  // namespace tieout::log
