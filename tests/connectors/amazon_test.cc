#include "connectors/amazon/amazon.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "connectors/amazon/meaning.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context AmazonContext() {
  Context context;
  context.file_name = "settlement.txt";
  context.merchant_account = "A1MUGS";
  return context;
}

testing::Result RunAmazon(std::string_view bytes) {
  return testing::Run(Amazon(), bytes, AmazonContext());
}

std::string File(const std::string& name) {
  return testing::ReadTestFile("amazon/testdata/" + name);
}

// Commas for tabs, to be read.
std::string Tabs(std::string text) {
  std::replace(text.begin(), text.end(), ',', '\t');
  return text;
}

constexpr std::string_view kHeader =
    "settlement-id,settlement-start-date,settlement-end-date,deposit-date,total-amount,currency,"
    "transaction-type,order-id,adjustment-id,amount-type,amount-description,amount,posted-date,"
    "posted-date-time,sku,fulfillment-id,quantity-purchased\n";

std::string Settlement(std::string_view total, std::string_view rows) {
  return Tabs(std::string(kHeader) +
              "77,2026-03-01 00:00:00 UTC,2026-03-15 00:00:00 UTC,2026-03-17 00:00:00 UTC," +
              std::string(total) + ",EUR,,,,,,,,,,,\n" + std::string(rows));
}

TEST(Amazon, GoldenOfAUsFile) {
  testing::ExpectGolden(Amazon(), "amazon/testdata/settlement.txt",
                        "amazon/testdata/settlement.jsonl", AmazonContext());
}

TEST(Amazon, EuropeanFilesAreTheSameEvents) {
  const auto us = RunAmazon(File("settlement.txt"));
  const auto eu = RunAmazon(File("settlement_eu.txt"));
  ASSERT_TRUE(eu.status.ok()) << eu.status;
  EXPECT_TRUE(eu.quarantined.empty()) << eu.quarantined[0];
  EXPECT_EQ(us.events.size(), eu.events.size());
  EXPECT_EQ(testing::Identities(us), testing::Identities(eu));
}

TEST(Amazon, SumOfEventsIsTheFilesOwn) {
  const auto result = RunAmazon(File("settlement.txt"));
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total);
  EXPECT_EQ(result.summary.accounts[0].sequence, "18900000001");
  EXPECT_TRUE(result.summary.notes.empty());
  EXPECT_THAT(testing::Brief(result),
              HasSubstr("amazon/A1MUGS/18900000001/initiated payout 1,467.67 EUR\n"));
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("list_complete":true)"));
}

TEST(Amazon, ThreeWordsSayWhatARowIs) {
  const auto says = [](std::string_view type, std::string_view what, std::string_view description,
                       ledger::Minor amount = -1) {
    const Meaning meaning = amazon::MeaningOf(type, what, description, amount);
    return std::to_string(static_cast<int>(meaning.becomes)) + std::string(meaning.detail);
  };
  const auto is = [](Becomes becomes, std::string_view detail = "") {
    return std::to_string(static_cast<int>(becomes)) + std::string(detail);
  };
  EXPECT_EQ(says("Order", "ItemPrice", "Principal"), is(Becomes::kSale));
  EXPECT_EQ(says("order", "ItemPrice", "GiftWrap"), is(Becomes::kSale));
  EXPECT_EQ(says("Order", "Promotion", "Principal"), is(Becomes::kSale));
  EXPECT_EQ(says("Order", "ItemPrice", "ShippingTax"), is(Becomes::kAdjustment, "tax"));
  EXPECT_EQ(says("Order", "ItemWithheldTax", "TCS-IGST"), is(Becomes::kAdjustment, "tax"));
  EXPECT_EQ(says("Refund", "ItemPrice", "Goodwill"), is(Becomes::kRefund));
  EXPECT_EQ(says("Chargeback Refund", "ItemPrice", "Principal"), is(Becomes::kChargebackOpened));
  EXPECT_EQ(says("A-to-z Guarantee Refund", "ItemPrice", "Principal", 5),
            is(Becomes::kChargebackWon));
  EXPECT_EQ(says("Order", "ItemFees", "Commission"), is(Becomes::kFee, "platform"));
  EXPECT_EQ(says("Order", "ItemFees", "SomethingNew"), is(Becomes::kFee, "other"));
  EXPECT_EQ(says("ServiceFee", "Cost of Advertising", "TransactionTotalAmount"),
            is(Becomes::kFee, "advertising"));
  EXPECT_EQ(says("other-transaction", "other-transaction", "Current Reserve Amount"),
            is(Becomes::kReserve));
  EXPECT_EQ(says("other-transaction", "FBA Inventory Reimbursement", "REVERSAL_REIMBURSEMENT"),
            is(Becomes::kAdjustment, "reimbursement"));
  EXPECT_EQ(says("other-transaction", "other-transaction", "Payable to Amazon"),
            is(Becomes::kAdjustment, "topup"));
  EXPECT_EQ(says("Moon", "Dust", "x"), is(Becomes::kAdjustment, "unclassified"));
}

TEST(Amazon, MissingRowsAreSeen) {
  std::string file = File("settlement.txt");
  file.erase(file.rfind("18900000001"));
  const auto result = RunAmazon(file);
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_THAT(result.summary.notes[0].text,
              HasSubstr("settlement 18900000001: its rows sum to 1,467.71 EUR, its total-amount is "
                        "1,467.67 EUR"));
  EXPECT_NE(result.summary.accounts[0].total, result.summary.accounts[0].stated_total);
  EXPECT_THAT(testing::Lines(result), ::testing::Not(HasSubstr("list_complete")));
}

