#include "connectors/bai2/bai2.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

testing::Result RunBai2(std::string_view bytes) {
  Context context;
  context.file_name = "bank.bai";
  return testing::Run(Bai2(), bytes, context);
}

// One account of one group; its trailers are left empty, so nothing is stated.
std::string File(std::string_view transactions, std::string_view group = "1,260306,2400,USD,2/") {
  return "01,A,B,260306,2359,1,,,2/\n02,B,A," + std::string(group) + "\n03,77,\n" +
         std::string(transactions) + "49,,/\n98,,,/\n99,,,/\n";
}
std::string ContentsOf(std::string_view transactions) {
  return testing::Brief(RunBai2(File(transactions)));
}
// Without trailers' numbers each of them is noted; what else is.
std::vector<std::string> OtherNotes(const testing::Result& result) {
  std::vector<std::string> texts;
  for (const Note& note : result.summary.notes) {
    if (note.text.find("is no whole number") == std::string::npos) texts.push_back(note.text);
  }
  return texts;
}

TEST(Bai2, GoldenOfContinuationsFundsTypesAndTwoRecordsOnALine) {
  testing::ExpectGolden(Bai2(), "bai2/testdata/final.bai", "bai2/testdata/final.jsonl", Context());
}

// 245.00 + 88.50 - 20.00 - 6.00 = 307.50 = 1,307.50 - 1,000.00; the yen account -1,000.
TEST(Bai2, SumsBalancesControlTotalsAndCoverage) {
  const auto result = RunBai2(testing::ReadTestFile("bai2/testdata/final.bai"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  EXPECT_THAT(result.no_ops, ElementsAre("11: type 890 carries no money"));
  ASSERT_EQ(result.summary.accounts.size(), 2u);
  const AccountSummary& dollars = result.summary.accounts[0];
  EXPECT_EQ(dollars.merchant_account, "88888888600004");
  EXPECT_EQ(dollars.total, 30750);
  EXPECT_EQ(dollars.stated_total, ledger::WideMinor{30750});
  EXPECT_EQ(dollars.opening, 100000);
  EXPECT_EQ(dollars.closing, 130750);
  EXPECT_EQ(base::FormatInstant(dollars.coverage_from_us), "2026-03-06T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(dollars.coverage_to_us), "2026-03-07T00:00:00Z");
  const AccountSummary& yen = result.summary.accounts[1];
  EXPECT_EQ(yen.currency, "JPY");
  EXPECT_EQ(yen.total, -1000);
  EXPECT_EQ(yen.stated_total, ledger::WideMinor{-1000});
}

TEST(Bai2, EachControlTotalIsCheckedAndItsLineNamed) {
  const std::string file = testing::ReadTestFile("bai2/testdata/final.bai");
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = file;
    changed.replace(changed.find(from), from.size(), to);
    std::vector<std::string> texts;
    for (const Note& note : RunBai2(changed).summary.notes) {
      texts.push_back(std::to_string(note.line) + " " + note.code + " " + note.text);
    }
    return texts;
  };
  EXPECT_THAT(with("49,302650,11/", "49,302651,11/"),
              ElementsAre("12 CONTROL_TOTAL_BROKEN the account's control total is 302651, but its "
                          "amounts sum to 302650"));
  EXPECT_THAT(with("49,302650,11/", "49,302650,12/"),
              ElementsAre("12 CONTROL_TOTAL_BROKEN the account states 12 records, but holds 11"));
  EXPECT_THAT(with("98,312650,2,", "98,312650,3,"),
              ElementsAre("16 CONTROL_TOTAL_BROKEN the group states 3 accounts, but holds 2"));
  EXPECT_THAT(with("99,312650,1,", "99,312650,2,"),
              ElementsAre("17 CONTROL_TOTAL_BROKEN the file states 2 groups, but holds 1"));
  // A transaction that was changed breaks every total above it, and the balances.
  EXPECT_THAT(with("16,698,600,", "16,698,700,"),
              ElementsAre(HasSubstr("12 CONTROL_TOTAL_BROKEN the account's"),
                          "12 BALANCE_CHAIN_BROKEN account 88888888600004: opens with 1,000.00 USD "
                          "and books 306.50 USD, but closes with 1,307.50 USD: off by 1.00 USD",
                          HasSubstr("16 CONTROL_TOTAL_BROKEN the group's"),
                          HasSubstr("17 CONTROL_TOTAL_BROKEN the file's")));
}

TEST(Bai2, TheTypeCodeTellsTheDirection) {
  for (const std::string_view credit : {"100", "142", "399", "920", "959"}) {
    EXPECT_THAT(ContentsOf("16," + std::string(credit) + ",5,,,,x/\n"), HasSubstr(" 0.05 USD"));
  }
  for (const std::string_view debit : {"400", "451", "699", "960", "999"}) {
    EXPECT_THAT(ContentsOf("16," + std::string(debit) + ",5,,,,x/\n"), HasSubstr(" -0.05 USD"));
  }
  for (const std::string_view neither : {"099", "700", "900", "919", "1000"}) {
    EXPECT_THAT(RunBai2(File("16," + std::string(neither) + ",5,,,,x/\n")).quarantined,
                ElementsAre(HasSubstr("is neither a credit (100-399, 920-959) nor a debit")));
  }
}

TEST(Bai2, CurrencyOfAccountGroupCommandLineElseDollars) {
  EXPECT_THAT(testing::Brief(RunBai2(File("16,142,5,,,,x/\n", "1,260306,2400,JPY,2/"))),
              HasSubstr(" 5 JPY"));
  const std::string none = File("16,142,5,,,,x/\n", "1,260306,2400,,2/");
  EXPECT_THAT(testing::Brief(RunBai2(none)), HasSubstr(" 0.05 USD"));
  Context context;
  context.currency = "CAD";
  EXPECT_THAT(testing::Brief(testing::Run(Bai2(), none, context)), HasSubstr(" 0.05 CAD"));
}

TEST(Bai2, InterimIsProvisionalAndATestIsNothing) {
  const auto interim = RunBai2(File("16,142,5,,,,x/\n", "1,260306,1200,USD,3/"));
  EXPECT_THAT(testing::Lines(interim), HasSubstr(R"("provisional":true)"));
  EXPECT_EQ(interim.summary.accounts.at(0).coverage_to_us, 0);
  EXPECT_EQ(testing::Identities(interim), testing::Identities(RunBai2(File("16,142,5,,,,x/\n"))));
  const auto test = RunBai2(File("16,142,5,,,,x/\n", "4,260306,2400,USD,2/"));
  EXPECT_THAT(test.events, IsEmpty());
  EXPECT_THAT(test.no_ops, ElementsAre("4: the group is a test"));
}

TEST(Bai2, WhatIsIdentity) {
  const std::string row = "16,142,500,V,260309,,BR,CR,text/\n";
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = row;
    changed.replace(changed.find(from), from.size(), to);
    return testing::Identities(RunBai2(File(changed)));
  };
  const auto plain = with("142", "142");
  ASSERT_EQ(plain.size(), 1u);
  EXPECT_EQ(with("V,260309,", "V,260310,"), plain);
  EXPECT_EQ(with("V,260309,,", "Z,"), plain);
  for (const auto& [from, to] :
       {std::pair("142", "165"), std::pair("500", "501"), std::pair("BR", "BS"),
        std::pair("CR", "CS"), std::pair("text", "Text")}) {
    EXPECT_NE(with(from, to), plain) << from;
  }
  const auto twice = testing::Identities(RunBai2(File(row + row)));
  ASSERT_EQ(twice.size(), 2u);
  EXPECT_NE(twice[0], twice[1]);
}

TEST(Bai2, SlashesAndCommasInTexts) {
  EXPECT_THAT(testing::Lines(RunBai2(File("16,142,5,,,,A/B, 1/2, 16,/\n"))),
              HasSubstr(R"("remittance":"A/B, 1/2, 16,")"));
  const auto no_end = RunBai2(File("16,142,5,,,,open end\nmore of it\n"));
  EXPECT_THAT(testing::Lines(no_end), HasSubstr(R"(open end\nmore of it)"));
}

// --- bad input ---------------------------------------------------------------------------------

TEST(Bai2, TransactionsThatCannotBeRead) {
  for (const auto& [row, why] :
       {std::pair("16,14x,5,,,,x/\n", "type code \"14x\": is no number"),
        std::pair("16,142,5.00,,,,x/\n", "has a decimal point: BAI2 writes whole minor units"),
        std::pair("16,142,,,,,x/\n", "amount \"\": is missing"),
        std::pair("16,142,9223372036854775808,,,,x/\n", "is no whole number within 64 bits")}) {
    const auto result = RunBai2(File(std::string(row) + "16,142,7,,,,y/\n"));
    EXPECT_THAT(result.quarantined, ElementsAre(::testing::AllOf(
                                        ::testing::StartsWith("bank.bai:4: "), HasSubstr(why))));
    EXPECT_EQ(result.events.size(), 1u) << "the rest goes on";
  }
}

TEST(Bai2, FilesThatAreRefused) {
  const std::string file = File("16,142,5,,,,x/\n");
  EXPECT_EQ(RunBai2(file.substr(0, file.find("99,"))).status.message(),
            "bank.bai:6: the file ends without its trailer (99): it is cut off, fetch it again");
  EXPECT_EQ(RunBai2("02,A/\n").status.message(),
            "bank.bai:1: a BAI2 file begins with a file header (01), not 02");
  EXPECT_EQ(RunBai2("hello").status.message(), "bank.bai: holds no BAI2 records");
  EXPECT_EQ(
      RunBai2(File("", "1,261306,,USD,2/")).status.message(),
      "bank.bai:2: the group's as-of date \"261306\" is no date YYMMDD: no row of it has a day");
  EXPECT_THAT(std::string(RunBai2(File("", "2,260306,,USD,2/")).status.message()),
              HasSubstr("bank.bai:2: the group deletes what an earlier file reported"));
  EXPECT_EQ(RunBai2(File("", "1,260306,,USX,2/")).status.message(),
            "bank.bai:3: USX is no ISO 4217 currency");
  std::string nameless = file;
  nameless.replace(nameless.find("03,77,"), 6, "03,,");
  EXPECT_EQ(RunBai2(nameless).status.message(),
            "bank.bai:3: the account has no number: say which with --account");
}

TEST(Bai2, DetectionTruncationAndLineEnds) {
  const std::string file = testing::ReadTestFile("bai2/testdata/final.bai");
  ASSERT_TRUE(Detect("x", file).ok());
  EXPECT_EQ((*Detect("x", file))->name(), "bai2");
  EXPECT_EQ(Bai2().Detect("01,02,03\n1,2,3\n"), Confidence::kNone);
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : file) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(testing::Identities(RunBai2(windows)), testing::Identities(RunBai2(file)));
  // All records on one line, as some banks send them.
  std::string one_line = File("16,142,5,,,,x/\n16,142,6,,,,y/\n");
  const auto lines = testing::Identities(RunBai2(one_line));
  std::replace(one_line.begin(), one_line.end(), '\n', ' ');
  one_line.replace(one_line.find("03,77, "), 7, "03,77,/ ");
  EXPECT_EQ(testing::Identities(RunBai2(one_line)), lines);
  EXPECT_EQ(lines.size(), 2u);
  testing::ExpectSurvivesTruncation(Bai2(), file, Context());
  EXPECT_THAT(OtherNotes(RunBai2(File("16,142,5,,,,x/\n"))), IsEmpty());
}

}  // namespace
}  // namespace tieout::connectors
