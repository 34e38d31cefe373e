#include "engine/log/kafka_admin.h"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <memory>
#include <thread>

namespace tieout::log {
namespace {

using EventPtr = std::unique_ptr<rd_kafka_event_t, KafkaDestroy<rd_kafka_event_destroy>>;
using AdminOptionsPtr =
    std::unique_ptr<rd_kafka_AdminOptions_t, KafkaDestroy<rd_kafka_AdminOptions_destroy>>;
using NewTopicPtr = std::unique_ptr<rd_kafka_NewTopic_t, KafkaDestroy<rd_kafka_NewTopic_destroy>>;
using ResourcePtr =
    std::unique_ptr<rd_kafka_ConfigResource_t, KafkaDestroy<rd_kafka_ConfigResource_destroy>>;

// Starts a request by `start(options, queue)` and waits for its answer.
template <typename Start>
absl::StatusOr<EventPtr> Ask(const KafkaClient& client, rd_kafka_admin_op_t operation,
                             const std::string& doing, Start start) {
  const AdminOptionsPtr options(rd_kafka_AdminOptions_new(client.get(), operation));
  const int timeout_ms = Milliseconds(client.options().timeout);
  std::array<char, 512> error{};
  rd_kafka_AdminOptions_set_request_timeout(options.get(), timeout_ms, error.data(), error.size());
  const QueuePtr queue(rd_kafka_queue_new(client.get()));
  start(options.get(), queue.get());
  EventPtr event;
  const rd_kafka_resp_err_t waited = client.Patiently([&](int wait_ms) {
    event.reset(rd_kafka_queue_poll(queue.get(), wait_ms));
    return event == nullptr ? RD_KAFKA_RESP_ERR__TIMED_OUT : RD_KAFKA_RESP_ERR_NO_ERROR;
  });
  if (event == nullptr) return client.Error(doing, waited);
  const rd_kafka_resp_err_t code = rd_kafka_event_error(event.get());
  if (code == RD_KAFKA_RESP_ERR__TIMED_OUT || code == RD_KAFKA_RESP_ERR__TRANSPORT) {
    return client.Error(doing, code);
  }
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
    return base::FailedPrecondition(
        fmt::format("Kafka: {}: {}", doing, rd_kafka_event_error_string(event.get())));
  }
  return event;
}

absl::StatusOr<Settings> SettingsOf(const KafkaClient& client, rd_kafka_ResourceType_t type,
                                    const std::string& name) {
  const ResourcePtr resource(rd_kafka_ConfigResource_new(type, name.c_str()));
  std::array<rd_kafka_ConfigResource_t*, 1> resources{resource.get()};
  TIEOUT_ASSIGN_OR_RETURN(
      const EventPtr event,
      Ask(client, RD_KAFKA_ADMIN_OP_DESCRIBECONFIGS, "asking for the settings of " + name,
          [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_DescribeConfigs(client.get(), resources.data(), resources.size(), options,
                                     queue);
          }));
  size_t count = 0;
  const rd_kafka_ConfigResource_t** described = rd_kafka_DescribeConfigs_result_resources(
      rd_kafka_event_DescribeConfigs_result(event.get()), &count);
  Settings settings;
  for (size_t i = 0; i < count; ++i) {
    if (rd_kafka_ConfigResource_error(described[i]) != RD_KAFKA_RESP_ERR_NO_ERROR) {
      const char* const why = rd_kafka_ConfigResource_error_string(described[i]);
      return base::FailedPrecondition(
          fmt::format("Kafka: settings of {}: {}", name, why != nullptr ? why : "refused"));
    }
    size_t entries = 0;
    const rd_kafka_ConfigEntry_t** entry = rd_kafka_ConfigResource_configs(described[i], &entries);
    for (size_t j = 0; j < entries; ++j) {
      const char* const value = rd_kafka_ConfigEntry_value(entry[j]);
      settings[rd_kafka_ConfigEntry_name(entry[j])] = value != nullptr ? value : "";
    }
  }
  return settings;
}

constexpr std::chrono::milliseconds kAskAgain{20};

// After a topic was made or a broker went; the broker asked doesn't know the new one yet.
bool LeaderIsChanging(rd_kafka_resp_err_t code) {
  return code == RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION ||
         code == RD_KAFKA_RESP_ERR_LEADER_NOT_AVAILABLE;
}

struct End {
  rd_kafka_resp_err_t code{};
  int64_t offset = 0;
};

absl::StatusOr<End> AskForEnd(const KafkaClient& client, const std::string& topic, int partition) {
  const PartitionListPtr list = NewPartitionList();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset =
      RD_KAFKA_OFFSET_SPEC_LATEST;
  TIEOUT_ASSIGN_OR_RETURN(
      const EventPtr event,
      Ask(client, RD_KAFKA_ADMIN_OP_LISTOFFSETS, "asking for the end of " + topic,
          [&](rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            const ErrorPtr ignored(rd_kafka_AdminOptions_set_isolation_level(
                options, RD_KAFKA_ISOLATION_LEVEL_READ_UNCOMMITTED));
            rd_kafka_ListOffsets(client.get(), list.get(), options, queue);
          }));
  size_t count = 0;
  const rd_kafka_ListOffsetsResultInfo_t** infos =
      rd_kafka_ListOffsets_result_infos(rd_kafka_event_ListOffsets_result(event.get()), &count);
  if (count != 1) return base::Internal("Kafka: no end of " + topic + " in the answer");
  const rd_kafka_topic_partition_t* const found =
      rd_kafka_ListOffsetsResultInfo_topic_partition(infos[0]);
  return End{found->err, found->offset};
}

}  // namespace

