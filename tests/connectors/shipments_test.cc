#include "connectors/shipments/shipments.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "connectors/registry.h"
#include "connectors/shipments/profile.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

const std::string kGerman =
    std::string(TIEOUT_SOURCE_DIR) + "/tests/connectors/shipments/testdata/german.toml";
constexpr char kHead[] =
    "Order ID,Ship Date,Carrier,Tracking Number,Label Cost,Status,Status Date\n";

Context ParcelContext(const std::string& file = "parcels.csv") {
  Context context;
  context.file_name = file;
  context.merchant_account = "pirate-ship";
  context.currency = "EUR";
  return context;
}

testing::Result Read(const std::string& rows, const std::string& profile = "") {
  Context context = ParcelContext();
  context.profile = profile;
  return testing::Run(Shipments(), kHead + rows, context);
}

std::string Refusal(std::string_view toml) {
  return base::Message(shipments::ParseProfile("ship.toml", toml).status());
}

TEST(Shipments, GoldenOfAnAppsList) {
  testing::ExpectGolden(Shipments(), "shipments/testdata/parcels.csv",
                        "shipments/testdata/parcels.jsonl", ParcelContext());
}

TEST(Shipments, GoldenByAProfile) {
  Context context;
  context.file_name = "german.csv";
  context.profile = kGerman;
  testing::ExpectGolden(Shipments(), "shipments/testdata/german.csv",
                        "shipments/testdata/german.jsonl", context);
}

// Nothing moves money: 5 labels of 6.99 and 2 of 11.40 sum to 0.00.
TEST(Shipments, MovesNoMoneyAndSetsAsideWhatItCantRead) {
  const auto result = testing::Run(
      Shipments(), testing::ReadTestFile("shipments/testdata/parcels.csv"), ParcelContext());
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  const AccountSummary& app = result.summary.accounts.at(0);
  EXPECT_EQ(app.provider, "shipping");
  EXPECT_EQ(app.merchant_account, "pirate-ship");
  EXPECT_EQ(app.total, 0);
  EXPECT_EQ(base::FormatInstant(app.coverage_from_us), "2026-03-05T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(app.coverage_to_us), "2026-03-07T00:00:00Z");
  EXPECT_THAT(
      result.quarantined,
      ElementsAre(
          "parcels.csv:5: Tracking Status \"Delivery failed\": is no status known: say in "
          "the [statuses] of a profile what it means",
          "parcels.csv:9: Tracking Number \"\": is empty: nothing tells which parcel",
          HasSubstr("parcels.csv:10: Ship Date \"06.03.2026\": could be 2026-03-06 or"),
          HasSubstr("parcels.csv:11: Label Cost \"6..99\": is no number"),
          "parcels.csv:12: Label Cost \"-6.99\": is below zero: what comes back for a label "
          "stands in its biller's own file"));
}

TEST(Shipments, SurvivesTruncationAnywhere) {
  testing::ExpectSurvivesTruncation(
      Shipments(), testing::ReadTestFile("shipments/testdata/parcels.csv"), ParcelContext());
}

TEST(Shipments, IsKnownByItsHeading) {
  const auto found = Detect("x.csv", testing::ReadTestFile("shipments/testdata/parcels.csv"));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->name(), "shipments");
  EXPECT_EQ(Shipments().Detect("Order ID;Carrier;Tracking Number;Ship Date\n"),
            Confidence::kCertain);
  EXPECT_EQ(Shipments().Detect("Order ID,Tracking Number,Ship Date\n"), Confidence::kNone);
}

// A state, a claim, a refund that come later are events of their own; what was told stays as it is.
TEST(Shipments, ALaterExportAddsWhatIsNew) {
  const auto early =
      testing::Identities(Read("O-1,2026-03-05,DHL,T1,6.99,In Transit,2026-03-06\n"));
  const auto late = testing::Identities(Read("O-1,2026-03-05,DHL,T1,6.99,Lost,2026-03-19\n"));
  EXPECT_EQ(early.size(), 2u);
  EXPECT_EQ(late.size(), 2u);
  EXPECT_EQ(early.at(1), late.at(0).find("/label ") != std::string::npos ? late.at(0) : late.at(1));
  EXPECT_EQ(testing::Brief(Read("O-1,2026-03-05,DHL,T1,6.99,Lost,2026-03-19\n")),
            "shipping/pirate-ship/T1/label shipment 0.00 EUR\n"
            "shipping/pirate-ship/T1/lost shipment 0.00 EUR\n");
}

