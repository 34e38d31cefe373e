#include "connectors/adyen/adyen.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context AdyenContext() {
  Context context;
  context.file_name = "adyen.csv";
  return context;
}

testing::Result RunAdyen(std::string_view bytes) {
  return testing::Run(Adyen(), bytes, AdyenContext());
}

std::string File(const std::string& name) {
  return testing::ReadTestFile("adyen/testdata/" + name);
}

constexpr const char* kFiles[] = {"settlement.csv", "platform.csv"};
constexpr std::string_view kHeader =
    "Merchant Account,Psp Reference,Merchant Reference,Creation Date,TimeZone,Type,Modification "
    "Reference,Gross Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Net Currency,Net "
    "Debit (NC),Net Credit (NC),Commission (NC),Markup (NC),Scheme Fees (NC),Interchange "
    "(NC),Batch "
    "Number\n";

std::string Row(std::string_view type, std::string_view money) {
  return std::string(kHeader) + "M,P1,1001,2026-03-02 10:00:00,CET," + std::string(type) + ",R1," +
         std::string(money) + ",7\n";
}

TEST(Adyen, Goldens) {
  for (const std::string name : kFiles) {
    testing::ExpectGolden(Adyen(), "adyen/testdata/" + name,
                          "adyen/testdata/" + name.substr(0, name.find('.')) + ".jsonl",
                          AdyenContext());
  }
}

TEST(Adyen, SumOfEventsIsTheFilesOwn) {
  for (const char* name : kFiles) {
    const auto result = RunAdyen(File(name));
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.summary.quarantined, 0u) << result.quarantined[0];
    EXPECT_TRUE(result.summary.notes.empty()) << result.summary.notes[0].text;
    ASSERT_EQ(result.summary.accounts.size(), 1u);
    EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total) << name;
  }
}

TEST(Adyen, RowsOfABatchSumToItsPayout) {
  EXPECT_THAT(testing::Lines(RunAdyen(File("settlement.csv"))),
              ::testing::AllOf(HasSubstr(R"("list_complete":true)"),
                               HasSubstr(R"("field":"TRACE_ID","value":"TX2342222277XT")")));
  std::string wrong = File("settlement.csv");
  wrong.replace(wrong.find("109.96"), 6, "109.97");
  const auto result = RunAdyen(wrong);
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].text,
            "batch 7: its rows sum to 109.96 EUR, its payout says 109.97 EUR");
  EXPECT_THAT(testing::Lines(result), ::testing::Not(HasSubstr("list_complete")));
}

TEST(Adyen, ColumnOrderDoesNotMatter) {
  const std::string row = Row("Settled", "EUR,,1.00,1,EUR,,0.76,,,0.02,0.22");
  const std::string moved =
      "Batch Number,Net Credit (NC),Net Debit (NC),Net Currency,Type,TimeZone,Creation "
      "Date,Merchant Reference,Psp Reference,Merchant Account,Modification Reference,Gross "
      "Currency,Gross Debit (GC),Gross Credit (GC),Exchange Rate,Interchange (NC),Scheme Fees "
      "(NC)\n7,0.76,,EUR,Settled,CET,2026-03-02 10:00:00,1001,P1,M,R1,EUR,,1.00,1,0.22,0.02\n";
  EXPECT_EQ(testing::Identities(RunAdyen(row)), testing::Identities(RunAdyen(moved)));
  EXPECT_EQ(testing::Brief(RunAdyen(row)),
            "adyen/M/P1.R1.settled/gross sale 1.00 EUR\n"
            "adyen/M/P1.R1.settled/scheme_fee fee -0.02 EUR\n"
            "adyen/M/P1.R1.settled/interchange fee -0.22 EUR\n");
}

TEST(Adyen, FeesCanExceedTheGross) {
  EXPECT_EQ(testing::Brief(RunAdyen(Row("Settled", "EUR,,0.02,1,EUR,0.03,,,,,0.05"))),
            "adyen/M/P1.R1.settled/gross sale 0.02 EUR\n"
            "adyen/M/P1.R1.settled/interchange fee -0.05 EUR\n");
}

TEST(Adyen, ChargebackWithItsCommission) {
  EXPECT_EQ(testing::Brief(RunAdyen(Row("Chargeback", "USD,1.00,,1,USD,3.00,,2.00,,,"))),
            "adyen/M/P1.R1.chargeback/gross chargeback -1.00 USD\n"
            "adyen/M/P1.R1.chargeback/commission fee -2.00 USD\n");
}

// Fees under columns that aren't read: gross and net both stand, the rest is a fee.
TEST(Adyen, WhatIsMissingBetweenGrossAndNetIsAFee) {
  EXPECT_EQ(testing::Brief(RunAdyen(Row("Settled", "EUR,,1.00,1,EUR,,0.70,,,0.02,0.22"))),
            "adyen/M/P1.R1.settled/gross sale 1.00 EUR\n"
            "adyen/M/P1.R1.settled/scheme_fee fee -0.02 EUR\n"
            "adyen/M/P1.R1.settled/interchange fee -0.22 EUR\n"
            "adyen/M/P1.R1.settled/other_fee fee -0.06 EUR\n");
}

