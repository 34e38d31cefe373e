// What the contract's tests need of a log, whichever it is.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/log.h"

namespace tieout::log {

class LogUnderTest {
 public:
  virtual ~LogUnderTest() = default;
  virtual absl::Status Create(const Identity& identity, std::span<const Entry> beginning) = 0;
  virtual absl::StatusOr<std::unique_ptr<EventLog>> Open() = 0;
};

struct LogKind {
  std::string name;
  std::function<std::unique_ptr<LogUnderTest>()> make;
};

LogKind EmbeddedKind();
LogKind KafkaKind();  // on the test binary's broker (kafka_broker.h), each log under its own prefix

// An entry with its own bytes, where Stored only views them.
struct Kept {
  int64_t position = 0;
  std::string key;
  std::string value;
  friend bool operator==(const Kept&, const Kept&) = default;
};
// Everything in a stream and partition from a position to its end. Fails the test on an error.
std::vector<Kept> ReadAll(EventLog& log, Stream stream, int partition, int64_t from = 0);
std::vector<std::string> Values(const std::vector<Kept>& entries);

Entry Event(int partition, std::string value, std::string key = "home");
Entry Record(int partition, std::string value);

// Polls until the slot holds that many partitions, and seeks each to its committed point.
absl::Status Hold(Slot& slot, size_t partitions);
// Polls until that many entries of a partition came.
absl::StatusOr<std::vector<std::string>> Take(Slot& slot, int partition, size_t count);

}  // namespace tieout::log
