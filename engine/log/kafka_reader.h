// Reads one stream of one partition of a log on Kafka.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/kafka_client.h"
#include "engine/log/log.h"

namespace tieout::log {

class KafkaReader : public Reader {
 public:
  // `options` outlives the reader. There are entries up to `known_end` (or more).
  static absl::StatusOr<std::unique_ptr<KafkaReader>> Open(const KafkaOptions& options,
                                                           const std::string& topic, int partition,
                                                           int64_t from_position,
                                                           int64_t known_end);
  absl::StatusOr<std::span<const Stored>> Read(size_t max, std::chrono::milliseconds wait) override;
  int64_t position() const override { return position_; }

 private:
  KafkaReader(std::unique_ptr<KafkaClient> client, int64_t position, int64_t known_end)
      : client_(std::move(client)), position_(position), known_end_(known_end) {}

  const std::unique_ptr<KafkaClient> client_;
  int64_t position_;
  const int64_t known_end_;
  Stall stall_;
  Taken taken_;
  size_t given_ = 0;  // of taken_
  std::vector<Stored> batch_;
};

}  // namespace tieout::log