TEST(Adyen, ExchangeRateIsHeldAgainstNetAndFees) {
  EXPECT_TRUE(
      RunAdyen(Row("Settled", "USD,,50.00,0.925,EUR,,45.25,1.00,,,")).summary.notes.empty());
  EXPECT_TRUE(
      RunAdyen(Row("Settled", "JPY,,5000,0.006123456789012,EUR,,30.62,,,,")).summary.notes.empty());
  const auto off = RunAdyen(Row("Settled", "USD,,50.00,0.925,EUR,,44.25,1.00,,,"));
  ASSERT_EQ(off.summary.notes.size(), 1u);
  EXPECT_EQ(off.summary.notes[0].text,
            "Settled 50.00 USD at 0.925 is 46.25 EUR, net and fees say 45.25 EUR");
}

TEST(Adyen, PlatformRowsWithoutATransactionMovedNothing) {
  const auto result = RunAdyen(File("platform.csv"));
  EXPECT_THAT(result.no_ops, ElementsAre("2: no transaction id: no money moved yet"));
  EXPECT_EQ(testing::Brief(result),
            "adyen/BA1/TX1/gross sale 80.00 EUR\n"
            "adyen/BA1/TX2/gross refund -20.00 EUR\n"
            "adyen/BA1/TX3/gross chargeback -10.00 EUR\n"
            "adyen/BA1/TX4/gross adjustment -5.00 EUR\n"
            "adyen/BA1/TR5/initiated payout 45.00 EUR\n"
            "adyen/BA1/TX6/gross adjustment -0.04 EUR\n");
}

TEST(Adyen, OnlyTheOriginColumnsMakeTheIdentity) {
  EXPECT_THAT(testing::OriginColumns(Adyen(), Row("Settled", "EUR,,1.00,1,EUR,,0.76,,,0.02,0.22"),
                                     AdyenContext(),
                                     {{"Creation Date", "2026-03-03 10:00:00"},
                                      {"TimeZone", "PST"},
                                      {"Gross Currency", "USD"},
                                      {"Gross Debit (GC)", "0.10"},
                                      {"Gross Credit (GC)", "2.00"},
                                      {"Exchange Rate", "2"},
                                      {"Net Currency", "USD"},
                                      {"Net Debit (NC)", "0.10"},
                                      {"Net Credit (NC)", "0.77"},
                                      {"Commission (NC)", "0.01"},
                                      {"Markup (NC)", "0.01"},
                                      {"Scheme Fees (NC)", "0.03"},
                                      {"Interchange (NC)", "0.23"}}),
              // A gross in another currency is what net and fees say, which is the same here.
              ElementsAre("Merchant Account", "Psp Reference", "Merchant Reference", "Type",
                          "Modification Reference", "Gross Debit (GC)", "Gross Credit (GC)",
                          "Net Currency", "Net Debit (NC)", "Net Credit (NC)", "Commission (NC)",
                          "Markup (NC)", "Scheme Fees (NC)", "Interchange (NC)"));
}

TEST(Adyen, EqualRowsWithoutAPaymentBothCount) {
  const std::string brief = testing::Brief(RunAdyen(File("settlement.csv")));
  const size_t first = brief.find("batch-7.fee.");
  ASSERT_NE(first, std::string::npos);
  EXPECT_NE(brief.find("batch-7.fee.", first + 1), std::string::npos);
}

TEST(Adyen, BadRows) {
  const auto quarantined = [](std::string file) {
    const auto result = RunAdyen(file);
    return result.quarantined.empty() ? std::string("none") : result.quarantined[0];
  };
  EXPECT_THAT(quarantined(Row("Settled", "EUR,,1..0,1,EUR,,0.76,,,0.02,0.22")),
              HasSubstr("adyen.csv:2: Gross Credit (GC) \"1..0\": is no number"));
  EXPECT_EQ(quarantined(Row("Settled", "EUR,,1.00,1,EUX,,0.76,,,0.02,0.22")),
            "adyen.csv:2: Net Currency \"EUX\": is no ISO 4217 currency");
  EXPECT_EQ(quarantined(Row("", "EUR,,1.00,1,EUR,,0.76,,,0.02,0.22")),
            "adyen.csv:2: Type \"\": is empty");
  EXPECT_EQ(quarantined(Row("Settled", "EUR,,1.00,1,EUR,,92233720368547758.08,,,,")),
            "adyen.csv:2: Net Credit (NC) \"92233720368547758.08\": is beyond 64 bits");
  std::string zone = Row("Settled", "EUR,,1.00,1,EUR,,0.76,,,0.02,0.22");
  zone.replace(zone.find("CET"), 3, "XYZ");
  EXPECT_THAT(quarantined(zone),
              HasSubstr("adyen.csv:2: TimeZone \"XYZ\": time zone \"XYZ\" isn't"));
}

TEST(Adyen, BadFiles) {
  EXPECT_EQ(RunAdyen("").status.message(), "adyen.csv is empty");
  EXPECT_THAT(std::string(RunAdyen("a,b\n1,2\n").status.message()),
              HasSubstr("adyen.csv:1: neither the header of Adyen's settlement details report"));
}

TEST(Adyen, TruncationAtEveryByte) {
  for (const char* name : kFiles) {
    testing::ExpectSurvivesTruncation(Adyen(), File(name), AdyenContext());
  }
}

TEST(Adyen, DetectedFromContent) {
  for (const char* name : kFiles) {
    const auto found = Detect("x", File(name));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "adyen") << name;
  }
}

}  // namespace
}  // namespace tieout::connectors
