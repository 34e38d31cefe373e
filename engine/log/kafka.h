// The event log on Apache Kafka (3.3 or newer), through librdkafka (2.3 or newer: 2.0 has
// fatal-error bugs in the idempotent producer and retries commits only each 500 ms).
//
//   log::KafkaOptions options;
//   options.properties["bootstrap.servers"] = "localhost:9092";
//   TIEOUT_ASSIGN_OR_RETURN(auto log, log::OpenKafka(options));
//
// Topics (made by kafka_topics.h): <prefix>events, <prefix>records, <prefix>dead_letters and the
// compacted <prefix>progress, all with the same partition count; slot k has the transactional id
// and group instance id <prefix><k>, the roles are <prefix>config and <prefix>ticker, and the
// consumer group is <prefix>slots. Partition numbers are always given by the caller.
//
// Positions are the broker's offsets and have gaps. All reading is read_committed.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::log {

struct KafkaOptions {
  // Any librdkafka property; "bootstrap.servers" must be there. What exactly-once stands on
  // (isolation.level, enable.auto.commit, ids ...) can't be overridden: kInvalidArgument.
  std::map<std::string, std::string> properties;
  std::string prefix = "tieout-";
  // The transactional id of Append; empty: one of this process alone.
  std::string publisher;
  // Opens a log that is being copied here, as CopyLog needs it; everybody else is refused.
  bool copy_destination = false;
  // How long a call tries before it says kUnavailable.
  std::chrono::milliseconds timeout{30'000};
  // librdkafka's own log lines, and counted events like an aborted commit.
  std::function<void(const std::string&)> warn;
};

// kNotFound: the topics aren't there or hold no log (the way out: topics create).
// kUnavailable: no broker answered in time. kFailedPrecondition: topics that can't hold one log, or
// a copy that was cut short.
absl::StatusOr<std::unique_ptr<EventLog>> OpenKafka(const KafkaOptions& options);

}  // namespace tieout::log
