#include "connectors/ebay/ebay.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context EbayContext() {
  Context context;
  context.file_name = "ebay.csv";
  context.merchant_account = "mill-lane-pottery";
  return context;
}

testing::Result RunEbay(std::string_view bytes) {
  return testing::Run(Ebay(), bytes, EbayContext());
}

std::string File(const std::string& name) { return testing::ReadTestFile("ebay/testdata/" + name); }

constexpr const char* kFiles[] = {"report.csv", "finances.json"};
constexpr std::string_view kHeader =
    "Transaction creation date,Type,Order number,Buyer username,Net amount,Payout currency,Payout "
    "date,Payout ID,Payout status,Transaction ID,Final Value Fee - fixed,Gross transaction "
    "amount,Transaction currency,Exchange rate,Reference ID,Description\n";

TEST(Ebay, Goldens) {
  for (const std::string name : kFiles) {
    testing::ExpectGolden(Ebay(), "ebay/testdata/" + name,
                          "ebay/testdata/" + name.substr(0, name.find('.')) + ".jsonl",
                          EbayContext());
  }
}

TEST(Ebay, SumOfEventsIsTheFilesOwn) {
  for (const char* name : kFiles) {
    const auto result = RunEbay(File(name));
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.summary.quarantined, 0u) << result.quarantined[0];
    ASSERT_EQ(result.summary.accounts.size(), 1u);
    EXPECT_EQ(result.summary.accounts[0].merchant_account, "mill-lane-pottery");
    EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total) << name;
  }
}

// Sales by their order and payouts by their id are one by both doors.
TEST(Ebay, ReportAndApiTellTheSameSalesAndPayouts) {
  const auto of = [](const char* name) {
    auto found = testing::Identities(RunEbay(File(name)));
    std::erase_if(found, [](const std::string& id) {
      return id.find("/order-11-00001-00001/gross") == id.npos &&
             id.find("/6200000001/") == id.npos;
    });
    return found;
  };
  EXPECT_EQ(of("report.csv").size(), 3u);
  EXPECT_EQ(of("report.csv"), of("finances.json"));
}

TEST(Ebay, NetOfASaleIsGrossAndItsFees) {
  EXPECT_THAT(
      testing::Brief(RunEbay(File("report.csv"))),
      HasSubstr("order-11-00001-00001/gross sale 100.00 EUR\n"
                "ebay/mill-lane-pottery/order-11-00001-00001/fvf_fixed fee -0.35 EUR\n"
                "ebay/mill-lane-pottery/order-11-00001-00001/fvf_variable fee -11.00 EUR\n"
                "ebay/mill-lane-pottery/order-11-00001-00001/international fee -2.00 EUR\n"));
  EXPECT_THAT(testing::Brief(RunEbay(File("finances.json"))),
              HasSubstr("order-11-00001-00001/gross sale 100.00 EUR\n"
                        "ebay/mill-lane-pottery/order-11-00001-00001/fee fee -13.35 EUR\n"
                        "ebay/mill-lane-pottery/R-77/gross refund -20.00 EUR\n"
                        "ebay/mill-lane-pottery/R-77/fee fee 2.20 EUR\n"
                        "ebay/mill-lane-pottery/D-1/gross chargeback -9.00 EUR\n"
                        "ebay/mill-lane-pottery/N-1/gross fee -21.95 EUR\n"
                        "ebay/mill-lane-pottery/X-1/gross adjustment 0.04 EUR\n"));
}

TEST(Ebay, PreambleNamesTheSeller) {
  Context context = EbayContext();
  context.merchant_account.clear();
  EXPECT_EQ(testing::Identities(testing::Run(Ebay(), File("report.csv"), context)),
            testing::Identities(RunEbay(File("report.csv"))));
}

TEST(Ebay, ItemsOfAnOrderAreToldByItsRow) {
  EXPECT_THAT(RunEbay(File("report.csv")).no_ops,
              ElementsAre("9: an item of an order: its money stands in the order's row"));
}