absl::Status MakeTopics(const KafkaClient& client, const std::vector<NewTopic>& topics) {
  std::vector<NewTopicPtr> owners;
  std::vector<rd_kafka_NewTopic_t*> wanted;
  for (const NewTopic& topic : topics) {
    std::array<char, 512> error{};
    owners.emplace_back(rd_kafka_NewTopic_new(topic.name.c_str(), topic.partitions,
                                              topic.replication_factor, error.data(),
                                              error.size()));
    if (owners.back() == nullptr) {
      return base::InvalidArgument(fmt::format("Kafka: topic {}: {}", topic.name, error.data()));
    }
    for (const auto& [name, value] : topic.settings) {
      rd_kafka_NewTopic_set_config(owners.back().get(), name.c_str(), value.c_str());
    }
    wanted.push_back(owners.back().get());
  }
  TIEOUT_ASSIGN_OR_RETURN(const EventPtr event,
                          Ask(client, RD_KAFKA_ADMIN_OP_CREATETOPICS, "making topics",
                              [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
                                rd_kafka_CreateTopics(client.get(), wanted.data(), wanted.size(),
                                                      options, queue);
                              }));
  size_t count = 0;
  const rd_kafka_topic_result_t** results =
      rd_kafka_CreateTopics_result_topics(rd_kafka_event_CreateTopics_result(event.get()), &count);
  for (size_t i = 0; i < count; ++i) {
    const rd_kafka_resp_err_t code = rd_kafka_topic_result_error(results[i]);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR || code == RD_KAFKA_RESP_ERR_TOPIC_ALREADY_EXISTS) {
      continue;
    }
    const char* const why = rd_kafka_topic_result_error_string(results[i]);
    return base::FailedPrecondition(fmt::format("Kafka: making topic {}: {}",
                                                rd_kafka_topic_result_name(results[i]),
                                                why != nullptr ? why : rd_kafka_err2str(code)));
  }
  return absl::OkStatus();
}

