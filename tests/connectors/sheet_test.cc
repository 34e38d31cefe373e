#include "connectors/sheet/sheet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

#include "connectors/sheet/mapping.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kTill =
    std::string(TIEOUT_SOURCE_DIR) + "/tests/connectors/sheet/testdata/till.toml";

Context SheetContext(const std::string& mapping = kTill) {
  Context context;
  context.file_name = "till.csv";
  context.profile = mapping;
  return context;
}

std::string WriteMapping(const std::string& toml) {
  const std::string path = ::testing::TempDir() + "sheet_" + std::to_string(::getpid()) + ".toml";
  std::ofstream(path) << toml;
  return path;
}

// What a sheet of one row becomes by a mapping, or what is wrong.
std::string Read(const std::string& mapping, const std::string& sheet) {
  const auto result = testing::Run(Sheet(), sheet, SheetContext(WriteMapping(mapping)));
  if (!result.status.ok()) return base::Message(result.status);
  if (!result.quarantined.empty()) return result.quarantined.front();
  return testing::Brief(result);
}

std::string Refusal(std::string_view mapping) {
  return base::Message(sheet::ParseMapping("map.toml", mapping).status());
}

TEST(Sheet, GoldenOfATillsJournal) {
  testing::ExpectGolden(Sheet(), "sheet/testdata/till.csv", "sheet/testdata/till.jsonl",
                        SheetContext());
}

