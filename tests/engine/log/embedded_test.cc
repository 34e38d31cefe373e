// What only the embedded log promises: torn ends, damage, locks, other processes.

#include "engine/log/embedded.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "engine/log/segment.h"
#include "tests/engine/log/support/folder.h"
#include "tests/engine/log/support/log_under_test.h"
#include "tests/engine/log/support/memory_files.h"

namespace tieout::log {
namespace {

using std::chrono::milliseconds;
using testing::ElementsAre;
using testing::HasSubstr;

const Identity kIdentity{"6f2c1c1e-8f0e-4b52-9a3e-0d9c1f5f7a11", 2};

// A log of four appends in memory, and the bytes of its only segment.
class DamageTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.files = &files_;
    options_.warn = [this](const std::string& line) { warnings_.push_back(line); };
    ASSERT_TRUE(CreateEmbedded("log", kIdentity, {}, options_).ok());
    const auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE(log.ok()) << log.status();
    frames_.push_back(bytes().size());
    for (int i = 0; i < 4; ++i) {
      const std::vector<Entry> entries{Event(0, fmt::format("a{}", i)),
                                       Event(1, fmt::format("b{}", i))};
      ASSERT_TRUE((*log)->Append(entries).ok());
      frames_.push_back(bytes().size());
    }
    whole_ = bytes();
  }
  std::string& bytes() { return *files_.Contents(SegmentPath("log", 1)); }

  MemoryFiles files_;
  EmbeddedOptions options_;
  std::vector<std::string> warnings_;
  std::vector<size_t> frames_;  // where frames begin, and the end
  std::string whole_;
};

TEST_F(DamageTest, ATornEndIsCutAtEveryByteOfTheLastAppend) {
  for (size_t size = frames_[3]; size < frames_[4]; ++size) {
    bytes() = whole_.substr(0, size);
    warnings_.clear();
    const auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE(log.ok()) << size << ": " << log.status();
    EXPECT_THAT(Values(ReadAll(**log, Stream::kEvents, 0)), ElementsAre("a0", "a1", "a2"));
    EXPECT_THAT(Values(ReadAll(**log, Stream::kEvents, 1)), ElementsAre("b0", "b1", "b2"));
    EXPECT_EQ(bytes().size(), frames_[3]);
    if (size == frames_[3]) {
      EXPECT_TRUE(warnings_.empty());
    } else {
      ASSERT_EQ(warnings_.size(), 1);
      EXPECT_THAT(warnings_[0],
                  HasSubstr(fmt::format("cut {} bytes at byte {}", size - frames_[3], frames_[3])));
    }
    ASSERT_TRUE((*log)->Append(std::vector<Entry>{Event(0, "again")}).ok());
    EXPECT_THAT(Values(ReadAll(**log, Stream::kEvents, 0)), ElementsAre("a0", "a1", "a2", "again"));
  }
}

TEST_F(DamageTest, ALastAppendWhoseBytesNeverCameIsCut) {
  // A file system may keep the new size and not the bytes.
  for (size_t from = frames_[3]; from < frames_[4]; ++from) {
    bytes() = whole_.substr(0, from) + std::string(frames_[4] - from, '\0');
    const auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_EQ(ReadAll(**log, Stream::kEvents, 0).size(), 3);
  }
}

TEST_F(DamageTest, AFlippedBitBeforeTheLastAppendIsDataLossAndNothingIsCut) {
  for (size_t at = 0; at < frames_[3]; ++at) {
    for (int bit = 0; bit < 8; bit += 3) {
      bytes() = whole_;
      bytes()[at] = static_cast<char>(bytes()[at] ^ (1 << bit));
      const std::string damaged = bytes();
      const absl::Status status = OpenEmbedded("log", options_).status();
      ASSERT_TRUE(absl::IsDataLoss(status)) << at << ": " << status;
      EXPECT_THAT(std::string(status.message()), HasSubstr("segment-0000000001"));
      if (at >= frames_[0]) {
        size_t frame = 0;
        while (frames_[frame + 1] <= at) ++frame;
        EXPECT_THAT(std::string(status.message()),
                    HasSubstr(fmt::format("byte {}: damaged", frames_[frame])));
      }
      EXPECT_EQ(bytes(), damaged);
    }
  }
}

TEST_F(DamageTest, AnyFlippedBitInTheLastAppendTakesOnlyIt) {
  for (size_t at = frames_[3]; at < frames_[4]; ++at) {
    bytes() = whole_;
    bytes()[at] = static_cast<char>(bytes()[at] ^ 1);
    const auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE(log.ok()) << log.status();
    EXPECT_THAT(Values(ReadAll(**log, Stream::kEvents, 1)), ElementsAre("b0", "b1", "b2"));
  }
}

