#include "engine/log/kafka_lookup.h"

#include <absl/strings/str_replace.h>
#include <fmt/format.h>

#include <algorithm>
#include <thread>
#include <utility>

#include "engine/log/kafka_admin.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kAskAgain{5};
// Each commit is an entry and a marker; a few failed ones may lie behind the last good one.
constexpr int64_t kFirstLookBack = 64;

}  // namespace

absl::StatusOr<std::unique_ptr<KafkaLookup>> KafkaLookup::Open(const KafkaOptions& options) {
  // In the slots' group to ask for its positions, without ever joining it.
  TIEOUT_ASSIGN_OR_RETURN(auto client,
                          KafkaClient::Consumer(options, {{"group.id", GroupId(options)}}));
  return std::unique_ptr<KafkaLookup>(new KafkaLookup(std::move(client)));
}

absl::StatusOr<int> KafkaLookup::PartitionCount(Stream stream) {
  return client_->PartitionCount(TopicName(client_->options(), stream));
}

absl::StatusOr<KafkaLookup::Bounds> KafkaLookup::Find(Stream stream, int partition) {
  const std::string topic = TopicName(client_->options(), stream);
  TIEOUT_ASSIGN_OR_RETURN(const int64_t written, UncommittedEnd(*client_, topic, partition));
  const auto until = steady_clock::now() + client_->options().timeout;
  for (;;) {
    Bounds bounds;
    const rd_kafka_resp_err_t code =
        rd_kafka_query_watermark_offsets(client_->get(), topic.c_str(), partition, &bounds.first,
                                         &bounds.end, Milliseconds(client_->options().timeout));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
      return client_->Error(fmt::format("asking for the end of {} {}", topic, partition), code);
    }
    if (bounds.end >= written || steady_clock::now() >= until) return bounds;
    std::this_thread::sleep_for(kAskAgain);
  }
}

absl::StatusOr<std::optional<LoggedPoint>> KafkaLookup::LastFrom(int partition, int64_t from) {
  const std::string topic = TopicName(client_->options(), Stream::kProgress);
  const PartitionListPtr list = NewPartitionList();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = from;
  rd_kafka_assign(client_->get(), list.get());
  std::optional<std::string> last;
  absl::Status status;
  Taken taken;
  const auto until = steady_clock::now() + client_->options().timeout;
  for (bool at_end = false; !at_end && status.ok();) {
    status = taken.Take(*client_, 1000, milliseconds(100));
    for (const MessagePtr& message : taken.messages()) {
      if (message->err == RD_KAFKA_RESP_ERR__PARTITION_EOF) at_end = true;
      if (message->err == RD_KAFKA_RESP_ERR_NO_ERROR) last = AsStored(*message).value;
    }
    if (!at_end && status.ok() && steady_clock::now() >= until) {
      status = client_->Error("reading " + topic, RD_KAFKA_RESP_ERR__TIMED_OUT);
    }
  }
  taken.Clear();
  rd_kafka_assign(client_->get(), nullptr);
  TIEOUT_RETURN_IF_ERROR(status);
  if (!last) return std::optional<LoggedPoint>();
  TIEOUT_ASSIGN_OR_RETURN(LoggedPoint point, DecodeCommitPoint(*last));
  return std::optional<LoggedPoint>(std::move(point));
}

absl::StatusOr<std::optional<LoggedPoint>> KafkaLookup::LastProgress(int partition) {
  std::lock_guard lock(mutex_);
  TIEOUT_ASSIGN_OR_RETURN(const Bounds bounds, Find(Stream::kProgress, partition));
  for (int64_t back = kFirstLookBack;; back *= 16) {
    const int64_t from = std::max(bounds.first, bounds.end - back);
    TIEOUT_ASSIGN_OR_RETURN(std::optional<LoggedPoint> point, LastFrom(partition, from));
    if (point || from == bounds.first) return point;
  }
}

absl::StatusOr<int64_t> KafkaLookup::GroupPosition(int partition) {
  const std::string topic = TopicName(client_->options(), Stream::kEvents);
  const PartitionListPtr list = NewPartitionList();
  rd_kafka_topic_partition_t* const asked =
      rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition);
  const auto until = steady_clock::now() + client_->options().timeout;
  for (;;) {
    rd_kafka_resp_err_t code =
        rd_kafka_committed(client_->get(), list.get(), Milliseconds(client_->options().timeout));
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) code = asked->err;
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) break;
    // A transaction that holds positions is about to end.
    const bool pending = code == RD_KAFKA_RESP_ERR_UNSTABLE_OFFSET_COMMIT;
    if (!pending || steady_clock::now() >= until) {
      return client_->Error("asking for the committed position of " + topic, code);
    }
    std::this_thread::sleep_for(kAskAgain);
  }
  if (asked->offset >= 0) return asked->offset;
  return base::FailedPrecondition(fmt::format(
      "Kafka: group {} has no committed position for partition {} of {}: brokers forget those of a "
      "group that was idle for offsets.retention.minutes. Take them from {} again: tieout group "
      "restore",
      GroupId(client_->options()), partition, topic,
      TopicName(client_->options(), Stream::kProgress)));
}

absl::StatusOr<CommitPoint> KafkaLookup::Committed(int partition) {
  // The pair that contradicts itself, and since when it has been seen. Not since this call began: a
  // process that was suspended between the two questions compares an old answer with a new one.
  std::optional<std::pair<int64_t, int64_t>> stuck;
  steady_clock::time_point stuck_since, until;
  for (;;) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t position, GroupPosition(partition));
    TIEOUT_ASSIGN_OR_RETURN(std::optional<LoggedPoint> last, LastProgress(partition));
    if (last && last->point.next_position == position) return std::move(last->point);
    // Of one transaction, the topics' markers come one after the other.
    const std::pair<int64_t, int64_t> seen{position, last ? last->point.next_position : -1};
    const auto now = steady_clock::now();
    if (!stuck) until = now + 2 * client_->options().timeout;
    if (seen != stuck) {
      if (stuck && now >= until) {
        return base::Unavailable(fmt::format(
            "Kafka: partition {}: where group {} stands changes too fast to be read: try again",
            partition, GroupId(client_->options())));
      }
      stuck = seen;
      stuck_since = now;
    }
    if (now >= stuck_since + client_->options().timeout) {
      return base::FailedPrecondition(fmt::format(
          "Kafka: partition {}: group {} is at position {}, topic {} says {}: something else moved "
          "one of them. Set the group back: tieout group restore",
          partition, GroupId(client_->options()), position,
          TopicName(client_->options(), Stream::kProgress),
          last ? std::to_string(last->point.next_position) : "nothing"));
    }
    std::this_thread::sleep_for(kAskAgain);
  }
}

absl::Status UnfinishedCopy(const KafkaOptions& options, const LoggedPoint& point) {
  return base::FailedPrecondition(fmt::format(
      "Kafka: the topics {}* hold a copy of log {} that isn't whole: it is still being copied, or "
      "that was cut short. Then delete them and copy again: {}; or copy under another topic_prefix",
      options.prefix, point.log_id, DeleteTopicsCommand(options)));
}

std::string DeleteTopicsCommand(const KafkaOptions& options) {
  // --topic is a regular expression, and of what a topic's name may hold only the dot means more.
  return fmt::format(
      "kafka-topics.sh --bootstrap-server {} --delete --topic "
      "'{}(events|records|dead_letters|progress)'",
      options.properties.at("bootstrap.servers"),
      absl::StrReplaceAll(options.prefix, {{".", "\\."}}));
}

}  // namespace tieout::log
