// The API's ledger of a shop's payment account.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/etsy/etsy.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kFile = "etsy/testdata/ledger.json";

Context Shop() {
  Context context;
  context.file_name = "ledger.json";
  context.merchant_account = "77";
  return context;
}

std::string Replaced(std::string text, const std::string& what, const std::string& by) {
  const size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return text.replace(at, what.size(), by);
}

TEST(EtsyLedger, Golden) {
  testing::ExpectGolden(Etsy(), kFile, "etsy/testdata/ledger.jsonl", Shop());
}

TEST(EtsyLedger, IsKnownByItsContentAndSumsToItself) {
  const std::string text = testing::ReadTestFile(kFile);
  ASSERT_TRUE(Detect("x", text).ok());
  EXPECT_EQ((*Detect("x", text))->name(), "etsy");
  const auto result = testing::Run(Etsy(), text, Shop());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(result.summary.accounts.at(0).total, result.summary.accounts.at(0).stated_total);
  EXPECT_TRUE(result.summary.notes.empty());
}

TEST(EtsyLedger, ABrokenBalanceIsNamed) {
  const auto result = testing::Run(
      Etsy(), Replaced(testing::ReadTestFile(kFile), "\"balance\": 2583", "\"balance\": 2584"),
      Shop());
  ASSERT_EQ(result.summary.notes.size(), 2u);  // what it comes from, and what comes from it
  EXPECT_EQ(result.summary.notes[0].code, "BALANCE_CHAIN_BROKEN");
  EXPECT_EQ(result.summary.notes[0].line, 8u);
  EXPECT_THAT(result.summary.notes[1].text,
              HasSubstr("entry 4: balance 26.03 and amount -0.20 come to another than its balance "
                        "25.84"));
}

TEST(EtsyLedger, WhatCantBeReadIsSetAside) {
  const std::string text = testing::ReadTestFile(kFile);
  EXPECT_THAT(
      testing::Run(Etsy(), Replaced(text, "\"amount\": -1200", "\"amount\": \"12.00\""), Shop())
          .quarantined,
      ElementsAre(HasSubstr("ledger.json:4: amount \"12.00\"")));
  EXPECT_THAT(
      testing::Run(Etsy(), Replaced(text, "\"sequence_number\": 8", "\"sequence_number\": -8"),
                   Shop())
          .quarantined,
      ElementsAre(HasSubstr("sequence_number \"-8\": is no whole number")));
}

TEST(EtsyLedger, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(Etsy(), testing::ReadTestFile(kFile), Shop());
}

}  // namespace
}  // namespace tieout::connectors
