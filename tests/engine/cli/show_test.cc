#include "engine/cli/show.h"

#include "engine/cli/suggest.h"
#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

base::Day On(std::string_view iso) { return *base::ParseDay(iso); }

TEST(ShowTest, ShowsAmountsWithTheirCurrencysDecimals) {
  EXPECT_EQ(MoneyCell(123450, "EUR").text, "1,234.50 EUR");
  EXPECT_EQ(MoneyCell(123450, "JPY").text, "123,450 JPY");
  EXPECT_EQ(MoneyCell(-1234, "BHD").for_programs(), "-1.234");
  EXPECT_EQ(AmountCell(-5, "EUR").text, "-0.05");
}

TEST(ShowTest, ShowsTheYearOnlyWhereItIsAnother) {
  EXPECT_EQ(ShortDay(On("2026-03-05"), On("2026-04-01")), "5 Mar");
  EXPECT_EQ(ShortDay(On("2025-12-31"), On("2026-04-01")), "31 Dec 2025");
  EXPECT_EQ(ShortDay(base::Day{}, On("2026-04-01")), "");
}

TEST(ShowTest, FindsTheProvidersIdInAnEventId) {
  EXPECT_EQ(EntryId("stripe/acct_1/po_1AB/payout"), "po_1AB");
  EXPECT_EQ(EntryId("bank/DE89/a%2Fb%25c/deposit"), "a/b%c");
  EXPECT_EQ(EntryId("odd"), "odd");
}

TEST(SuggestTest, MeansSlipsOfTheFingerOnly) {
  EXPECT_EQ(EditDistance("kitten", "sitting"), 3);
  const std::vector<std::string> commands = {"breaks", "records", "replay"};
  EXPECT_EQ(Nearest("brekas", commands), "breaks");
  EXPECT_EQ(Nearest("replya", commands), "replay");
  EXPECT_EQ(Nearest("zebra", commands), "");
}

}  // namespace
}  // namespace tieout::cli
