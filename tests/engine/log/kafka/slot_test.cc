// What a slot on Kafka promises when brokers and other workers misbehave.

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <thread>

#include "engine/log/kafka.h"
#include "engine/log/kafka_topics.h"
#include "tests/engine/log/support/kafka_broker.h"
#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;
using std::chrono::steady_clock;
using testing::ElementsAre;
using testing::HasSubstr;

const Identity kIdentity{"1b0cb5a8-2f5b-4f7e-8d55-5f2f6a1e9a10", 4};

class KafkaSlotTest : public testing::Test {
 protected:
  void SetUp() override {
    options_ = TheBroker().OptionsOfNewLog();
    const absl::Status made = CreateTopics(options_, {}, kIdentity, {});
    ASSERT_TRUE(made.ok()) << made;
    options_.warn = [this](const std::string& line) {
      std::lock_guard lock(mutex_);
      warnings_.push_back(line);
    };
  }
  std::unique_ptr<EventLog> Open() {
    auto log = OpenKafka(options_);
    EXPECT_TRUE(log.ok()) << log.status();
    return *std::move(log);
  }
  int64_t Warned(const std::string& about) {
    std::lock_guard lock(mutex_);
    return std::count_if(warnings_.begin(), warnings_.end(), [&](const std::string& line) {
      return line.find(about) != std::string::npos;
    });
  }

  KafkaOptions options_;
  std::mutex mutex_;
  std::vector<std::string> warnings_;  // guarded by mutex_
};

// Each answer that stays away is settled by looking: exactly one record an event, in order.
TEST_F(KafkaSlotTest, ACommitWhoseAnswerNeverCameIsThereOnce) {
  constexpr int kRounds = 6;
  std::unique_ptr<EventLog> log = Open();
  std::vector<Entry> events;
  for (int i = 0; i < kRounds; ++i) events.push_back(Event(0, std::to_string(i)));
  ASSERT_TRUE(log->Append(events).ok());
  log.reset();
  options_.timeout = milliseconds(1000);
  log = Open();
  auto slot = log->OpenSlot(0);
  ASSERT_TRUE(slot.ok()) << slot.status();
  ASSERT_TRUE(Hold(**slot, 4).ok());
  std::mt19937 random(7);
  for (int i = 0; i < kRounds; ++i) {
    const auto value = Take(**slot, 0, 1);
    ASSERT_TRUE(value.ok()) << value.status();
    const std::vector<Entry> output{Record(0, "r" + value->front()), Record(1, "r")};
    const std::vector<CommitPoint> points{{0, (*slot)->Position(0), std::to_string(i)}};
    // The broker falls silent somewhere within the commit, for longer than the slot waits.
    std::thread silence([delay = std::uniform_int_distribution<int>(0, 12)(random)] {
      std::this_thread::sleep_for(milliseconds(delay));
      TheBroker().Suspend();
      std::this_thread::sleep_for(milliseconds(2300));
      TheBroker().Resume();
    });
    absl::StatusOr<CommitOutcome> outcome = CommitOutcome::kAborted;
    const auto until = steady_clock::now() + seconds(60);
    while (steady_clock::now() < until) {
      outcome = (*slot)->Commit(output, points);
      const bool again = outcome.ok() ? *outcome == CommitOutcome::kAborted
                                      : absl::IsUnavailable(outcome.status());
      if (!again) break;
    }
    silence.join();
    ASSERT_TRUE(outcome.ok()) << outcome.status();
    ASSERT_EQ(*outcome, CommitOutcome::kCommitted);
  }
  slot->reset();
  std::vector<std::string> expected;
  for (int i = 0; i < kRounds; ++i) expected.push_back(fmt::format("r{}", i));
  EXPECT_EQ(Values(ReadAll(*log, Stream::kRecords, 0)), expected);
  EXPECT_EQ(ReadAll(*log, Stream::kRecords, 1).size(), kRounds);
  EXPECT_GT(Warned("unknown outcome"), 0);
}

