#include "engine/log/kafka_reader.h"

namespace tieout::log {

absl::StatusOr<std::unique_ptr<KafkaReader>> KafkaReader::Open(const KafkaOptions& options,
                                                               const std::string& topic,
                                                               int partition, int64_t from_position,
                                                               int64_t known_end) {
  // A group is demanded of every consumer; this one is never joined.
  TIEOUT_ASSIGN_OR_RETURN(
      auto client, KafkaClient::Consumer(options, {{"group.id", options.prefix + "readers"}}));
  // librdkafka looks for topics it doesn't know once a second.
  TIEOUT_RETURN_IF_ERROR(client->PartitionCount(topic).status());
  const PartitionListPtr list = NewPartitionList();
  rd_kafka_topic_partition_list_add(list.get(), topic.c_str(), partition)->offset = from_position;
  const rd_kafka_resp_err_t code = rd_kafka_assign(client->get(), list.get());
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return client->Error("reading " + topic, code);
  return std::unique_ptr<KafkaReader>(new KafkaReader(std::move(client), from_position, known_end));
}

absl::StatusOr<std::span<const Stored>> KafkaReader::Read(size_t max,
                                                          std::chrono::milliseconds wait) {
  const auto until = std::chrono::steady_clock::now() + wait;
  batch_.clear();
  bool passed_markers = false;
  while (batch_.empty()) {
    if (given_ == taken_.messages().size()) {
      given_ = 0;
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(
          std::max(until - std::chrono::steady_clock::now(), std::chrono::nanoseconds(0)));
      TIEOUT_RETURN_IF_ERROR(taken_.Take(*client_, max, left));
      stall_.Note(position_ < known_end_, !taken_.messages().empty());
      TIEOUT_RETURN_IF_ERROR(stall_.Check(*client_));
      if (taken_.messages().empty()) break;
    }
    while (given_ < taken_.messages().size() && batch_.size() < max) {
      const rd_kafka_message_t& message = *taken_.messages()[given_++];
      if (message.err == RD_KAFKA_RESP_ERR__PARTITION_EOF) {
        passed_markers = message.offset > position_;
        position_ = std::max(position_, message.offset);
      } else if (message.err == RD_KAFKA_RESP_ERR_NO_ERROR && message.offset >= position_) {
        batch_.push_back(AsStored(message));
        position_ = message.offset + 1;
      }
    }
    // Behind the last entry stood a commit marker: whoever reads up to the end is there now, and
    // need not wait for more to come. Who stood at the end already does wait.
    if (passed_markers || std::chrono::steady_clock::now() >= until) break;
  }
  return std::span<const Stored>(batch_);
}

}  // namespace tieout::log
