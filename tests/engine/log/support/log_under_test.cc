#include "tests/engine/log/support/log_under_test.h"

#include <gtest/gtest.h>

#include <filesystem>

#include "engine/log/embedded.h"
#include "engine/log/kafka.h"
#include "engine/log/kafka_topics.h"
#include "tests/engine/log/support/folder.h"
#include "tests/engine/log/support/kafka_broker.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;

class EmbeddedUnderTest : public LogUnderTest {
 public:
  absl::Status Create(const Identity& identity, std::span<const Entry> beginning) override {
    return CreateEmbedded(folder_.path(), identity, beginning, {});
  }
  absl::StatusOr<std::unique_ptr<EventLog>> Open() override {
    // Small segments, so that the tests cross their borders.
    EmbeddedOptions options;
    options.segment_bytes = 1000;
    return OpenEmbedded(folder_.path(), options);
  }

 private:
  Folder folder_;
};

class KafkaUnderTest : public LogUnderTest {
 public:
  absl::Status Create(const Identity& identity, std::span<const Entry> beginning) override {
    return CreateTopics(options_, {}, identity, beginning);
  }
  absl::StatusOr<std::unique_ptr<EventLog>> Open() override { return OpenKafka(options_); }

 private:
  const KafkaOptions options_ = TheBroker().OptionsOfNewLog();
};

}  // namespace

LogKind EmbeddedKind() {
  return {"Embedded", [] { return std::make_unique<EmbeddedUnderTest>(); }};
}

LogKind KafkaKind() {
  return {"Kafka", [] { return std::make_unique<KafkaUnderTest>(); }};
}

std::vector<Kept> ReadAll(EventLog& log, Stream stream, int partition, int64_t from) {
  std::vector<Kept> all;
  const auto end = log.End(stream, partition);
  EXPECT_TRUE(end.ok()) << end.status();
  auto reader = log.NewReader(stream, partition, from);
  EXPECT_TRUE(reader.ok()) << reader.status();
  if (!end.ok() || !reader.ok()) return all;
  const auto until = steady_clock::now() + seconds(30);
  while ((*reader)->position() < *end && steady_clock::now() < until) {
    const auto entries = (*reader)->Read(100, milliseconds(100));
    EXPECT_TRUE(entries.ok()) << entries.status();
    if (!entries.ok()) return all;
    for (const Stored& stored : *entries) {
      all.push_back({stored.position, std::string(stored.key), std::string(stored.value)});
    }
  }
  EXPECT_EQ((*reader)->position(), *end);
  return all;
}

std::vector<std::string> Values(const std::vector<Kept>& entries) {
  std::vector<std::string> values;
  for (const Kept& entry : entries) values.push_back(entry.value);
  return values;
}

Entry Event(int partition, std::string value, std::string key) {
  return {Stream::kEvents, partition, std::move(key), std::move(value)};
}

Entry Record(int partition, std::string value) {
  return {Stream::kRecords, partition, "seller", std::move(value)};
}

absl::Status Hold(Slot& slot, size_t partitions) {
  const auto until = steady_clock::now() + seconds(30);
  while (slot.partitions().size() != partitions) {
    if (steady_clock::now() > until) return base::Unavailable("the partitions didn't come");
    TIEOUT_RETURN_IF_ERROR(slot.Poll(1, milliseconds(100)).status());
  }
  for (const int partition : slot.partitions()) {
    TIEOUT_ASSIGN_OR_RETURN(const CommitPoint point, slot.Committed(partition));
    TIEOUT_RETURN_IF_ERROR(slot.Seek(partition, point.next_position));
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<std::string>> Take(Slot& slot, int partition, size_t count) {
  std::vector<std::string> values;
  const auto until = steady_clock::now() + seconds(30);
  while (values.size() < count) {
    if (steady_clock::now() > until) return base::Unavailable("the entries didn't come");
    TIEOUT_ASSIGN_OR_RETURN(const Batch batch, slot.Poll(count - values.size(), milliseconds(100)));
    if (batch.partition != partition) continue;
    for (const Stored& stored : batch.entries) values.emplace_back(stored.value);
  }
  return values;
}

}  // namespace tieout::log