TEST_F(KafkaSlotTest, ABrokerThatDiesLosesNothingThatWasAcknowledged) {
  // Longer than a broker takes to start, else the slot would have to be held anew.
  options_.properties["session.timeout.ms"] = "60000";
  std::unique_ptr<EventLog> log = Open();
  auto slot = log->OpenSlot(0);
  ASSERT_TRUE(slot.ok()) << slot.status();
  ASSERT_TRUE(Hold(**slot, 4).ok());
  for (int i = 0; i < 20; ++i) {
    std::thread death;
    if (i == 10) {
      death = std::thread([] {
        std::this_thread::sleep_for(milliseconds(3));
        TheBroker().Kill();
        TheBroker().Start();
      });
    }
    // The same event twice has no effect, so a publisher may append again.
    absl::Status appended = base::Unavailable("");
    for (int n = 0; n < 20 && absl::IsUnavailable(appended); ++n) {
      appended = log->Append(std::vector<Entry>{Event(0, std::to_string(i))});
    }
    if (death.joinable()) death.join();
    ASSERT_TRUE(appended.ok()) << appended;
  }
  std::vector<std::string> values = Values(ReadAll(*log, Stream::kEvents, 0));
  values.erase(std::unique(values.begin(), values.end()), values.end());
  ASSERT_EQ(values.size(), 20);
  EXPECT_EQ(values.back(), "19");
  const auto taken = Take(**slot, 0, 20);
  EXPECT_TRUE(taken.ok()) << taken.status();
}

TEST_F(KafkaSlotTest, PartitionsMoveToASlotThatJoinsAfterTheirLastCommit) {
  std::unique_ptr<EventLog> log = Open();
  for (int p = 0; p < 4; ++p) {
    ASSERT_TRUE(log->Append(std::vector<Entry>{Event(p, "a"), Event(p, "b")}).ok());
  }
  auto first = log->OpenSlot(0);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(Hold(**first, 4).ok());
  const auto until = steady_clock::now() + seconds(60);
  for (size_t taken = 0; taken < 8 && steady_clock::now() < until;) {
    const auto batch = (*first)->Poll(10, milliseconds(50));
    ASSERT_TRUE(batch.ok()) << batch.status();
    taken += batch->entries.size();
  }
  const uint64_t epoch = (*first)->epoch();

  auto second = log->OpenSlot(1);
  ASSERT_TRUE(second.ok()) << second.status();
  std::atomic<bool> stop = false, has_both = false;
  absl::Status second_status;
  std::thread other([&] {
    while (!stop && second_status.ok() && !has_both) {
      second_status = (*second)->Poll(1, milliseconds(50)).status();
      has_both = (*second)->partitions().size() == 2;
    }
  });
  while ((*first)->epoch() == epoch && steady_clock::now() < until) {
    const auto batch = (*first)->Poll(10, milliseconds(50));
    EXPECT_TRUE(batch.ok()) << batch.status();
  }
  EXPECT_EQ((*first)->partitions().size(), 2);
  // What was folded of the partitions that went may still be committed, before the next Poll.
  std::vector<CommitPoint> points;
  std::vector<Entry> output;
  for (int p = 0; p < 4; ++p) {
    points.push_back({p, (*first)->Position(p), "of the first"});
    output.push_back(Record(p, "once"));
  }
  const auto outcome = (*first)->Commit(output, points);
  EXPECT_TRUE(outcome.ok()) << outcome.status();
  EXPECT_EQ(outcome.value_or(CommitOutcome::kLost), CommitOutcome::kCommitted);
  absl::Status first_status;
  for (int i = 0; i < 200 && !has_both && first_status.ok(); ++i) {
    first_status = (*first)->Poll(10, milliseconds(50)).status();
  }
  stop = true;
  other.join();
  ASSERT_TRUE(first_status.ok()) << first_status;
  ASSERT_TRUE(second_status.ok()) << second_status;
  ASSERT_EQ((*second)->partitions().size(), 2);
  const int moved = (*second)->partitions()[0];
  EXPECT_EQ((*second)->Committed(moved)->progress, "of the first");
  // None is skipped: neither of those that stayed, at whose ends the first was, nor of the moved.
  for (int p = 0; p < 4; ++p) {
    ASSERT_TRUE(log->Append(std::vector<Entry>{Event(p, fmt::format("c{}", p))}).ok());
  }
  ASSERT_TRUE(Hold(**second, 2).ok());
  for (const auto& slot : {first->get(), second->get()}) {
    std::vector<std::string> values;
    std::vector<std::string> expected;
    for (const int p : slot->partitions()) expected.push_back(fmt::format("c{}", p));
    for (int i = 0; i < 200 && values.size() < 2; ++i) {
      const auto batch = slot->Poll(1, milliseconds(50));
      ASSERT_TRUE(batch.ok()) << batch.status();
      for (const Stored& stored : batch->entries) values.emplace_back(stored.value);
    }
    EXPECT_THAT(values, testing::UnorderedElementsAreArray(expected));
  }
  // From now on the first may not.
  const auto late = (*first)->Commit(std::vector<Entry>{Record(moved, "ghost")},
                                     std::vector<CommitPoint>{points[static_cast<size_t>(moved)]});
  ASSERT_TRUE(late.ok()) << late.status();
  EXPECT_EQ(*late, CommitOutcome::kLost);
  EXPECT_THAT(Values(ReadAll(*log, Stream::kRecords, moved)), ElementsAre("once"));
}

