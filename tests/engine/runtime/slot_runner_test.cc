// The same log gives the same record bytes and the same digests, whatever the batches, commits,
// restarts, crashes, faults of the log, and stores.
#include "engine/runtime/slot_runner.h"

#include <filesystem>

#include "engine/codec/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::runtime {
namespace {

using std::chrono::milliseconds;

std::string CopyOf(const std::string& script, const std::string& name) {
  const std::string copy = FreshDirectory(name) + "/log";
  std::filesystem::copy(script, copy, std::filesystem::copy_options::recursive);
  return copy;
}

class SlotRunnerProperty : public ::testing::TestWithParam<int> {
 protected:
  // Which restarts find the store behind the log is chance: some seed's must.
  static void SetUpTestSuite() { muted_ = 0; }
  static void TearDownTestSuite() {
    EXPECT_GT(muted_, 0u) << "no restart found the store behind the log: S < C untested";
  }
  static uint64_t muted_;
};
uint64_t SlotRunnerProperty::muted_ = 0;

TEST_P(SlotRunnerProperty, CrashesAndFaultsChangeNothing) {
  RandomLogShape shape;
  shape.seed = static_cast<uint64_t>(GetParam());
  const std::string script = FreshDirectory("script") + "/log";
  ASSERT_NO_FATAL_FAILURE(WriteRandomLog(script, shape));
  const Outcome expected = RunUninterrupted(script);
  size_t records = 0;
  for (const auto& [partition, values] : expected.records) records += values.size();
  ASSERT_GT(records, 50u);

  auto log = OpenTestLog(CopyOf(script, "interrupted"));
  const bool on_disk = shape.seed % 2 == 0;
  const std::string directory = FreshDirectory("interrupted_store");
  auto states = on_disk ? SmallRocks(directory) : store::NewMemoryStore();
  const Interrupted seen = RunInterrupted(log.get(), states.get(), shape.seed);
  if (on_disk) {  // what another process would find
    states.reset();
    states = SmallRocks(directory);
  }
  EXPECT_EQ(FirstDifference(expected, OutcomeOf(log.get(), states.get())), "");
  muted_ += seen.muted;
  EXPECT_GT(seen.faults, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, SlotRunnerProperty, ::testing::Range(1, 7));

TEST(SlotRunner, PoisonIsADeadLetterAndTheStreamGoesOn) {
  RandomLogShape shape;
  shape.seed = 4;
  const std::string script = FreshDirectory("poison") + "/log";
  ASSERT_NO_FATAL_FAILURE(WriteRandomLog(script, shape));
  const Outcome outcome = RunUninterrupted(script);
  size_t undecodable = 0, astray = 0;
  for (const auto& [partition, values] : outcome.dead_letters) {
    for (const std::string& value : values) {
      const auto letter = codec::DecodeDeadLetter(value);
      ASSERT_TRUE(letter.ok());
      EXPECT_EQ(static_cast<int>(letter->position.partition), partition);
      if (letter->reason == "WRONG_PARTITION") {
        ++astray;
        continue;
      }
      EXPECT_EQ(letter->reason, "UNDECODABLE");
      EXPECT_EQ(letter->value, "\xff\xff no event");
      ++undecodable;
    }
  }
  EXPECT_GT(undecodable, 0u);
  EXPECT_GT(astray, 0u);
}

TEST(SlotRunner, AStoreAheadOfTheLogIsRefused) {
  const std::string script = FreshDirectory("ahead") + "/log";
  ASSERT_NO_FATAL_FAILURE(WriteRandomLog(script, {}));
  auto states = store::NewMemoryStore();
  Metrics metrics;
  {
    auto log = OpenTestLog(CopyOf(script, "ahead_first"));
    SlotRunner runner(log.get(), log->OpenSlot(0).value(), states.get(), {}, &metrics);
    while (!AtEnd(log.get(), runner)) ASSERT_TRUE(runner.Step(milliseconds(10)).ok());
    ASSERT_TRUE(runner.CommitAndCheckpoint().ok());
  }
  auto older = OpenTestLog(CopyOf(script, "ahead_older"));
  SlotRunner runner(older.get(), older->OpenSlot(0).value(), states.get(), {}, &metrics);
  absl::Status status;
  for (int i = 0; status.ok() && i < 10; ++i) status = runner.Step(milliseconds(1));
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(status.ToString(), ::testing::HasSubstr("the log lost what was committed"));
}

}  // namespace
}  // namespace tieout::runtime