TEST(Ebay, FeesInAnotherCurrencyAreNoted) {
  const auto result = RunEbay(File("report.csv"));
  EXPECT_THAT(testing::Brief(result), HasSubstr("order-11-00002-00002/gross sale 1,040.50 EUR\n"));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_THAT(result.summary.notes[0].text, HasSubstr("gross and fees are in USD, the net in EUR"));
}

TEST(Ebay, EqualRowsWithoutAnIdBothCount) {
  const std::string row =
      "\"Mar 3, 2026\",Shipping label,--,--,-4.10,EUR,--,--,--,--,--,--,EUR,--,--,--\n";
  EXPECT_EQ(testing::Identities(RunEbay(std::string(kHeader) + row + row)).size(), 2u);
}

TEST(Ebay, OnlyTheOriginColumnsMakeTheIdentity) {
  EXPECT_THAT(
      testing::OriginColumns(
          Ebay(),
          std::string(kHeader) +
              "\"Mar 3, 2026\",Order,11-1,bo,9.00,EUR,--,--,--,T1,-1.00,10.00,EUR,--,R1,x\n",
          EbayContext(),
          {{"Transaction creation date", "Mar 4, 2026"},
           {"Net amount", "8.00"},
           {"Payout currency", "USD"},
           {"Payout date", "Mar 5, 2026"},
           {"Final Value Fee - fixed", "-2.00"},
           {"Gross transaction amount", "11.00"},
           {"Transaction currency", "USD"}}),
      ElementsAre("Type", "Order number", "Net amount", "Payout currency",
                  "Final Value Fee - fixed", "Gross transaction amount", "Transaction currency"));
}

TEST(Ebay, BadInput) {
  const auto quarantined = [](std::string_view row) {
    const auto result = RunEbay(std::string(kHeader) + std::string(row));
    return result.quarantined.empty() ? std::string("none") : result.quarantined[0];
  };
  EXPECT_EQ(quarantined("3/4/2026,Order,11-1,bo,9.00,EUR,--,--,--,T1,-1.00,10.00,EUR,--,R1,x\n"),
            "ebay.csv:2: Transaction creation date \"3/4/2026\": is no date (expected like Jan 5, "
            "2026)");
  EXPECT_THAT(
      quarantined("\"Mar 3, 2026\",Order,11-1,bo,9..0,EUR,--,--,--,T1,-1.00,10.00,EUR,--,R1,x\n"),
      HasSubstr("ebay.csv:2: Net amount \"9..0\": is no number"));
  EXPECT_EQ(quarantined("\"Mar 3, 2026\",Payout,--,--,-9.00,EUR,--,--,--,--,--,--,EUR,--,--,x\n"),
            "ebay.csv:2: Payout ID \"--\": is empty: a payout without its id can't be told from "
            "another");
  EXPECT_THAT(std::string(RunEbay("a,b\n1,2\n").status.message()),
              HasSubstr("ebay.csv: no header of eBay's transaction report"));
  EXPECT_EQ(RunEbay("").status.message(), "ebay.csv is empty");
  std::string sign = File("finances.json");
  sign.replace(sign.find("CREDIT"), 6, "CREDO!");
  EXPECT_THAT(RunEbay(sign).quarantined,
              ElementsAre("ebay.csv:4: bookingEntry \"CREDO!\": is neither CREDIT nor DEBIT"));
  std::string net = File("finances.json");
  net.replace(net.find("86.65"), 5, "86.64");
  EXPECT_THAT(
      RunEbay(net).quarantined,
      ElementsAre("ebay.csv:4: amount.value \"86.64\": isn't totalFeeBasisAmount 100.00 less "
                  "totalFeeAmount 13.35"));
}

TEST(Ebay, TruncationAtEveryByte) {
  for (const char* name : kFiles) {
    testing::ExpectSurvivesTruncation(Ebay(), File(name), EbayContext());
  }
}

TEST(Ebay, DetectedFromContent) {
  for (const char* name : kFiles) {
    const auto found = Detect("x", File(name));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "ebay") << name;
  }
}

}  // namespace
}  // namespace tieout::connectors
