#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <thread>

#include "engine/log/kafka_admin.h"
#include "engine/log/kafka_topics.h"
#include "tests/engine/log/support/kafka_broker.h"
#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using testing::AllOf;
using testing::Contains;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;
using testing::IsEmpty;

const Identity kIdentity{"9d0ff1b2-6f57-4b0c-9b57-6f0d1a2b3c4d", 2};

TEST(KafkaTopicsTest, MadeTopicsAreWellAndHoldOneLog) {
  const KafkaOptions options = TheBroker().OptionsOfNewLog();
  EXPECT_TRUE(absl::IsNotFound(OpenKafka(options).status()));
  ASSERT_TRUE(CreateTopics(options, {}, kIdentity, std::vector<Entry>{Event(0, "log")}).ok());
  const auto findings = CheckTopics(options);
  ASSERT_TRUE(findings.ok()) << findings.status();
  EXPECT_THAT(*findings, IsEmpty());
  const absl::Status again = CreateTopics(options, {}, kIdentity, {});
  EXPECT_TRUE(absl::IsAlreadyExists(again)) << again;
  EXPECT_THAT(std::string(again.message()), HasSubstr(kIdentity.log_id));
  const absl::Status other = CreateTopics(options, {}, {"x", 3}, {});
  EXPECT_TRUE(absl::IsFailedPrecondition(other)) << other;
}

TEST(KafkaTopicsTest, ACreationThatStoppedHalfwayIsFinished) {
  const KafkaOptions options = TheBroker().OptionsOfNewLog();
  const auto client = KafkaClient::Consumer(options, {{"group.id", "test"}});
  ASSERT_TRUE(MakeTopics(**client, {{TopicName(options, Stream::kEvents), 2, 1, {}}}).ok());
  EXPECT_TRUE(absl::IsNotFound(OpenKafka(options).status()));
  const absl::Status made = CreateTopics(options, {}, kIdentity, {});
  ASSERT_TRUE(made.ok()) << made;
  EXPECT_TRUE(OpenKafka(options).ok());
}

absl::Status Any(const CommitPoint&) { return absl::OkStatus(); }

TEST(KafkaTopicsTest, AGroupThatWasMovedIsRefusedAndRestored) {
  KafkaOptions options = TheBroker().OptionsOfNewLog();
  options.properties["session.timeout.ms"] = "3000";
  ASSERT_TRUE(CreateTopics(options, {}, kIdentity, std::vector<Entry>{Event(1, "log")}).ok());
  {
    const auto log = OpenKafka(options);
    ASSERT_TRUE(log.ok()) << log.status();
    const auto slot = (*log)->OpenSlot(0);
    ASSERT_TRUE(slot.ok()) << slot.status();
    EXPECT_TRUE(Hold(**slot, 2).ok());
    ASSERT_TRUE(Take(**slot, 1, 1).ok());
    const std::vector<CommitPoint> points{{1, (*slot)->Position(1), "one"}};
    ASSERT_EQ(*(*slot)->Commit({}, points), CommitOutcome::kCommitted);
    // While the slot is a member, its group's positions are its own.
    EXPECT_TRUE(absl::IsFailedPrecondition(RestoreGroup(options, Any).status()));
  }
  const auto client = KafkaClient::Consumer(options, {{"group.id", "test"}});
  ASSERT_TRUE(client.ok()) << client.status();
  absl::Status set = base::FailedPrecondition("");
  for (int i = 0; i < 600 && absl::IsFailedPrecondition(set); ++i) {  // the member's session ends
    set = CommitPositions(**client, GroupId(options), TopicName(options, Stream::kEvents), {0, 0});
    std::this_thread::sleep_for(milliseconds(100));
  }
  ASSERT_TRUE(set.ok()) << set;
  options.timeout = milliseconds(2000);
  const auto log = OpenKafka(options);
  ASSERT_TRUE(log.ok()) << log.status();
  const absl::Status moved = (*log)->Committed(1).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(moved)) << moved;
  const auto doubted = [](const CommitPoint&) { return base::DataLoss("no"); };
  EXPECT_TRUE(absl::IsDataLoss(RestoreGroup(options, doubted).status()));
  EXPECT_FALSE((*log)->Committed(1).ok());
  const auto restored = RestoreGroup(options, Any);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ((*restored)[1].progress, "one");
  EXPECT_EQ((*log)->Committed(1)->next_position, (*restored)[1].next_position);
}

