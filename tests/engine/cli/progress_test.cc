#include "engine/cli/progress.h"

#include <sstream>

#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

TEST(ProgressTest, SaysRateDoneAndTimeLeft) {
  EXPECT_EQ(ProgressLine("folding", "events", 1'204'000, 2'000'000, milliseconds(3000)),
            "folding: 1,204,000 events, 401,333/s, 60%, 2 s left");
  EXPECT_EQ(ProgressLine("reading", "rows", 0, 0, milliseconds(0)), "reading: 0 rows, 0/s");
}

TEST(ProgressTest, IsSilentForTwoSecondsThenSparing) {
  std::ostringstream out;
  const Progress::Clock::time_point start{};
  Progress progress("folding", "events", Terminal::Plain(), out, start);
  progress.Update(10, 100, start + milliseconds(1999));
  EXPECT_EQ(out.str(), "");
  progress.Update(20, 100, start + seconds(2));
  EXPECT_EQ(out.str(), "folding: 20 events, 10/s, 20%, 8 s left\n");
  progress.Update(30, 100, start + seconds(3));
  EXPECT_EQ(out.str(), "folding: 20 events, 10/s, 20%, 8 s left\n");
}

}  // namespace
}  // namespace tieout::cli