TEST_F(DamageTest, AReaderMeetsTheDamageThatTheWriterOfLaterSegmentsDoesNotSee) {
  options_.segment_bytes = 1;
  {
    const auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE((*log)->Append(std::vector<Entry>{Event(0, "in segment 2")}).ok());
  }
  bytes()[frames_[1] + 20] ^= 1;
  const auto log = OpenEmbedded("log", options_);
  ASSERT_TRUE(log.ok()) << log.status();
  const auto reader = (*log)->NewReader(Stream::kEvents, 0, 0);
  ASSERT_TRUE(reader.ok());
  absl::Status status;
  for (int i = 0; i < 3 && status.ok(); ++i) status = (*reader)->Read(1, milliseconds(0)).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
}

TEST_F(DamageTest, AFrameThatWasMovedIsNoFrame) {
  // The last append's own bytes as the payload of a torn one: they must not count as "after it".
  const std::string last = whole_.substr(frames_[3]);
  bytes() = whole_.substr(0, frames_[3]) + last.substr(0, 12) + last;
  const auto log = OpenEmbedded("log", options_);
  ASSERT_TRUE(log.ok()) << log.status();
  EXPECT_EQ(ReadAll(**log, Stream::kEvents, 0).size(), 3);
}

TEST_F(DamageTest, AMissingSegmentIsNamed) {
  options_.segment_bytes = 1;
  {
    const auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE((*log)->Append(std::vector<Entry>{Event(0, "in segment 2")}).ok());
    ASSERT_TRUE((*log)->Append(std::vector<Entry>{Event(0, "in segment 3")}).ok());
  }
  ASSERT_TRUE(files_.Remove(SegmentPath("log", 2)).ok());
  const absl::Status status = OpenEmbedded("log", options_).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("segment-0000000002"));
}

TEST_F(DamageTest, AFullDiskRefusesTheAppendWholeAndGoesOnOnceThereIsRoom) {
  const auto log = OpenEmbedded("log", options_);
  const std::string before = bytes();
  files_.FillAfter(30);
  const absl::Status status = (*log)->Append(std::vector<Entry>{Event(0, "too much for it")});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_EQ(bytes(), before);
  files_.FillAfter(std::nullopt);
  EXPECT_TRUE((*log)->Append(std::vector<Entry>{Event(0, "now")}).ok());
  EXPECT_THAT(Values(ReadAll(**log, Stream::kEvents, 0)),
              ElementsAre("a0", "a1", "a2", "a3", "now"));
}

TEST_F(DamageTest, AfterAFailedSyncNothingIsAcknowledged) {
  const auto log = OpenEmbedded("log", options_);
  files_.FailSync(true);
  EXPECT_TRUE(absl::IsInternal((*log)->Append(std::vector<Entry>{Event(0, "lost?")})));
  files_.FailSync(false);
  EXPECT_TRUE(absl::IsInternal((*log)->Append(std::vector<Entry>{Event(0, "after")})));
  EXPECT_EQ(ReadAll(**log, Stream::kEvents, 0).size(), 4);
}

TEST(EmbeddedTest, SaysWhetherThereIsALog) {
  Folder folder;
  const absl::Status none = OpenEmbedded(folder.path() + "/none", {}).status();
  EXPECT_TRUE(absl::IsNotFound(none)) << none;
  EXPECT_TRUE(absl::IsNotFound(OpenEmbedded(folder.path(), {}).status()));
  const std::string dir = folder.path() + "/a/b/";
  ASSERT_TRUE(CreateEmbedded(dir, kIdentity, {}, {}).ok());
  EXPECT_TRUE(absl::IsAlreadyExists(CreateEmbedded(dir, kIdentity, {}, {})));
  EXPECT_TRUE(absl::IsInvalidArgument(CreateEmbedded(folder.path(), {"id", 0}, {}, {})));
}

TEST(EmbeddedTest, ASecondWriterIsToldWhoTheFirstIs) {
  Folder folder;
  ASSERT_TRUE(CreateEmbedded(folder.path(), kIdentity, {}, {}).ok());
  const auto first = OpenEmbedded(folder.path(), {});
  ASSERT_TRUE(first.ok());
  const absl::Status second = OpenEmbedded(folder.path(), {}).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(second)) << second;
  EXPECT_THAT(std::string(second.message()), HasSubstr(fmt::format("process {}", getpid())));
}

