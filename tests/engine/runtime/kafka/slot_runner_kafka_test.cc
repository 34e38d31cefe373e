// On a real broker as on the embedded log: the same events, the same record bytes and digests,
// whatever is interrupted.
#include "engine/log/kafka_topics.h"
#include "gtest/gtest.h"
#include "tests/engine/log/support/kafka_broker.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::runtime {
namespace {

using std::chrono::milliseconds;

// The script's events in the same partitions and order; positions differ, ordinals don't.
void CopyScript(log::EventLog* script, const log::KafkaOptions& options) {
  std::vector<log::Entry> beginning;
  for (int partition = 0; partition < script->identity().partitions; ++partition) {
    auto reader = script->NewReader(log::Stream::kEvents, partition, 0).value();
    const auto first = reader->Read(1, milliseconds(1000)).value();
    beginning.push_back(
        {log::Stream::kEvents, partition, std::string(first[0].key), std::string(first[0].value)});
  }
  const absl::Status created = log::CreateTopics(options, {}, script->identity(), beginning);
  ASSERT_TRUE(created.ok()) << created;
  auto log = log::OpenKafka(options);
  ASSERT_TRUE(log.ok()) << log.status();
  for (int partition = 0; partition < script->identity().partitions; ++partition) {
    const int64_t end = script->End(log::Stream::kEvents, partition).value();
    auto reader = script->NewReader(log::Stream::kEvents, partition, 1).value();
    while (reader->position() < end) {
      std::vector<log::Entry> entries;
      const auto some = reader->Read(500, milliseconds(1000)).value();
      for (const log::Stored& entry : some) {
        entries.push_back(
            {log::Stream::kEvents, partition, std::string(entry.key), std::string(entry.value)});
      }
      const absl::Status appended = (*log)->Append(entries);
      ASSERT_TRUE(appended.ok()) << appended;
    }
  }
}

TEST(SlotRunnerOnKafka, GivesTheRecordsOfTheEmbeddedLog) {
  RandomLogShape shape;
  shape.seed = 42;
  shape.days = 12;
  const std::string script_directory = FreshDirectory("kafka_script") + "/log";
  ASSERT_NO_FATAL_FAILURE(WriteRandomLog(script_directory, shape));
  const Outcome expected = RunUninterrupted(script_directory);

  const log::KafkaOptions options = log::TheBroker().OptionsOfNewLog();
  auto script = OpenTestLog(script_directory);
  ASSERT_NO_FATAL_FAILURE(CopyScript(script.get(), options));
  auto log = log::OpenKafka(options);
  ASSERT_TRUE(log.ok()) << log.status();
  auto states = SmallRocks(FreshDirectory("kafka_store"));
  const Interrupted seen = RunInterrupted(log->get(), states.get(), shape.seed);
  EXPECT_EQ(FirstDifference(expected, OutcomeOf(log->get(), states.get())), "");
  EXPECT_GT(seen.muted, 0u) << "no restart found the store behind the log: S < C untested";
  EXPECT_GT(seen.faults, 0);
}

}  // namespace
}  // namespace tieout::runtime
