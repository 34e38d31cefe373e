#include "engine/base/day.h"

#include <gtest/gtest.h>

#include <limits>

namespace tieout::base {
namespace {

TEST(Day, RoundTripsOverEveryDayOfFourCenturies) {
  for (Day day = *ParseDay("1800-01-01"); day <= *ParseDay("2200-12-31"); day = day.plus(1)) {
    ASSERT_EQ(ParseDay(FormatDay(day)), day) << day.days;
  }
}

TEST(Day, KnowsItsNumber) {
  EXPECT_EQ(ParseDay("1970-01-01")->days, 0);
  EXPECT_EQ(ParseDay("1969-12-31")->days, -1);
  EXPECT_EQ(ParseDay("2000-03-01")->days, 11017);
  EXPECT_EQ(ParseDay("0001-01-01")->days, -719162);
  EXPECT_EQ(ParseDay("9999-12-31")->days, 2932896);
}

TEST(ParseDay, TakesNothingElse) {
  for (const char* text : {"",
                           "2026-3-05",
                           "2026-03-5",
                           "20260305",
                           "2026/03/05",
                           "05-03-2026",
                           "2026-03-05 ",
                           " 2026-03-05",
                           "2026-03-05T00:00:00Z",
                           "2026-13-01",
                           "2026-00-01",
                           "2026-01-00",
                           "2026-01-32",
                           "2026-02-29",
                           "1900-02-29",
                           "2026-04-31",
                           "0000-01-01",
                           "-026-01-01",
                           "+026-01-01",
                           "2026-+1-01",
                           "2026-03-0x",
                           "２０２６-01-01"}) {
    EXPECT_EQ(ParseDay(text), std::nullopt) << text;
  }
  EXPECT_TRUE(ParseDay("2024-02-29"));
  EXPECT_TRUE(ParseDay("2000-02-29"));
}

TEST(FormatDay, SaysWhatIsNoCalendarDate) {
  EXPECT_EQ(FormatDay(Day{}), "");
  EXPECT_EQ(FormatDay(Day{3'000'000}), "day 3000000");
  EXPECT_EQ(FormatDay(Day{std::numeric_limits<int32_t>::max()}), "day 2147483647");
}

TEST(Day, NamesWeekdaysByIso) {
  EXPECT_EQ(ParseDay("2026-03-02")->iso_weekday(), 1);  // a Monday
  EXPECT_EQ(ParseDay("2026-03-08")->iso_weekday(), 7);
  EXPECT_EQ(ParseDay("1969-12-28")->iso_weekday(), 7);
}

TEST(DayOf, FloorsBefore1970) {
  EXPECT_EQ(DayOf(0).days, 0);
  EXPECT_EQ(DayOf(-1).days, -1);
  EXPECT_EQ(DayOf(-kMicrosPerDay).days, -1);
  EXPECT_EQ(DayOf(kMicrosPerDay - 1).days, 0);
}

TEST(FormatInstant, ShowsMicrosecondsOnlyWhereThereAreSome) {
  const int64_t noon = ParseDay("2026-03-05")->start_us() + 12 * 3600 * kMicrosPerSecond;
  EXPECT_EQ(FormatInstant(noon), "2026-03-05T12:00:00Z");
  EXPECT_EQ(FormatInstant(noon + 1), "2026-03-05T12:00:00.000001Z");
  EXPECT_EQ(FormatInstant(noon + 120'000), "2026-03-05T12:00:00.120000Z");
  EXPECT_EQ(FormatInstant(-1), "1969-12-31T23:59:59.999999Z");
}

TEST(FormatInstant, SurvivesTheEndsOfTime) {
  EXPECT_EQ(FormatInstant(std::numeric_limits<int64_t>::max()), "day 106751991T04:00:54.775807Z");
  EXPECT_EQ(FormatInstant(std::numeric_limits<int64_t>::min()), "day -106751992T19:59:05.224192Z");
}

}  // namespace
}  // namespace tieout::base