absl::Status CommitPositions(const KafkaClient& client, const std::string& group,
                             const std::string& topic, const std::vector<int64_t>& positions) {
  const PartitionListPtr list = NewPartitionList();
  for (size_t p = 0; p < positions.size(); ++p) {
    rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), static_cast<int>(p))->offset =
        positions[p];
  }
  const std::unique_ptr<rd_kafka_AlterConsumerGroupOffsets_t,
                        KafkaDestroy<rd_kafka_AlterConsumerGroupOffsets_destroy>>
      change(rd_kafka_AlterConsumerGroupOffsets_new(group.c_str(), list.get()));
  std::array<rd_kafka_AlterConsumerGroupOffsets_t*, 1> changes{change.get()};
  TIEOUT_ASSIGN_OR_RETURN(
      const EventPtr event,
      Ask(client, RD_KAFKA_ADMIN_OP_ALTERCONSUMERGROUPOFFSETS, "committing positions",
          [&](const rd_kafka_AdminOptions_t* options, rd_kafka_queue_t* queue) {
            rd_kafka_AlterConsumerGroupOffsets(client.get(), changes.data(), changes.size(),
                                               options, queue);
          }));
  size_t count = 0;
  const rd_kafka_group_result_t** results = rd_kafka_AlterConsumerGroupOffsets_result_groups(
      rd_kafka_event_AlterConsumerGroupOffsets_result(event.get()), &count);
  const auto refused = [&](rd_kafka_resp_err_t code) {
    const bool has_members = code == RD_KAFKA_RESP_ERR_UNKNOWN_MEMBER_ID;
    return base::FailedPrecondition(fmt::format(
        "Kafka: positions of group {}: {}", group,
        has_members ? "it has members: stop them. One that was killed keeps its "
                      "place for session.timeout.ms (20 s unless [kafka] says otherwise)"
                    : rd_kafka_err2str(code)));
  };
  for (size_t i = 0; i < count; ++i) {
    if (const rd_kafka_error_t* error = rd_kafka_group_result_error(results[i]); error != nullptr) {
      return refused(rd_kafka_error_code(error));
    }
    const rd_kafka_topic_partition_list_t* of = rd_kafka_group_result_partitions(results[i]);
    for (int p = 0; of != nullptr && p < of->cnt; ++p) {
      if (of->elems[p].err != RD_KAFKA_RESP_ERR_NO_ERROR) return refused(of->elems[p].err);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<int64_t> UncommittedEnd(const KafkaClient& client, const std::string& topic,
                                       int partition) {
  const auto until = std::chrono::steady_clock::now() + client.options().timeout;
  for (;;) {
    TIEOUT_ASSIGN_OR_RETURN(const End end, AskForEnd(client, topic, partition));
    if (end.code == RD_KAFKA_RESP_ERR_NO_ERROR) return end.offset;
    if (!LeaderIsChanging(end.code) || std::chrono::steady_clock::now() >= until) {
      return client.Error("asking for the end of " + topic, end.code);
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

absl::StatusOr<Settings> TopicSettings(const KafkaClient& client, const std::string& topic) {
  return SettingsOf(client, RD_KAFKA_RESOURCE_TOPIC, topic);
}

absl::StatusOr<Settings> BrokerSettings(const KafkaClient& client, int broker) {
  return SettingsOf(client, RD_KAFKA_RESOURCE_BROKER, std::to_string(broker));
}

absl::StatusOr<Cluster> DescribeCluster(const KafkaClient& client) {
  const rd_kafka_metadata_t* metadata = nullptr;
  const rd_kafka_resp_err_t code = client.Patiently(
      [&](int wait_ms) { return rd_kafka_metadata(client.get(), 1, nullptr, &metadata, wait_ms); });
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client.Error("asking for the topics", code);
  const std::unique_ptr<const rd_kafka_metadata_t, KafkaDestroy<rd_kafka_metadata_destroy>> owner(
      metadata);
  Cluster cluster;
  for (int i = 0; i < metadata->broker_cnt; ++i) cluster.brokers.push_back(metadata->brokers[i].id);
  for (int i = 0; i < metadata->topic_cnt; ++i) {
    const rd_kafka_metadata_topic_t& topic = metadata->topics[i];
    cluster.topics[topic.topic] = {
        .partitions = topic.partition_cnt,
        .replication_factor = topic.partition_cnt > 0 ? topic.partitions[0].replica_cnt : 0};
  }
  return cluster;
}

}  // namespace tieout::log
