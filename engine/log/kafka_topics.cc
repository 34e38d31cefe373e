#include "engine/log/kafka_topics.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <thread>
#include <utility>

#include "engine/log/commit_point.h"
#include "engine/log/kafka_admin.h"
#include "engine/log/kafka_lookup.h"
#include "engine/log/kafka_producer.h"

namespace tieout::log {
namespace {

constexpr std::array kStreams{Stream::kEvents, Stream::kRecords, Stream::kDeadLetters,
                              Stream::kProgress};
constexpr int64_t kOffsetsRetentionMinutes = 7 * 24 * 60;  // the brokers' own default

// What the topic of a stream must be set to, whatever the cluster's size.
Settings RequiredSettings(Stream stream) {
  if (stream == Stream::kProgress) return {{"cleanup.policy", "compact"}};
  Settings settings{
      {"cleanup.policy", "delete"}, {"retention.ms", "-1"}, {"retention.bytes", "-1"}};
  if (stream == Stream::kEvents) settings["message.timestamp.type"] = "LogAppendTime";
  return settings;
}

int ReplicationFactor(const TopicPlan& plan, const Cluster& cluster) {
  if (plan.replication_factor > 0) return plan.replication_factor;
  return std::clamp(static_cast<int>(cluster.brokers.size()), 1, 3);
}

int MinInsyncReplicas(const TopicPlan& plan, int replication_factor) {
  if (plan.min_insync_replicas > 0) return plan.min_insync_replicas;
  return replication_factor >= 3 ? 2 : 1;
}

std::optional<int64_t> Number(const std::string& text) {
  int64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

// New topics are known to the controller before every broker leads its partitions.
absl::Status AwaitTopics(const KafkaOptions& options, KafkaLookup& lookup, int partitions) {
  const auto until = std::chrono::steady_clock::now() + options.timeout;
  for (const Stream stream : kStreams) {
    for (int p = 0; p < partitions; ++p) {
      absl::Status status = lookup.Find(stream, p).status();
      while (!status.ok() && std::chrono::steady_clock::now() < until) {
        std::this_thread::sleep_for(std::chrono::milliseconds(20));
        status = lookup.Find(stream, p).status();
      }
      TIEOUT_RETURN_IF_ERROR(status);
    }
  }
  return absl::OkStatus();
}

class Checker {
 public:
  Checker(const KafkaOptions& options, const KafkaClient& client, Cluster cluster)
      : options_(options), client_(client), cluster_(std::move(cluster)) {}

  absl::Status CheckTopic(Stream stream) {
    const std::string topic = TopicName(options_, stream);
    const auto found = cluster_.topics.find(topic);
    if (found == cluster_.topics.end()) {
      Add(topic, "topic", "missing", "there", "tieout topics create");
      return absl::OkStatus();
    }
    const int partitions = cluster_.topics[TopicName(options_, Stream::kEvents)].partitions;
    if (partitions > 0 && found->second.partitions != partitions) {
      Add(topic, "partition count", std::to_string(found->second.partitions),
          fmt::format("{}, as {} has", partitions, TopicName(options_, Stream::kEvents)),
          "a log keeps its partition count: delete its topics and copy it here from where it is "
          "whole (tieout log copy), or begin another log under another topic_prefix");
    }
    TIEOUT_ASSIGN_OR_RETURN(const Settings settings, TopicSettings(client_, topic));
    for (const auto& [setting, wanted] : RequiredSettings(stream)) {
      const auto it = settings.find(setting);
      const std::string is = it == settings.end() ? "(unknown)" : it->second;
      if (is != wanted) Add(topic, setting, is, wanted, Alter(topic, setting, wanted));
    }
    CheckReplicas(topic, found->second.replication_factor, settings);
    return absl::OkStatus();
  }

  absl::Status CheckCopy() {
    if (!cluster_.topics.contains(TopicName(options_, Stream::kProgress))) return absl::OkStatus();
    TIEOUT_ASSIGN_OR_RETURN(const auto lookup, KafkaLookup::Open(options_));
    TIEOUT_ASSIGN_OR_RETURN(const auto progress, lookup->LastProgress(0));
    if (!progress || !progress->copying) return absl::OkStatus();
    Add(TopicName(options_, Stream::kProgress), "copy of log " + progress->log_id,
        "under way, or cut short", "whole", DeleteTopicsCommand(options_));
    return absl::OkStatus();
  }

  absl::Status CheckBrokers() {
    for (const int broker : cluster_.brokers) {
      TIEOUT_ASSIGN_OR_RETURN(const Settings settings, BrokerSettings(client_, broker));
      const auto it = settings.find("offsets.retention.minutes");
      if (it == settings.end()) continue;
      const std::optional<int64_t> minutes = Number(it->second);
      if (minutes && *minutes >= kOffsetsRetentionMinutes) continue;
      Add("", "offsets.retention.minutes", fmt::format("{} (broker {})", it->second, broker),
          fmt::format("{} or more", kOffsetsRetentionMinutes),
          "set it in the brokers' configuration: an idle group's positions are forgotten after it");
    }
    return absl::OkStatus();
  }

  std::vector<Finding> findings;

 private:
  void CheckReplicas(const std::string& topic, int replication_factor, const Settings& settings) {
    const auto it = settings.find("min.insync.replicas");
    const std::optional<int64_t> minimum = it == settings.end() ? std::nullopt : Number(it->second);
    if (!minimum) return;
    if (*minimum > replication_factor) {
      Add(topic, "min.insync.replicas", it->second,
          fmt::format("at most the {} replicas there are: nothing can be written",
                      replication_factor),
          Alter(topic, "min.insync.replicas", std::to_string(std::max(1, replication_factor - 1))));
    } else if (replication_factor >= 3 && *minimum < 2) {
      Add(topic, "min.insync.replicas", it->second,
          "2 or more: else one broker's loss may lose entries",
          Alter(topic, "min.insync.replicas", "2"));
    }
    if (cluster_.brokers.size() >= 3 && replication_factor < 3) {
      Add(topic, "replication factor", std::to_string(replication_factor), "3",
          "kafka-reassign-partitions.sh with three replicas for each partition");
    }
  }

  std::string Alter(const std::string& topic, const std::string& setting,
                    const std::string& value) const {
    return fmt::format(
        "kafka-configs.sh --bootstrap-server {} --alter --entity-type topics --entity-name {} "
        "--add-config {}={}",
        options_.properties.at("bootstrap.servers"), topic, setting, value);
  }

  void Add(std::string topic, std::string setting, std::string found, std::string wanted,
           std::string way_out) {
    findings.push_back({std::move(topic), std::move(setting), std::move(found), std::move(wanted),
                        std::move(way_out)});
  }

  const KafkaOptions& options_;
  const KafkaClient& client_;
  Cluster cluster_;
};

}  // namespace

absl::Status CreateTopics(const KafkaOptions& options, const TopicPlan& plan,
                          const Identity& identity, std::span<const Entry> beginning) {
  TIEOUT_ASSIGN_OR_RETURN(const auto lookup, KafkaLookup::Open(options));
  TIEOUT_ASSIGN_OR_RETURN(const Cluster cluster, DescribeCluster(lookup->client()));
  std::vector<NewTopic> topics;
  const int replicas = ReplicationFactor(plan, cluster);
  for (const Stream stream : kStreams) {
    NewTopic topic{TopicName(options, stream), identity.partitions, replicas,
                   RequiredSettings(stream)};
    topic.settings["min.insync.replicas"] = std::to_string(MinInsyncReplicas(plan, replicas));
    const auto there = cluster.topics.find(topic.name);
    if (there != cluster.topics.end() && there->second.partitions != identity.partitions) {
      return base::FailedPrecondition(fmt::format(
          "Kafka: topic {} is there with {} partitions, not {}: delete it, or use another prefix",
          topic.name, there->second.partitions, identity.partitions));
    }
    topics.push_back(std::move(topic));
  }
  TIEOUT_RETURN_IF_ERROR(MakeTopics(lookup->client(), topics));
  TIEOUT_RETURN_IF_ERROR(AwaitTopics(options, *lookup, identity.partitions));
  // Taking the role ends a creation that stopped halfway, or goes on elsewhere, before looking.
  TIEOUT_ASSIGN_OR_RETURN(const auto producer,
                          TransactionalProducer::Open(options, options.prefix + "config"));
  TIEOUT_ASSIGN_OR_RETURN(const auto progress, lookup->LastProgress(0));
  if (progress && progress->copying) return UnfinishedCopy(options, *progress);
  if (progress) {
    return base::AlreadyExists(
        fmt::format("Kafka: the topics {}* hold log {} already: use another prefix for a new one "
                    "(topic_prefix in tieout.toml)",
                    options.prefix, progress->log_id));
  }
  const std::vector<int64_t> first(static_cast<size_t>(identity.partitions), 0);
  TIEOUT_RETURN_IF_ERROR(CommitPositions(lookup->client(), GroupId(options),
                                         TopicName(options, Stream::kEvents), first));
  std::vector<Entry> entries(beginning.begin(), beginning.end());
  for (int p = 0; p < identity.partitions; ++p) {
    entries.push_back(plan.for_copy ? CopyingEntry(identity.log_id, p)
                                    : CommitPointEntry(identity.log_id, {.partition = p}));
  }
  if (producer->Send(entries, {}) != SendOutcome::kCommitted) return producer->last_error();
  return absl::OkStatus();
}

absl::StatusOr<std::vector<CommitPoint>> RestoreGroup(
    const KafkaOptions& options, const std::function<absl::Status(const CommitPoint&)>& check) {
  TIEOUT_ASSIGN_OR_RETURN(const auto lookup, KafkaLookup::Open(options));
  TIEOUT_ASSIGN_OR_RETURN(const int partitions, lookup->PartitionCount(Stream::kEvents));
  std::vector<CommitPoint> points;
  std::vector<int64_t> positions;
  for (int p = 0; p < partitions; ++p) {
    TIEOUT_ASSIGN_OR_RETURN(std::optional<LoggedPoint> last, lookup->LastProgress(p));
    if (!last) {
      return base::DataLoss(
          fmt::format("Kafka: {} says nothing of partition {}: it can't be restored",
                      TopicName(options, Stream::kProgress), p));
    }
    if (last->copying) return UnfinishedCopy(options, *last);
    TIEOUT_RETURN_IF_ERROR(check(last->point));
    positions.push_back(last->point.next_position);
    points.push_back(std::move(last->point));
  }
  TIEOUT_RETURN_IF_ERROR(CommitPositions(lookup->client(), GroupId(options),
                                         TopicName(options, Stream::kEvents), positions));
  return points;
}

absl::StatusOr<std::vector<Finding>> CheckTopics(const KafkaOptions& options) {
  TIEOUT_ASSIGN_OR_RETURN(const auto client,
                          KafkaClient::Consumer(options, {{"group.id", GroupId(options)}}));
  TIEOUT_ASSIGN_OR_RETURN(Cluster cluster, DescribeCluster(*client));
  Checker checker(options, *client, std::move(cluster));
  for (const Stream stream : kStreams) TIEOUT_RETURN_IF_ERROR(checker.CheckTopic(stream));
  TIEOUT_RETURN_IF_ERROR(checker.CheckCopy());
  TIEOUT_RETURN_IF_ERROR(checker.CheckBrokers());
  return std::move(checker.findings);
}

}  // namespace tieout::log
