#include "engine/ledger/money.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <random>

namespace tieout::ledger {
namespace {

using ::testing::HasSubstr;

constexpr Minor kMax = std::numeric_limits<Minor>::max();
constexpr Minor kMin = std::numeric_limits<Minor>::min();
constexpr NumberFormat kGerman{.decimal = ',', .group = '.'};
constexpr NumberFormat kEnglish{.decimal = '.', .group = ','};
constexpr NumberFormat kSwiss{.decimal = '.', .group = '\''};

Minor Parsed(std::string_view text, int exponent = 2, NumberFormat format = {}) {
  const absl::StatusOr<Minor> amount = ParseAmount(text, exponent, format);
  EXPECT_TRUE(amount.ok()) << text << ": " << amount.status();
  return amount.value_or(-987654321);
}

std::string Refusal(std::string_view text, int exponent = 2, NumberFormat format = {}) {
  const absl::StatusOr<Minor> amount = ParseAmount(text, exponent, format);
  if (amount.ok()) return "accepted";
  EXPECT_TRUE(absl::IsInvalidArgument(amount.status()));
  return base::Message(amount.status());
}

TEST(ParseAmount, CountsMinorUnits) {
  EXPECT_EQ(Parsed("1234.5"), 123450);
  EXPECT_EQ(Parsed("0.01"), 1);
  EXPECT_EQ(Parsed("0"), 0);
  EXPECT_EQ(Parsed("-0.00"), 0);
  EXPECT_EQ(Parsed("007.50"), 750);
  EXPECT_EQ(Parsed(".5"), 50);
  EXPECT_EQ(Parsed("5."), 500);
  EXPECT_EQ(Parsed("1500", 0), 1500);     // JPY
  EXPECT_EQ(Parsed("1500.00", 0), 1500);  // JPY, as some exports write it
  EXPECT_EQ(Parsed("1.234", 3), 1234);    // BHD
  EXPECT_EQ(Parsed("1.2", 3), 1200);
  EXPECT_EQ(Parsed("1.2345", 4), 12345);  // CLF
}

TEST(ParseAmount, ReadsEachWayOfSayingNegative) {
  EXPECT_EQ(Parsed("-12.30"), -1230);
  EXPECT_EQ(Parsed("+12.30"), 1230);
  EXPECT_EQ(Parsed("12.30-"), -1230);
  EXPECT_EQ(Parsed("(12.30)"), -1230);
  EXPECT_EQ(Parsed("  -12.30\t"), -1230);
}

TEST(ParseAmount, ReadsGroups) {
  EXPECT_EQ(Parsed("1.234,56", 2, kGerman), 123456);
  EXPECT_EQ(Parsed("-1.234.567,8", 2, kGerman), -123456780);
  EXPECT_EQ(Parsed("1,234.56", 2, kEnglish), 123456);
  EXPECT_EQ(Parsed("1'234.56", 2, kSwiss), 123456);
  EXPECT_EQ(Parsed("1234,56", 2, kGerman), 123456);
  EXPECT_EQ(Parsed("(1,234.56)", 2, kEnglish), -123456);
}

// The point of a decimal comma taken for a group would be a hundredfold error.
TEST(ParseAmount, RefusesTheOtherCountrysNumbers) {
  EXPECT_THAT(Refusal("1.234,56"), HasSubstr("amount \"1.234,56\" is no number"));
  EXPECT_THAT(Refusal("1234,56"), HasSubstr("\",\" is neither digit nor separator"));
  EXPECT_THAT(Refusal("1234,56", 2, kEnglish), HasSubstr("groups of three"));
  EXPECT_THAT(Refusal("1.50", 2, kGerman), HasSubstr("groups of three"));
  EXPECT_THAT(Refusal("1,234.56", 2, kGerman), HasSubstr("\".\" among the decimals"));
}

TEST(ParseAmount, RefusesWhatIsNoNumber) {
  for (const char* text :
       {"",       " ",     "-",        "+",   ".",    "-.",  "()",   "(",     ")",
        "(-)",    "--5",   "-5-",      "+5-", "(-5)", "(5",  "5)",   "((5))", "12..34",
        "1.2.3",  "1,2,3", "NaN",      "nan", "inf",  "1e3", "0x10", "12 34", "€12",
        "12 EUR", "$5",    "1 234.50", "٣",   "−5",   "5,",  "- 5"}) {
    EXPECT_THAT(Refusal(text), HasSubstr("amount \"")) << text;
  }
  for (const char* text : {",5", "1,,234", "12,34", "1,2345", "1234,567", ",123", "1,234,", "1,23",
                           "0001,234", "1,234,5"}) {
    EXPECT_THAT(Refusal(text, 2, kEnglish), HasSubstr("groups of three")) << text;
  }
}

TEST(ParseAmount, LosesNoDecimal) {
  EXPECT_EQ(Parsed("1.2300"), 123);
  EXPECT_EQ(Refusal("1.234"), "amount \"1.234\" has more than the currency's 2 decimals");
  EXPECT_EQ(Refusal("1.5", 0), "amount \"1.5\" has more than the currency's 0 decimals");
  EXPECT_THAT(Refusal("0.0001", 3), HasSubstr("more than the currency's 3"));
}

TEST(ParseAmount, ReachesBothEndsOf64BitsAndNotBeyond) {
  EXPECT_EQ(Parsed("92233720368547758.07"), kMax);
  EXPECT_EQ(Parsed("-92233720368547758.08"), kMin);
  EXPECT_EQ(Parsed("92233720368547758.08-"), kMin);
  EXPECT_EQ(Parsed("(9223372036854775808)", 0), kMin);
  EXPECT_EQ(Refusal("92233720368547758.08"), "amount \"92233720368547758.08\" is beyond 64 bits");
  EXPECT_THAT(Refusal("-92233720368547758.09"), HasSubstr("beyond 64 bits"));
  EXPECT_THAT(Refusal("9223372036854775807", 2), HasSubstr("beyond 64 bits"));
  EXPECT_THAT(Refusal(std::string(400, '9')), HasSubstr("beyond 64 bits"));
  // 2^128 + 1 and 2^64 + 1: what a wrapping sum would take for 1.
  EXPECT_THAT(Refusal("340282366920938463463374607431768211457", 0), HasSubstr("beyond 64 bits"));
  EXPECT_THAT(Refusal("18446744073709551617", 0), HasSubstr("beyond 64 bits"));
  EXPECT_EQ(Parsed(std::string(400, '0') + "1.5"), 150);
}

TEST(ParseAmount, RefusesAFormatThatCantBeRead) {
  EXPECT_THAT(Refusal("1,5", 2, {.decimal = ',', .group = ','}), HasSubstr("both"));
}

TEST(FormatAmount, UsesTheCurrencysDecimals) {
  EXPECT_EQ(FormatAmount(123450, "EUR"), "1234.50");
  EXPECT_EQ(FormatAmount(-5, "EUR"), "-0.05");
  EXPECT_EQ(FormatAmount(0, "EUR"), "0.00");
  EXPECT_EQ(FormatAmount(1500, "JPY"), "1500");
  EXPECT_EQ(FormatAmount(-7, "BHD"), "-0.007");
  EXPECT_EQ(FormatAmount(12345, "CLF"), "1.2345");
  EXPECT_EQ(FormatAmount(100, "???"), "1.00");
  EXPECT_EQ(FormatAmount(kMin, "EUR"), "-92233720368547758.08");
  EXPECT_EQ(FormatAmount(kMax, "JPY"), "9223372036854775807");
}

TEST(FormatMoney, GroupsAndNamesTheCurrency) {
  EXPECT_EQ(FormatMoney(123450, "EUR"), "1,234.50 EUR");
  EXPECT_EQ(FormatMoney(-99999, "EUR"), "-999.99 EUR");
  EXPECT_EQ(FormatMoney(-100000000, "JPY"), "-100,000,000 JPY");
  EXPECT_EQ(FormatMoney(kMin, "BHD"), "-9,223,372,036,854,775.808 BHD");
  EXPECT_EQ(FormatMoney(5, ""), "0.05");
}

TEST(Amounts, RoundTripAtRandom) {
  std::mt19937_64 random(20260305);
  for (int i = 0; i < 20'000; ++i) {
    // Shifted, so that small amounts come as often as large ones.
    const auto amount = static_cast<Minor>(random()) >> (random() % 64);
    for (const char* code : {"JPY", "EUR", "BHD", "CLF"}) {
      const int exponent = *CurrencyExponent(code);
      ASSERT_EQ(Parsed(FormatAmount(amount, code), exponent), amount) << code;
      const std::string money = FormatMoney(amount, code);
      ASSERT_EQ(Parsed(money.substr(0, money.size() - 4), exponent, kEnglish), amount) << money;
    }
  }
}

TEST(Narrow, RefusesWhatDoesNotFit) {
  EXPECT_EQ(Narrow(WideMinor{kMax}), kMax);
  EXPECT_EQ(Narrow(WideMinor{kMin}), kMin);
  EXPECT_EQ(Narrow(WideMinor{kMax} + 1), std::nullopt);
  EXPECT_EQ(Narrow(WideMinor{kMin} - 1), std::nullopt);
}

TEST(AddOverflows, SaysSo) {
  Minor sum = 0;
  EXPECT_FALSE(AddOverflows(kMax - 1, 1, &sum));
  EXPECT_EQ(sum, kMax);
  EXPECT_TRUE(AddOverflows(kMax, 1, &sum));
  EXPECT_TRUE(AddOverflows(kMin, -1, &sum));
}

}  // namespace
}  // namespace tieout::ledger