TEST(Amazon, NegativeSettlementPaysNothing) {
  const auto result = RunAmazon(
      Settlement("-5.00",
                 "77,,,,,,ServiceFee,,,Cost of Advertising,TransactionTotalAmount,-5.00,2026-03-02,"
                 "2026-03-02 10:00:00 UTC,,,\n"));
  EXPECT_THAT(testing::Brief(result), ::testing::Not(HasSubstr("payout")));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].code, "NEGATIVE_BALANCE");
  EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total);
}

TEST(Amazon, TransferRowIsToldByTheSummary) {
  const auto result =
      RunAmazon(Settlement("5.00",
                           "77,,,,,,Order,206-1,,ItemPrice,Principal,5.00,2026-03-02,,W-1,,1\n"
                           "77,,,,,,Transfer,,,,,-5.00,2026-03-15,,,,\n"));
  EXPECT_TRUE(result.summary.notes.empty());
  EXPECT_EQ(result.no_ops.size(), 2u);
}

TEST(Amazon, OnlyTheOriginColumnsMakeTheIdentity) {
  // One row each of summary and entry: change the entry's.
  const std::string head = Settlement("5.00", "");
  const auto identities = [&](std::string_view row) {
    auto found = testing::Identities(RunAmazon(head + Tabs(std::string(row))));
    std::erase_if(found, [](const std::string& id) { return id.find("/77/") != id.npos; });
    return found;
  };
  const auto base = identities(
      "77,,,,,,Order,206-1,A1,ItemPrice,Principal,5.00,2026-03-02,2026-03-02 10:00:00 "
      "UTC,W-1,AFN,1\n");
  ASSERT_EQ(base.size(), 1u);
  EXPECT_EQ(base, identities("77,,,,,,Order,206-1,A1,ItemPrice,Principal,5.00,2026-03-09,"
                             "02.03.2026 10:00:00 UTC,W-1,MFN,2\n"));
  for (const char* row :
       {"77,,,,,,Refund,206-1,A1,ItemPrice,Principal,5.00,,2026-03-02 10:00:00 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-2,A1,ItemPrice,Principal,5.00,,2026-03-02 10:00:00 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-1,A2,ItemPrice,Principal,5.00,,2026-03-02 10:00:00 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-1,A1,Promotion,Principal,5.00,,2026-03-02 10:00:00 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-1,A1,ItemPrice,Shipping,5.00,,2026-03-02 10:00:00 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-1,A1,ItemPrice,Principal,5.01,,2026-03-02 10:00:00 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-1,A1,ItemPrice,Principal,5.00,,2026-03-02 10:00:01 UTC,W-1,AFN,1\n",
        "77,,,,,,Order,206-1,A1,ItemPrice,Principal,5.00,,2026-03-02 10:00:00 UTC,W-2,AFN,1\n"}) {
    EXPECT_NE(base, identities(row)) << row;
  }
}

TEST(Amazon, BadInput) {
  EXPECT_EQ(RunAmazon("").status.message(), "settlement.txt is empty");
  EXPECT_EQ(
      RunAmazon(std::string(kHeader)).status.message(),
      "settlement.txt:1: no tab-separated header of Amazon's settlement report V2 "
      "(settlement-id ... amount-type, amount-description, amount): if a spreadsheet saved it "
      "again, fetch it afresh");
  EXPECT_EQ(RunAmazon(Tabs("settlement-id,price-type,price-amount\n")).status.message(),
            "settlement.txt:1: a settlement report of the first version: fetch the flat file V2 "
            "(GET_V2_SETTLEMENT_REPORT_DATA_FLAT_FILE_V2)");
  EXPECT_THAT(
      RunAmazon(Tabs(std::string(kHeader) +
                     "78,,,,,,Order,206-1,,ItemPrice,Principal,5.00,2026-03-02,,W-1,,1\n"))
          .quarantined,
      ElementsAre(
          "settlement.txt:2: settlement-id \"78\": has no summary row before it, which names "
          "the currency: fetch the report again"));
  EXPECT_THAT(RunAmazon(Settlement("5.00",
                                   "77,,,,,,Order,206-1,,ItemPrice,Principal,5.0.0,"
                                   "2026-03-02,,W-1,,1\n"))
                  .quarantined,
              ElementsAre(HasSubstr("settlement.txt:3: amount \"5.0.0\": is no number")));
  EXPECT_THAT(RunAmazon(Settlement("5.00",
                                   "77,,,,,,Order,206-1,,ItemPrice,Principal,5.00,"
                                   "03/02/2026,,W-1,,1\n"))
                  .quarantined,
              ElementsAre("settlement.txt:3: posted-date \"03/02/2026\": is no date (expected like "
                          "2026-03-31 12:00:00 UTC or 31.03.2026)"));
}

TEST(Amazon, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(Amazon(), File("settlement.txt"), AmazonContext());
}

TEST(Amazon, DetectedFromContent) {
  for (const char* name : {"settlement.txt", "settlement_eu.txt"}) {
    const auto found = Detect("x", File(name));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "amazon") << name;
  }
}

}  // namespace
}  // namespace tieout::connectors
