#include "connectors/qif/qif.h"

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

Context QifContext(std::string_view order = "", std::string_view account = "A1") {
  Context context;
  context.file_name = "bank.qif";
  context.merchant_account = account;
  context.currency = "GBP";
  context.profile = order;
  return context;
}

testing::Result RunQif(std::string_view bytes, std::string_view order = "") {
  return testing::Run(Qif(), bytes, QifContext(order));
}
std::string File(std::string_view rows) { return "!Type:Bank\n" + std::string(rows); }

// The day and amount of one row.
std::string Read(std::string_view date, std::string_view amount, std::string_view order = "") {
  const auto result =
      RunQif(File("D" + std::string(date) + "\nT" + std::string(amount) + "\n^\n"), order);
  if (!result.status.ok()) return std::string(result.status.message());
  if (!result.quarantined.empty()) return result.quarantined.front();
  const std::string json = testing::Lines(result);
  const std::string brief = testing::Brief(result);
  return json.substr(json.find("value_date") + 13, 10) + " " +
         brief.substr(brief.find("deposit ") + 8, brief.size() - brief.find("deposit ") - 9);
}

TEST(Qif, GoldenOfARegisterWithSplitsOpeningAndList) {
  testing::ExpectGolden(Qif(), "qif/testdata/register.qif", "qif/testdata/register.jsonl",
                        QifContext());
}

// 245.00 - 1,020.50 - 1.50 - 1.50 = -778.50; the opening balance is none of it.
TEST(Qif, SumsNoOpsAndCoverage) {
  const auto result = RunQif(testing::ReadTestFile("qif/testdata/register.qif"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  EXPECT_THAT(result.no_ops, ElementsAre("7: an opening balance is no movement",
                                         "40: a list's entry moves no money"));
  const AccountSummary& account = result.summary.accounts.at(0);
  EXPECT_EQ(account.total, -77850);
  EXPECT_EQ(account.opening, 100000);
  EXPECT_EQ(account.rows, 4u) << "identical rows both count";
  EXPECT_EQ(base::FormatInstant(account.coverage_from_us), "2026-03-13T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(account.coverage_to_us), "2026-03-16T00:00:00Z");
}

TEST(Qif, DatesInEachCountrysForm) {
  EXPECT_EQ(Read("13/3'04", "1"), "2004-03-13 1.00 GBP");
  EXPECT_EQ(Read("3/13' 4", "1"), "bank.qif:2: D \"3/13' 4\": is no date");
  EXPECT_EQ(Read(" 3/13/26", "1"), "2026-03-13 1.00 GBP");
  EXPECT_EQ(Read("13/3/95", "1"), "1995-03-13 1.00 GBP");
  EXPECT_EQ(Read("13.03.2026", "1"), "2026-03-13 1.00 GBP");
  EXPECT_EQ(Read("2026-03-05", "1"), "2026-03-05 1.00 GBP");
  EXPECT_EQ(Read("3/3/2026", "1"), "2026-03-03 1.00 GBP");
  EXPECT_EQ(Read("6/ 1'26", "1", "dmy"), "2026-01-06 1.00 GBP");
  EXPECT_EQ(Read("6/ 1'26", "1", "mdy"), "2026-06-01 1.00 GBP");
  EXPECT_EQ(Read("6/ 1'26", "1", "generic-mdy"), "2026-06-01 1.00 GBP");
  EXPECT_EQ(Read("6/ 1'26", "1"),
            "bank.qif:2: date \"6/ 1'26\" may be 2026-01-06 or 2026-06-01: say which with "
            "--connector qif --profile dmy (day first) or --profile mdy (month first)");
  EXPECT_EQ(Read("13/3/26", "1", "mdy"), "bank.qif:2: D \"13/3/26\": is no date in the order mdy");
  EXPECT_EQ(Read("", "1"), "bank.qif:2: D \"\": is missing: the row has no date");
  EXPECT_EQ(Read("13/3/26", "1", "xyz"),
            "profile \"xyz\": for QIF it says the order of dates: dmy, mdy or ymd");
}

TEST(Qif, AmountsInEachCountrysForm) {
  EXPECT_EQ(Read("13/3/26", "-1,234.50"), "2026-03-13 -1,234.50 GBP");
  EXPECT_EQ(Read("13/3/26", "-1.234,50"), "2026-03-13 -1,234.50 GBP");
  EXPECT_EQ(Read("13/3/26", "1,234"), "2026-03-13 1,234.00 GBP");
  EXPECT_EQ(Read("13/3/26", "0.5"), "2026-03-13 0.50 GBP");
  EXPECT_THAT(Read("13/3/26", "12..3"), HasSubstr("bank.qif:2: T \"12..3\": "));
  EXPECT_EQ(Read("13/3/26", ""), "bank.qif:2: T \"\": is empty");
}

TEST(Qif, WhatIsIdentity) {
  const std::string row = "D13/3/26\nT5.00\nN1\nPAnn\nMmemo\nLCat\nCX\nAStreet\n^\n";
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = row;
    changed.replace(changed.find(from), from.size(), to);
    return testing::Identities(RunQif(File(changed)));
  };
  const auto plain = with("Ann", "Ann");
  for (const auto& [from, to] :
       {std::pair("LCat", "LDog"), std::pair("CX", "C*"), std::pair("AStreet", "ARoad")}) {
    EXPECT_EQ(with(from, to), plain) << from;
  }
  for (const auto& [from, to] :
       {std::pair("13/3", "14/3"), std::pair("5.00", "5.01"), std::pair("N1", "N2"),
        std::pair("Ann", "Bea"), std::pair("memo", "Memo")}) {
    EXPECT_NE(with(from, to), plain) << from;
  }
}

TEST(Qif, SplitsThatDoNotSumAreNamed) {
  const auto result = RunQif(File("D13/3/26\nT5.00\n$2.00\n$2.99\n^\n"));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].text,
            "account A1: the transaction over 5.00 GBP has splits that sum to 4.99 GBP: the "
            "transaction counts");
  EXPECT_EQ(result.summary.accounts.at(0).total, 500);
}