// The two never agree, and never contradict each other for long.
TEST(KafkaTopicsTest, PositionsThatKeepMovingAreNotWaitedForForever) {
  KafkaOptions options = TheBroker().OptionsOfNewLog();
  ASSERT_TRUE(CreateTopics(options, {}, kIdentity, std::vector<Entry>{Event(0, "log")}).ok());
  const auto client = KafkaClient::Consumer(options, {{"group.id", "test"}});
  ASSERT_TRUE(client.ok()) << client.status();
  const auto move_to = [&](int64_t position) {
    return CommitPositions(**client, GroupId(options), TopicName(options, Stream::kEvents),
                           {position, 0});
  };
  ASSERT_TRUE(move_to(1).ok());
  options.timeout = milliseconds(1000);
  const auto log = OpenKafka(options);
  ASSERT_TRUE(log.ok()) << log.status();
  std::atomic<bool> stop = false;
  std::thread mover([&] {
    for (int64_t position = 2; !stop; ++position) {
      EXPECT_TRUE(move_to(position).ok());
      std::this_thread::sleep_for(milliseconds(50));
    }
  });
  const auto begun = std::chrono::steady_clock::now();
  const absl::Status moving = (*log)->Committed(0).status();
  stop = true;
  mover.join();
  EXPECT_TRUE(absl::IsUnavailable(moving)) << moving;
  EXPECT_LT(std::chrono::steady_clock::now() - begun, std::chrono::seconds(6));
}

TEST(KafkaTopicsTest, EachWrongSettingIsNamedWithItsWayOut) {
  const KafkaOptions options = TheBroker().OptionsOfNewLog();
  const auto client = KafkaClient::Consumer(options, {{"group.id", "test"}});
  ASSERT_TRUE(client.ok()) << client.status();
  const absl::Status made = MakeTopics(
      **client,
      {{TopicName(options, Stream::kEvents),
        2,
        1,
        {{"retention.ms", "604800000"}, {"cleanup.policy", "compact"}}},
       {TopicName(options, Stream::kRecords),
        3,
        1,
        {{"retention.ms", "-1"}, {"retention.bytes", "1000000"}, {"min.insync.replicas", "2"}}},
       {TopicName(options, Stream::kProgress), 2, 1, {{"cleanup.policy", "delete"}}}});
  ASSERT_TRUE(made.ok()) << made;
  const auto missing = [](const auto& found) {
    return std::count_if(found.begin(), found.end(),
                         [](const Finding& finding) { return finding.found == "missing"; });
  };
  // A broker may not know yet what was just made: all but dead_letters, after a while.
  auto findings = CheckTopics(options);
  for (int n = 0; n < 100 && findings.ok() && missing(*findings) > 1; ++n) {
    std::this_thread::sleep_for(std::chrono::milliseconds(50));
    findings = CheckTopics(options);
  }
  ASSERT_TRUE(findings.ok()) << findings.status();
  const auto has = [&](Stream stream, const char* setting, const char* found) {
    return Contains(AllOf(Field(&Finding::topic, TopicName(options, stream)),
                          Field(&Finding::setting, setting), Field(&Finding::found, found),
                          Field(&Finding::way_out, testing::Not(IsEmpty()))));
  };
  EXPECT_THAT(*findings, has(Stream::kEvents, "retention.ms", "604800000"));
  EXPECT_THAT(*findings, has(Stream::kEvents, "cleanup.policy", "compact"));
  EXPECT_THAT(*findings, has(Stream::kEvents, "message.timestamp.type", "CreateTime"));
  EXPECT_THAT(*findings, has(Stream::kRecords, "partition count", "3"));
  EXPECT_THAT(*findings, has(Stream::kRecords, "retention.bytes", "1000000"));
  EXPECT_THAT(*findings, has(Stream::kRecords, "min.insync.replicas", "2"));
  EXPECT_THAT(*findings, has(Stream::kDeadLetters, "topic", "missing"));
  EXPECT_THAT(*findings, has(Stream::kProgress, "cleanup.policy", "delete"));
  EXPECT_EQ(findings->size(), 8);
}

TEST(KafkaTopicsTest, APropertyThatExactlyOnceStandsOnIsRefused) {
  KafkaOptions options = TheBroker().OptionsOfNewLog();
  options.properties["isolation.level"] = "read_uncommitted";
  const absl::Status ours = OpenKafka(options).status();
  EXPECT_TRUE(absl::IsInvalidArgument(ours)) << ours;
  EXPECT_THAT(std::string(ours.message()), HasSubstr("isolation.level"));
  options.properties.erase("isolation.level");
  options.properties["no.such.property"] = "1";
  const absl::Status unknown = OpenKafka(options).status();
  EXPECT_TRUE(absl::IsInvalidArgument(unknown)) << unknown;
  EXPECT_THAT(std::string(unknown.message()), HasSubstr("no.such.property"));
}

TEST(KafkaTopicsTest, AnUnreachableBrokerIsSaidInTime) {
  KafkaOptions options;
  options.properties["bootstrap.servers"] = "127.0.0.1:1";
  options.timeout = milliseconds(1200);
  for (const absl::Status& status :
       {OpenKafka(options).status(), CreateTopics(options, {}, kIdentity, {}),
        CheckTopics(options).status()}) {
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr("127.0.0.1:1"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("1200 ms"));
    EXPECT_THAT(std::string(status.message()), HasSubstr("refused"));
  }
}

}  // namespace
}  // namespace tieout::log
