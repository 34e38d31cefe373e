// librdkafka's administration requests, one call each.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/kafka_client.h"

namespace tieout::log {

using Settings = std::map<std::string, std::string>;

struct NewTopic {
  std::string name;
  int partitions = 0;
  int replication_factor = 0;
  Settings settings;
};
// A topic that is there already is left as it is.
absl::Status MakeTopics(const KafkaClient& client, const std::vector<NewTopic>& topics);

// Of a group without members: its next position of each partition of a topic, partition 0 first.
absl::Status CommitPositions(const KafkaClient& client, const std::string& group,
                             const std::string& topic, const std::vector<int64_t>& positions);

// The end of a partition with what open transactions have written.
absl::StatusOr<int64_t> UncommittedEnd(const KafkaClient& client, const std::string& topic,
                                       int partition);

absl::StatusOr<Settings> TopicSettings(const KafkaClient& client, const std::string& topic);
absl::StatusOr<Settings> BrokerSettings(const KafkaClient& client, int broker);

struct Cluster {
  std::vector<int> brokers;
  struct Topic {
    int partitions = 0;
    int replication_factor = 0;
  };
  std::map<std::string, Topic> topics;
};
absl::StatusOr<Cluster> DescribeCluster(const KafkaClient& client);

}  // namespace tieout::log
