// What log.h promises, asked of each log: a test binary includes this once and instantiates
// ContractTest with its LogKind.
#pragma once

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {

using std::chrono::milliseconds;
using std::chrono::seconds;
using testing::ElementsAre;
using testing::IsEmpty;

#define ASSERT_OK(expr)                         \
  do {                                          \
    const auto ok_status_ = ToStatus(expr);     \
    ASSERT_TRUE(ok_status_.ok()) << ok_status_; \
  } while (false)

inline absl::Status ToStatus(absl::Status status) { return status; }
template <typename T>
absl::Status ToStatus(const absl::StatusOr<T>& status) {
  return status.status();
}

class ContractTest : public testing::TestWithParam<LogKind> {
 protected:
  void SetUp() override {
    under_test_ = GetParam().make();
    ASSERT_OK(under_test_->Create(
        kIdentity, std::vector<Entry>{Event(0, "begin"), Event(1, "begin"), Event(2, "begin")}));
    Open();
  }
  void Open() {
    log_.reset();
    auto log = under_test_->Open();
    ASSERT_OK(log);
    log_ = *std::move(log);
  }
  std::unique_ptr<Slot> HoldAll() {
    auto slot = log_->OpenSlot(0);
    EXPECT_TRUE(slot.ok()) << slot.status();
    const absl::Status held = Hold(**slot, 3);
    EXPECT_TRUE(held.ok()) << held;
    return *std::move(slot);
  }

  inline static const Identity kIdentity{"6f2c1c1e-8f0e-4b52-9a3e-0d9c1f5f7a11", 3};
  std::unique_ptr<LogUnderTest> under_test_;
  std::unique_ptr<EventLog> log_;
};

TEST_P(ContractTest, BeginsAsItWasMade) {
  EXPECT_EQ(log_->identity().log_id, kIdentity.log_id);
  EXPECT_EQ(log_->identity().partitions, 3);
  for (int p = 0; p < 3; ++p) {
    EXPECT_THAT(Values(ReadAll(*log_, Stream::kEvents, p)), ElementsAre("begin"));
    EXPECT_THAT(ReadAll(*log_, Stream::kRecords, p), IsEmpty());
    const auto point = log_->Committed(p);
    ASSERT_OK(point);
    EXPECT_EQ(point->next_position, 0);
    EXPECT_EQ(point->progress, "");
  }
}

TEST_P(ContractTest, ReadsBackWhatWasAppendedInOrderAndFromAnyPosition) {
  for (int i = 0; i < 40; ++i) {
    ASSERT_OK(
        log_->Append(std::vector<Entry>{Event(i % 3, fmt::format("a{}", i), fmt::format("k{}", i)),
                                        Event(2, fmt::format("b{}", i))}));
  }
  const std::vector<Kept> all = ReadAll(*log_, Stream::kEvents, 2);
  ASSERT_EQ(all.size(), 1 + 40 + 13);
  EXPECT_EQ(all[1].value, "b0");
  EXPECT_EQ(all[3].value, "a2");
  EXPECT_EQ(all[3].key, "k2");
  for (size_t i = 0; i < all.size(); ++i) {
    if (i > 0) {
      EXPECT_GT(all[i].position, all[i - 1].position);
    }
    EXPECT_EQ(ReadAll(*log_, Stream::kEvents, 2, all[i].position),
              std::vector<Kept>(all.begin() + static_cast<int64_t>(i), all.end()));
  }
  EXPECT_EQ(ReadAll(*log_, Stream::kEvents, 0).size(), 1 + 14);
}

TEST_P(ContractTest, AReaderWaitsForWhatComes) {
  auto reader = log_->NewReader(Stream::kEvents, 1, log_->End(Stream::kEvents, 1).value());
  ASSERT_OK(reader);
  std::thread writer([&] { EXPECT_TRUE(log_->Append(std::vector<Entry>{Event(1, "late")}).ok()); });
  const auto entries = (*reader)->Read(10, seconds(30));
  writer.join();
  ASSERT_OK(entries);
  ASSERT_EQ(entries->size(), 1);
  EXPECT_EQ((*entries)[0].value, "late");
}

TEST_P(ContractTest, AppendsOfSeveralThreadsAreAllThereEachInItsOrder) {
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      for (int i = 0; i < 25; ++i) {
        const absl::Status status =
            log_->Append(std::vector<Entry>{Event(0, fmt::format("{} {}", t, i))});
        EXPECT_TRUE(status.ok()) << status;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::vector<int> next(4);
  for (const std::string& value : Values(ReadAll(*log_, Stream::kEvents, 0, 1))) {
    if (value == "begin") continue;
    const int t = value[0] - '0';
    EXPECT_EQ(value, fmt::format("{} {}", t, next[static_cast<size_t>(t)]++));
  }
  EXPECT_THAT(next, ElementsAre(25, 25, 25, 25));
}

TEST_P(ContractTest, ACommitIsThereWithItsPositionAndAfterARestart) {
  ASSERT_OK(log_->Append(std::vector<Entry>{Event(1, "x"), Event(1, "y")}));
  std::unique_ptr<Slot> slot = HoldAll();
  EXPECT_THAT(slot->partitions(), ElementsAre(0, 1, 2));
  const auto values = Take(*slot, 1, 3);
  ASSERT_OK(values);
  EXPECT_THAT(*values, ElementsAre("begin", "x", "y"));
  const CommitPoint point{1, slot->Position(1), "seen 3"};
  const auto outcome = slot->Commit(
      std::vector<Entry>{
          Record(1, "matched"), Event(2, "message"), {Stream::kDeadLetters, 1, "home", "poison"}},
      std::vector<CommitPoint>{point});
  ASSERT_OK(outcome);
  EXPECT_EQ(*outcome, CommitOutcome::kCommitted);
  for (int round = 0; round < 2; ++round) {
    EXPECT_THAT(Values(ReadAll(*log_, Stream::kRecords, 1)), ElementsAre("matched"));
    EXPECT_THAT(Values(ReadAll(*log_, Stream::kDeadLetters, 1)), ElementsAre("poison"));
    EXPECT_THAT(Values(ReadAll(*log_, Stream::kEvents, 2)), ElementsAre("begin", "message"));
    const auto committed = log_->Committed(1);
    ASSERT_OK(committed);
    EXPECT_EQ(committed->next_position, point.next_position);
    EXPECT_EQ(committed->progress, "seen 3");
    EXPECT_EQ(log_->Committed(0)->next_position, 0);
    slot.reset();
    Open();
  }
}

TEST_P(ContractTest, ASlotGoesOnFromItsCommittedPoint) {
  ASSERT_OK(log_->Append(std::vector<Entry>{Event(0, "a"), Event(0, "b"), Event(0, "c")}));
  {
    std::unique_ptr<Slot> slot = HoldAll();
    ASSERT_OK(Take(*slot, 0, 2));
    const CommitPoint point{0, slot->Position(0), "2"};
    ASSERT_EQ(*slot->Commit({}, std::vector<CommitPoint>{point}), CommitOutcome::kCommitted);
    ASSERT_OK(Take(*slot, 0, 1));  // folded, never committed
  }
  Open();
  std::unique_ptr<Slot> slot = HoldAll();
  const auto values = Take(*slot, 0, 2);
  ASSERT_OK(values);
  EXPECT_THAT(*values, ElementsAre("b", "c"));
}

TEST_P(ContractTest, SeekingGoesBackAndForthInOnePartitionOnly) {
  ASSERT_OK(log_->Append(std::vector<Entry>{Event(0, "a"), Event(0, "b"), Event(1, "c")}));
  const std::vector<Kept> all = ReadAll(*log_, Stream::kEvents, 0);
  std::unique_ptr<Slot> slot = HoldAll();
  ASSERT_OK(Take(*slot, 0, 3));
  ASSERT_OK(slot->Seek(0, all[1].position));
  const auto again = Take(*slot, 0, 2);
  ASSERT_OK(again);
  EXPECT_THAT(*again, ElementsAre("a", "b"));
}

TEST_P(ContractTest, PositionReachesTheEnd) {
  ASSERT_OK(log_->Append(std::vector<Entry>{Event(0, "a"), Event(1, "b")}));
  std::unique_ptr<Slot> slot = HoldAll();
  for (int p = 0; p < 3; ++p) {
    const int64_t end = log_->End(Stream::kEvents, p).value();
    for (int i = 0; i < 300 && slot->Position(p) < end; ++i) {
      ASSERT_OK(slot->Poll(10, milliseconds(100)));
    }
    EXPECT_EQ(slot->Position(p), end);
  }
}

TEST_P(ContractTest, OpeningASlotFencesItsHolder) {
  ASSERT_OK(log_->Append(std::vector<Entry>{Event(0, "a")}));
  std::unique_ptr<Slot> first = HoldAll();
  ASSERT_OK(Take(*first, 0, 2));
  const CommitPoint point{0, first->Position(0), "first"};
  std::unique_ptr<Slot> second = HoldAll();
  const auto outcome =
      first->Commit(std::vector<Entry>{Record(0, "ghost")}, std::vector<CommitPoint>{point});
  ASSERT_OK(outcome);
  EXPECT_EQ(*outcome, CommitOutcome::kLost);
  absl::Status polled;
  for (int i = 0; i < 300 && polled.ok(); ++i) {
    polled = first->Poll(1, milliseconds(100)).status();
  }
  EXPECT_TRUE(absl::IsAborted(polled)) << polled;
  EXPECT_EQ(second->Committed(0)->next_position, 0);
  ASSERT_OK(Take(*second, 0, 2));
  const CommitPoint second_point{0, second->Position(0), "second"};
  ASSERT_EQ(*second->Commit(std::vector<Entry>{Record(0, "once")},
                            std::vector<CommitPoint>{second_point}),
            CommitOutcome::kCommitted);
  EXPECT_THAT(Values(ReadAll(*log_, Stream::kRecords, 0)), ElementsAre("once"));
  EXPECT_EQ(log_->Committed(0)->progress, "second");
}

TEST_P(ContractTest, TakingARoleFencesWhoeverHadIt) {
  auto first = log_->TakeRole(Role::kConfig);
  ASSERT_OK(first);
  auto ticker = log_->TakeRole(Role::kTicker);
  ASSERT_OK(ticker);
  ASSERT_OK((*first)->Append(std::vector<Entry>{Event(0, "rule 1", ""), Event(1, "rule 1", "")}));
  auto second = log_->TakeRole(Role::kConfig);
  ASSERT_OK(second);
  const absl::Status fenced =
      (*first)->Append(std::vector<Entry>{Event(0, "rule 2a", ""), Event(1, "rule 2a", "")});
  EXPECT_TRUE(absl::IsAborted(fenced)) << fenced;
  ASSERT_OK(
      (*second)->Append(std::vector<Entry>{Event(0, "rule 2b", ""), Event(1, "rule 2b", "")}));
  ASSERT_OK((*ticker)->Append(std::vector<Entry>{Event(0, "tick", "")}));
  EXPECT_THAT(Values(ReadAll(*log_, Stream::kEvents, 0)),
              ElementsAre("begin", "rule 1", "rule 2b", "tick"));
}

TEST_P(ContractTest, APositionBeyondTheEndIsRefused) {
  std::unique_ptr<Slot> slot = HoldAll();
  const int64_t end = log_->End(Stream::kEvents, 0).value();
  EXPECT_TRUE(absl::IsOutOfRange(slot->Seek(0, end + 1)));
  EXPECT_TRUE(absl::IsOutOfRange(log_->NewReader(Stream::kEvents, 0, end + 1).status()));
}

TEST_P(ContractTest, BytesOfAnyKindAndSizeSurvive) {
  const std::string large(900'000, '\xff');
  const std::string zeros("\0a\0", 3);
  ASSERT_OK(log_->Append(std::vector<Entry>{Event(0, large, zeros), Event(0, zeros, "")}));
  const std::vector<Kept> all = ReadAll(*log_, Stream::kEvents, 0);
  ASSERT_EQ(all.size(), 3);
  EXPECT_EQ(all[1].key, zeros);
  EXPECT_TRUE(all[1].value == large);
  EXPECT_EQ(all[2].value, zeros);
  EXPECT_EQ(all[2].key, "");
}

}  // namespace tieout::log