// Its session is far longer than the test: only leaving the group sets its partitions free.
TEST_F(KafkaSlotTest, ASlotThatClosesLeavesItsPartitionsToTheOthers) {
  options_.properties["session.timeout.ms"] = "300000";
  std::unique_ptr<EventLog> log = Open();
  auto first = log->OpenSlot(0);
  ASSERT_TRUE(first.ok()) << first.status();
  ASSERT_TRUE(Hold(**first, 4).ok());
  auto second = log->OpenSlot(1);
  ASSERT_TRUE(second.ok()) << second.status();
  first->reset();
  EXPECT_TRUE(Hold(**second, 4).ok());
}

TEST_F(KafkaSlotTest, ASlotGoesBackBehindItsCommittedPoint) {
  std::unique_ptr<EventLog> log = Open();
  ASSERT_TRUE(log->Append(std::vector<Entry>{Event(0, "a"), Event(0, "b")}).ok());
  ASSERT_TRUE(log->Append(std::vector<Entry>{Event(0, "c")}).ok());
  for (int round = 0; round < 2; ++round) {
    auto slot = log->OpenSlot(0);
    ASSERT_TRUE(slot.ok()) << slot.status();
    ASSERT_TRUE(Hold(**slot, 4).ok());
    ASSERT_TRUE((*slot)->Seek(0, 0).ok());
    const auto values = Take(**slot, 0, 3);
    ASSERT_TRUE(values.ok()) << values.status();
    EXPECT_THAT(*values, ElementsAre("a", "b", "c"));
    const std::vector<CommitPoint> points{{0, (*slot)->Position(0), "all"}};
    ASSERT_EQ(*(*slot)->Commit({}, points), CommitOutcome::kCommitted);
  }
}

TEST_F(KafkaSlotTest, ReadingFromABrokerThatFellSilentIsAnErrorInTime) {
  std::unique_ptr<EventLog> log = Open();
  ASSERT_TRUE(log->Append(std::vector<Entry>{Event(0, "a")}).ok());
  log.reset();
  options_.timeout = milliseconds(1500);
  log = Open();
  auto reader = log->NewReader(Stream::kEvents, 0, 0);
  ASSERT_TRUE(reader.ok()) << reader.status();
  TheBroker().Suspend();
  absl::Status status;
  size_t entries = 0;
  const auto until = steady_clock::now() + seconds(60);
  while (status.ok() && entries == 0 && steady_clock::now() < until) {
    const auto read = (*reader)->Read(10, milliseconds(50));
    status = read.status();
    if (read.ok()) entries += read->size();
  }
  TheBroker().Resume();
  // The broker may have answered just before.
  EXPECT_TRUE(absl::IsUnavailable(status) || entries == 1) << status;
}

TEST_F(KafkaSlotTest, AnEntryThatIsTooLargeIsNamedAndTheNextIsTaken) {
  std::unique_ptr<EventLog> log = Open();
  const absl::Status status =
      log->Append(std::vector<Entry>{Event(0, "small"), Event(0, std::string(5'000'000, 'x'))});
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("message.max.bytes"));
  ASSERT_TRUE(log->Append(std::vector<Entry>{Event(0, "next")}).ok());
  EXPECT_THAT(Values(ReadAll(*log, Stream::kEvents, 0)), ElementsAre("next"));
}

}  // namespace
}  // namespace tieout::log
