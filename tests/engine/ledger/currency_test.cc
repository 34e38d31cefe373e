#include <gtest/gtest.h>

#include "engine/ledger/money.h"

namespace tieout::ledger {
namespace {

// ISO 4217's minor units, for each class more than the famous one.
TEST(CurrencyExponent, IsTheStandards) {
  for (const char* code : {"JPY", "KRW", "CLP", "ISK", "VND", "UGX", "XAF", "XOF", "XPF", "UYI"}) {
    EXPECT_EQ(CurrencyExponent(code), 0) << code;
  }
  for (const char* code : {"EUR", "USD", "GBP", "CHF", "MGA", "MRU", "HUF", "TWD", "IDR", "XCG"}) {
    EXPECT_EQ(CurrencyExponent(code), 2) << code;
  }
  for (const char* code : {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"}) {
    EXPECT_EQ(CurrencyExponent(code), 3) << code;
  }
  EXPECT_EQ(CurrencyExponent("CLF"), 4);
  EXPECT_EQ(CurrencyExponent("UYW"), 4);
}

TEST(CurrencyExponent, KnowsNoOthers) {
  for (const char* code : {"", "E", "EU", "EURO", "eur", "Eur", "E R", "€", "DEM", "HRK", "XAU",
                           "XXX", "ZZZ", "AAA"}) {
    EXPECT_EQ(CurrencyExponent(code), std::nullopt) << code;
  }
}

TEST(CurrencyExponent, KnowsAllOfTheList) {
  int known = 0;
  for (char a = 'A'; a <= 'Z'; ++a) {
    for (char b = 'A'; b <= 'Z'; ++b) {
      for (char c = 'A'; c <= 'Z'; ++c) known += CurrencyExponent(std::string{a, b, c}).has_value();
    }
  }
  EXPECT_EQ(known, 167);
}

}  // namespace
}  // namespace tieout::ledger