// Carrier and dates may be told otherwise another time; the order and the cost may not.
TEST(Shipments, WhatMakesAParcelTheSame) {
  EXPECT_THAT(testing::OriginColumns(
                  Shipments(), kHead + std::string("O-1,2026-03-05,DHL,T1,6.99,Lost,2026-03-19\n"),
                  ParcelContext(),
                  {{"Ship Date", "2026-03-06"},
                   {"Label Cost", "7.99"},
                   {"Status", "Delivered"},
                   {"Status Date", "2026-03-20"}}),
              ElementsAre("Order ID", "Tracking Number", "Label Cost", "Status"));
}

TEST(Shipments, DatesAreNeverGuessed) {
  const std::string row = "O-1,03/05/2026,DHL,T1,6.99,,\n";
  const auto guessed = Read(row);
  ASSERT_EQ(guessed.quarantined.size(), 1u);
  EXPECT_EQ(guessed.quarantined[0],
            "parcels.csv:2: Ship Date \"03/05/2026\": could be 2026-05-03 or 2026-03-05: say which "
            "with --profile dmy or mdy, or date_order in a profile");
  EXPECT_THAT(testing::Lines(Read(row, "mdy")), HasSubstr("\"2026-03-05T00:00:00Z\""));
  EXPECT_THAT(testing::Lines(Read(row, "dmy")), HasSubstr("\"2026-05-03T00:00:00Z\""));
  EXPECT_THAT(testing::Lines(Read("O-1,03/25/2026 9:12 AM,DHL,T1,,,\n")),
              HasSubstr("\"2026-03-25T00:00:00Z\""));
}

TEST(Shipments, SaysWhatTheListLacks) {
  const auto refusal = [](const std::string& head, Context context) {
    return base::Message(testing::Run(Shipments(), head + "\n", context).status);
  };
  EXPECT_THAT(
      refusal("Order ID,Ship Date", ParcelContext()),
      HasSubstr("parcels.csv: no column tells the tracking number: name it in the [columns]"));
  EXPECT_THAT(refusal("Tracking Number", ParcelContext()),
              HasSubstr("no column tells the ship date"));
  Context bare;
  bare.file_name = "parcels.csv";
  EXPECT_THAT(refusal("Tracking Number,Ship Date", bare), HasSubstr("--account pirate-ship"));
  bare.merchant_account = "a";
  EXPECT_THAT(refusal("Tracking Number,Ship Date", bare),
              HasSubstr("no column tells the currency of the labels: say it with --currency EUR"));
  Context german;
  german.file_name = "parcels.csv";
  german.profile = kGerman;
  EXPECT_THAT(refusal("Tracking Number;Ship Date", german),
              HasSubstr("parcels.csv:1: no column \"Porto\", which"));
}

TEST(Shipments, RefusesAWrongProfileWithTheWayOut) {
  EXPECT_THAT(Refusal("provider = \"x\"\n"), HasSubstr("ship.toml: provider isn't a key"));
  EXPECT_THAT(Refusal("date_order = \"ddmmyy\"\n"), HasSubstr("must be ymd, dmy or mdy"));
  EXPECT_THAT(Refusal("delimiter = \";;\"\n"),
              HasSubstr("delimiter \";;\": must be one character"));
  EXPECT_THAT(Refusal("[columns]\nparcel = \"x\"\n"),
              HasSubstr("ship.toml [columns]: parcel isn't a key; there are: tracking, id, order"));
  EXPECT_EQ(
      Refusal("[statuses]\nweg = \"gone\"\n"),
      "ship.toml [statuses]: \"weg\" = \"gone\": must be one of label, in_transit, delivered, "
      "delayed, lost, damaged, returned, voided");
  EXPECT_THAT(base::Message(shipments::LoadProfile("no.toml").status()), HasSubstr("no.toml"));
  EXPECT_THAT(Refusal("[statuses]\nweg = \"lost\"\n"), Not(HasSubstr("weg")));
}

}  // namespace
}  // namespace tieout::connectors
