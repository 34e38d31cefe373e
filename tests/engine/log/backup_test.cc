#include "engine/log/backup.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "engine/log/segment.h"
#include "tests/engine/log/support/log_under_test.h"
#include "tests/engine/log/support/memory_files.h"

namespace tieout::log {
namespace {

using testing::HasSubstr;

class BackupTest : public testing::Test {
 protected:
  void SetUp() override {
    options_.files = &files_;
    options_.segment_bytes = 500;
    ASSERT_TRUE(CreateEmbedded("log", {"id", 2}, {}, options_).ok());
    auto log = OpenEmbedded("log", options_);
    ASSERT_TRUE(log.ok()) << log.status();
    log_ = *std::move(log);
    for (int i = 0; i < 50; ++i) AppendOne(i);
  }
  void AppendOne(int i) {
    ASSERT_TRUE(
        log_->Append(std::vector<Entry>{Event(0, fmt::format("{}", i)), Event(1, "b")}).ok());
  }

  MemoryFiles files_;
  EmbeddedOptions options_;
  std::unique_ptr<EventLog> log_;
};

TEST_F(BackupTest, ABackupTakenWhileWritingIsABeginningOfTheLogAndRestores) {
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (int i = 50; !stop; ++i) AppendOne(i);
  });
  const auto report = BackupEmbedded("log", "backup", options_);
  stop = true;
  writer.join();
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GE(report->entries, 100);
  EXPECT_GT(report->segments, 3);
  const auto restored = RestoreEmbedded("backup", "again", options_);
  ASSERT_TRUE(restored.ok()) << restored.status();
  EXPECT_EQ(restored->bytes, report->bytes);
  const auto copy = OpenEmbedded("again", options_);
  ASSERT_TRUE(copy.ok()) << copy.status();
  EXPECT_EQ((*copy)->identity().log_id, "id");
  const auto all = ReadAll(*log_, Stream::kEvents, 0);
  const auto some = ReadAll(**copy, Stream::kEvents, 0);
  ASSERT_EQ(some.size() * 2, static_cast<size_t>(report->entries));
  EXPECT_TRUE(std::equal(some.begin(), some.end(), all.begin()));
}

TEST_F(BackupTest, ATargetThatIsNotEmptyIsRefused) {
  ASSERT_TRUE(BackupEmbedded("log", "backup", options_).ok());
  const absl::Status status = RestoreEmbedded("backup", "log", options_).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("not empty"));
}

TEST_F(BackupTest, ADamagedBackupIsNotRestored) {
  ASSERT_TRUE(BackupEmbedded("log", "backup", options_).ok());
  files_.Contents(SegmentPath("backup", 2))->back() ^= 1;
  const absl::Status status = RestoreEmbedded("backup", "again", options_).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::IsNotFound(files_.List("again").status()));
}

TEST_F(BackupTest, AFullDiskLeavesNothingBehind) {
  for (int room = 0; room < 3000; room += 150) {
    files_.FillAfter(room);
    const absl::Status status = BackupEmbedded("log", "backup", options_).status();
    EXPECT_TRUE(absl::IsUnavailable(status)) << status;
    EXPECT_TRUE(files_.List("backup")->empty());
  }
}

TEST_F(BackupTest, ABackupThatPowerCutShortIsNoLog) {
  std::mt19937 random(1);
  bool finished = false;
  for (int operations = 1; !finished; ++operations) {
    files_.LosePowerAfter(operations);
    finished = BackupEmbedded("log", "backup", options_).ok();
    files_.Restart(&random);
    EXPECT_EQ(OpenEmbedded("backup", options_).ok(), finished) << operations;
    if (finished) break;
    const std::vector<std::string> left = files_.List("backup").value();
    for (const std::string& name : left) {
      ASSERT_TRUE(files_.Remove("backup/" + name).ok());
    }
    ASSERT_TRUE(files_.SyncDirectory("backup").ok());
  }
}

}  // namespace
}  // namespace tieout::log