TEST(EmbeddedTest, AReadOnlyLogFollowsTheWriterOfAnotherProcess) {
  constexpr int kAppends = 2000;
  Folder folder;
  ASSERT_TRUE(CreateEmbedded(folder.path(), kIdentity, {}, {}).ok());
  const pid_t child = fork();
  if (child == 0) {
    EmbeddedOptions options;
    options.fsync = Fsync::kNever;
    options.segment_bytes = 20'000;
    auto log = OpenEmbedded(folder.path(), options);
    bool ok = log.ok();
    for (int i = 0; ok && i < kAppends; ++i) {
      const std::string value =
          fmt::format("{} {}", i, std::string(static_cast<size_t>(i % 97), 'x'));
      ok = (*log)->Append(std::vector<Entry>{Event(0, value), Event(1, value)}).ok();
    }
    _exit(ok ? 0 : 1);
  }
  EmbeddedOptions options;
  options.read_only = true;
  const auto log = OpenEmbedded(folder.path(), options);
  ASSERT_TRUE(log.ok()) << log.status();
  const auto reader = (*log)->NewReader(Stream::kEvents, 0, 0);
  ASSERT_TRUE(reader.ok()) << reader.status();
  int next = 0;
  for (int rounds = 0; next < kAppends && rounds < 3000; ++rounds) {
    const auto entries = (*reader)->Read(64, milliseconds(20));
    ASSERT_TRUE(entries.ok()) << entries.status();
    // Half of an append is never seen.
    const auto first = (*log)->End(Stream::kEvents, 0);
    const auto second = (*log)->End(Stream::kEvents, 1);
    ASSERT_TRUE(first.ok() && second.ok());
    EXPECT_GE(*second, *first);
    for (const Stored& stored : *entries) {
      EXPECT_TRUE(stored.value.starts_with(fmt::format("{} ", next)));
      ++next;
    }
  }
  EXPECT_EQ(next, kAppends);
  int status = 0;
  waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(absl::IsFailedPrecondition((*log)->Append(std::vector<Entry>{Event(0, "x")})));
}

TEST(EmbeddedTest, SeveralSlotsShareThePartitions) {
  MemoryFiles files;
  EmbeddedOptions options;
  options.files = &files;
  options.slots = 2;
  ASSERT_TRUE(CreateEmbedded("log", {"id", 5}, {}, options).ok());
  const auto log = OpenEmbedded("log", options);
  auto odd = (*log)->OpenSlot(1);
  ASSERT_TRUE(odd.ok());
  ASSERT_TRUE(Hold(**odd, 2).ok());
  EXPECT_THAT((*odd)->partitions(), ElementsAre(1, 3));
  EXPECT_TRUE(absl::IsInvalidArgument((*log)->OpenSlot(2).status()));
}

// Power goes at a random operation, again and again; what was acknowledged must be there, and what
// wasn't is there whole or not at all.
class PowerTest : public testing::TestWithParam<Fsync> {};

TEST_P(PowerTest, KeepsWhatItAcknowledged) {
  int cut = 0, lost = 0, unacknowledged_kept = 0, rolled = 0;
  for (uint32_t seed = 0; seed < 400; ++seed) {
    std::mt19937 random(seed);
    MemoryFiles files;
    EmbeddedOptions options;
    options.files = &files;
    options.fsync = GetParam();
    options.segment_bytes = 700;
    options.warn = [&](const std::string&) { ++cut; };
    ASSERT_TRUE(CreateEmbedded("log", kIdentity, {}, options).ok());
    int64_t acknowledged = 0;  // appends; each is one event a partition and a commit point
    for (int life = 0; life < 4; ++life) {
      files.LosePowerAfter(std::uniform_int_distribution<int>(1, 60)(random));
      if (auto log = OpenEmbedded("log", options); log.ok()) {
        auto slot = (*log)->OpenSlot(0);
        ASSERT_TRUE(Hold(**slot, 2).ok());
        for (int64_t i = acknowledged; files.has_power(); ++i) {
          const std::vector<Entry> output{Event(0, std::to_string(i)),
                                          Event(1, std::string(60, 'y'))};
          const auto outcome =
              (*slot)->Commit(output, std::vector<CommitPoint>{{0, i + 1, std::to_string(i)}});
          if (outcome.ok()) acknowledged = i + 1;
        }
      }
      files.Restart(&random);
      const auto log = OpenEmbedded("log", options);
      ASSERT_TRUE(log.ok()) << seed << ": " << log.status();
      const std::vector<std::string> values = Values(ReadAll(**log, Stream::kEvents, 0));
      const auto count = static_cast<int64_t>(values.size());
      if (GetParam() == Fsync::kEach) {
        ASSERT_GE(count, acknowledged) << seed;
      }
      lost += count < acknowledged ? 1 : 0;
      unacknowledged_kept += count > acknowledged ? 1 : 0;
      for (int64_t i = 0; i < count; ++i) {
        ASSERT_EQ(values[static_cast<size_t>(i)], std::to_string(i));
      }
      ASSERT_EQ(ReadAll(**log, Stream::kEvents, 1).size(), values.size());
      ASSERT_EQ((*log)->Committed(0)->next_position, count);
      acknowledged = count;
    }
    rolled += files.List("log")->size() > 3 ? 1 : 0;
  }
  // The paths this test is for were taken; without syncing, the disk does forget.
  EXPECT_GT(cut, 10);
  EXPECT_GT(rolled, 10);
  EXPECT_GT(GetParam() == Fsync::kEach ? unacknowledged_kept : lost, 10);
}

INSTANTIATE_TEST_SUITE_P(Policies, PowerTest, testing::Values(Fsync::kEach, Fsync::kNever),
                         [](const auto& kind) {
                           return kind.param == Fsync::kEach ? "Each" : "Never";
                         });

}  // namespace
}  // namespace tieout::log