// 100 + 1012.50 + 38 - 0.95 + 5 + 5 - 12.50 - 2 - 9.90 + 3.20, and 1010 on its way to the bank.
TEST(Sheet, SumsCoverageAndWhatIsSetAside) {
  const auto result =
      testing::Run(Sheet(), testing::ReadTestFile("sheet/testdata/till.csv"), SheetContext());
  ASSERT_TRUE(result.status.ok()) << result.status;
  const AccountSummary& till = result.summary.accounts.at(0);
  EXPECT_EQ(till.provider, "till");
  EXPECT_EQ(till.merchant_account, "stall-7");
  EXPECT_EQ(till.total, 113835 + 101000);
  EXPECT_EQ(base::FormatInstant(till.coverage_from_us), "2026-03-07T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(till.coverage_to_us), "2026-03-09T00:00:00Z");
  EXPECT_THAT(result.no_ops, ElementsAre("2: the mapping says that \"Eröffnet\" moves no money"));
  ASSERT_EQ(result.quarantined.size(), 2u);
  EXPECT_THAT(result.quarantined[0], HasSubstr("till.csv:13: Betrag \"12..34\": "));
  EXPECT_THAT(result.quarantined[1], HasSubstr("till.csv:14: Datum \"31.02.2026\": "));
}

TEST(Sheet, SurvivesTruncationAnywhere) {
  testing::ExpectSurvivesTruncation(Sheet(), testing::ReadTestFile("sheet/testdata/till.csv"),
                                    SheetContext());
}

// All of a row is fixed where it has no id; with one, the note is no part of it.
TEST(Sheet, WhatMakesARowTheSame) {
  const std::string head = "Datum;Beleg;Vorgang;Betrag;Gebühr;Auftrag;Notiz\n";
  const auto columns = [&](const std::string& row) {
    return testing::OriginColumns(
        Sheet(), head + row, SheetContext(),
        {{"Datum", "08.03.2026"}, {"Betrag", "2,00"}, {"Gebühr", "0,20"}, {"Vorgang", "Karte"}},
        ';');
  };
  EXPECT_THAT(columns("07.03.2026;;Bar;1,00;0,10;O-1;x\n"),
              ElementsAre("Datum", "Beleg", "Vorgang", "Betrag", "Gebühr", "Auftrag", "Notiz"));
  EXPECT_THAT(columns("07.03.2026;B-1;Bar;1,00;0,10;O-1;x\n"),
              ElementsAre("Beleg", "Betrag", "Gebühr", "Auftrag"));
}

constexpr char kPlain[] =
    "provider = \"fair\"\naccount = \"a\"\ncurrency = \"EUR\"\n"
    "[columns]\ndate = \"Day\"\namount = \"Sum\"\ntype = \"What\"\npayout = \"Payout\"\n"
    "[types]\nsale = \"sale\"\nsent = \"payout\"\n";

TEST(Sheet, PayoutsTakeTheirItemsAndAmountsAreExact) {
  EXPECT_EQ(Read(kPlain, "Day,What,Sum,Payout\n2026-03-07,sent,-10.00,P1\n"),
            "fair/a/P1/initiated payout 10.00 EUR\n");
  const auto item = testing::Run(Sheet(), "Day,What,Sum,Payout\n2026-03-07,sale,10,P1\n",
                                 SheetContext(WriteMapping(kPlain)));
  EXPECT_THAT(testing::Lines(item), HasSubstr(R"("field":"PAYOUT_ID","value":"P1")"));
  EXPECT_THAT(Read(kPlain, "Day,What,Sum,Payout\n2026-03-07,sale,10.005,P1\n"),
              HasSubstr("till.csv:2: Sum \"10.005\": "));
  EXPECT_THAT(Read(kPlain, "Day,What,Sum,Payout\n2026-03-07,sale,,P1\n"), HasSubstr("is empty"));
  EXPECT_THAT(Read(kPlain, "Day,What,Sum,Payout\n03/07/2026,sale,1,P1\n"),
              HasSubstr("say date_order in"));
}

TEST(Sheet, SaysWhatTheMappingLacks) {
  const std::string row = "Day,What,Sum\n2026-03-07,sale,1\n";
  EXPECT_THAT(Read(kPlain, row), HasSubstr("till.csv:1: no column \"Payout\""));
  EXPECT_THAT(
      Read("provider = \"fair\"\ntype = \"x\"\n[columns]\ndate=\"Day\"\namount=\"Sum\"\n", row),
      HasSubstr("no column names the account: say it in"));
  Context none;
  none.file_name = "till.csv";
  EXPECT_THAT(base::Message(testing::Run(Sheet(), row, none).status),
              HasSubstr("told by a mapping: --profile FILE"));
}

TEST(Sheet, RefusesAWrongMappingWithTheWayOut) {
  const std::string columns = "[columns]\ndate = \"D\"\namount = \"A\"\n";
  EXPECT_THAT(Refusal("provider = \"stripe\"\ntype = \"x\"\n" + columns),
              HasSubstr("tieout reads that one's own files"));
  EXPECT_THAT(Refusal("provider = \"bank\"\ntype = \"x\"\n" + columns), HasSubstr("count twice"));
  EXPECT_THAT(Refusal("provder = \"x\"\n"), HasSubstr("map.toml: provder isn't a key"));
  EXPECT_THAT(Refusal("provider = \"x\"\n" + columns), HasSubstr("names no type"));
  EXPECT_THAT(Refusal("provider = \"x\"\ntype = \"x\"\n[columns]\nday = \"D\"\n"),
              HasSubstr("map.toml [columns]: day isn't a key; there are: date"));
  EXPECT_THAT(Refusal("provider = \"x\"\ntype = \"x\"\n" + columns + "[types]\na = \"sold\"\n"),
              HasSubstr("\"a\" = \"sold\": must be one of sale,"));
  EXPECT_THAT(Refusal("provider = \"x\"\ntype = \"x\"\n" + columns + "[types]\na = \"fee\"\n"),
              HasSubstr("fee TYPE"));
  EXPECT_THAT(Refusal("provider = 3\n"), HasSubstr("map.toml:1: provider must be a text"));
  EXPECT_THAT(Refusal("provider = \n"), HasSubstr("map.toml:1: no proper TOML"));
}

TEST(Sheet, AMappingIsToldFromABanksProfile) {
  EXPECT_TRUE(IsSheetMapping(kTill));
  EXPECT_FALSE(IsSheetMapping(WriteMapping("[columns]\ndate = \"D\"\n")));
  EXPECT_FALSE(IsSheetMapping("generic-dmy"));
}

}  // namespace
}  // namespace tieout::connectors
