#include "engine/runtime/ticker.h"

#include "engine/codec/codec.h"
#include "engine/log/embedded.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/log_index.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(MissedTicks, AreAtMostAnHourApartAndEndNow) {
  EXPECT_THAT(MissedTicks(100, 100), IsEmpty());
  EXPECT_THAT(MissedTicks(100, 99), IsEmpty());
  EXPECT_THAT(MissedTicks(100, 101), ElementsAre(101));
  EXPECT_THAT(MissedTicks(100, 460), ElementsAre(460));
  EXPECT_THAT(MissedTicks(100, 461), ElementsAre(460, 461));
  EXPECT_THAT(MissedTicks(100, 1000), ElementsAre(460, 820, 1000));
}

class TickerTest : public ::testing::Test {
 protected:
  TickerTest() : clock_(1000 * ledger::kTickMicros) {
    directory_ = FreshDirectory("ticker") + "/log";
    const log::Identity identity{"ticks", 2};
    EXPECT_TRUE(
        log::CreateEmbedded(directory_, identity, BeginningOf(identity, clock_.NowMicros()), {})
            .ok());
    log_ = OpenTestLog(directory_);
  }
  // Number and settled of each tick of a partition.
  std::vector<std::pair<uint64_t, bool>> Ticks(int partition) {
    std::vector<std::pair<uint64_t, bool>> ticks;
    for (const std::string& value : ReadAll(log_.get(), log::Stream::kEvents, partition)) {
      ledger::Event event;
      if (!codec::DecodeEvent(value, &event).ok()) continue;
      if (const auto* tick = std::get_if<ledger::Tick>(&event.body)) {
        ticks.emplace_back(tick->number, tick->settled);
        EXPECT_EQ(event.event_id, "log/tick/" + std::to_string(tick->number));
      }
    }
    return ticks;
  }

  ManualClock clock_;
  std::string directory_;
  std::unique_ptr<log::EventLog> log_;
};

TEST_F(TickerTest, CatchesUpInEveryPartitionAndSettlesLater) {
  LogIndex index(log_.get(), "");
  ASSERT_TRUE(index.Refresh().ok());
  EXPECT_EQ(index.last_tick(), 1000u);
  Ticker ticker(log_.get(), &clock_);
  ticker.Know(index.last_tick());
  EXPECT_FALSE(ticker.IsDue());
  EXPECT_EQ(ticker.CatchUp().value(), 0);
  clock_.Set(1400 * ledger::kTickMicros + 5);
  EXPECT_TRUE(ticker.IsDue());
  EXPECT_EQ(ticker.CatchUp().value(), 2);
  ASSERT_TRUE(ticker.Settle().ok());
  ASSERT_TRUE(ticker.Settle().ok());
  EXPECT_EQ(ticker.CatchUp().value(), 0) << "log time is ahead of the clock now";
  for (int partition : {0, 1}) {
    EXPECT_THAT(Ticks(partition),
                ElementsAre(std::pair(1000, false), std::pair(1360, false), std::pair(1400, false),
                            std::pair(1401, true), std::pair(1402, true)));
  }
}

TEST_F(TickerTest, TheNewHolderFencesTheFormerWhichCanComeBack) {
  Ticker first(log_.get(), &clock_), second(log_.get(), &clock_);
  first.Know(1000);
  second.Know(1000);
  clock_.Set(1001 * ledger::kTickMicros);
  EXPECT_EQ(first.CatchUp().value(), 1);
  clock_.Set(1002 * ledger::kTickMicros);
  EXPECT_EQ(second.CatchUp().value(), 2 - 1);
  clock_.Set(1003 * ledger::kTickMicros);
  EXPECT_EQ(first.CatchUp().status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(first.CatchUp().value(), 1);
}

TEST_F(TickerTest, StopsWhenTheLogsClockIsFarOff) {
  Ticker ticker(log_.get(), &clock_);
  ticker.Know(1000);
  clock_.Set(1001 * ledger::kTickMicros);
  ASSERT_EQ(ticker.CatchUp().value(), 1);
  ticker.Seen(1001, clock_.NowMicros() + 60 * base::kMicrosPerSecond);
  EXPECT_FALSE(ticker.stopped());
  ticker.Seen(1001, clock_.NowMicros() - 61 * base::kMicrosPerSecond);
  EXPECT_TRUE(ticker.stopped());
  clock_.Set(1002 * ledger::kTickMicros);
  EXPECT_EQ(ticker.CatchUp().value(), 0);
}

}  // namespace
}  // namespace tieout::runtime