TEST(Qif, AccountAndCurrencyMustBeSaid) {
  const std::string file = File("D13/3/26\nT5.00\n^\n");
  EXPECT_EQ(testing::Run(Qif(), file, QifContext("", "")).status.message(),
            "bank.qif:2: the file names no account: say which with --account");
  EXPECT_EQ(testing::Run(Qif(), "!Account\nNMine\n^\n" + file, QifContext("", ""))
                .summary.accounts.at(0)
                .merchant_account,
            "Mine");
  Context context = QifContext();
  context.currency.clear();
  EXPECT_EQ(testing::Run(Qif(), file, context).status.message(),
            "bank.qif:2: QIF tells no currency: say it with --currency EUR");
}

TEST(Qif, WhatIsNoBankRegister) {
  const std::string row = "D13/3/26\nT5.00\n^\n";
  EXPECT_THAT(RunQif("!Type:Invst\n" + row).quarantined,
              ElementsAre(HasSubstr("investment accounts aren't read")));
  EXPECT_THAT(RunQif("!Option:AllXfr\n" + row + File(row)).quarantined,
              ElementsAre(HasSubstr("no !Type line before it")));
  EXPECT_EQ(RunQif(row).status.message(), "bank.qif: holds no !Type line");
  EXPECT_EQ(RunQif(File("D13/3/26\nT5.00\n")).status.message(),
            "bank.qif:2: the last transaction has no end (^): the file is cut off, fetch it again");
}

TEST(Qif, DetectionEncodingsAndTruncation) {
  const std::string file = testing::ReadTestFile("qif/testdata/register.qif");
  EXPECT_EQ((*Detect("x", file))->name(), "qif");
  EXPECT_EQ(Qif().Detect("a !Type:Bank"), Confidence::kNone);
  testing::ExpectSurvivesTruncation(Qif(), file, QifContext());
  const std::string plain = File("D13/3/26\nT5.00\nPcaf\xC3\xA9\n^\n");
  std::string latin = plain;
  latin.replace(latin.find("\xC3\xA9"), 2, "\xE9");
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : plain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(testing::Identities(RunQif(latin)), testing::Identities(RunQif(plain)));
  EXPECT_EQ(testing::Identities(RunQif(windows)), testing::Identities(RunQif(plain)));
}

}  // namespace
}  // namespace tieout::connectors
