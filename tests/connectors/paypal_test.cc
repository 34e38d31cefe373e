#include "connectors/paypal/paypal.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/lex/zone_names.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context PayPalContext() {
  Context context;
  context.file_name = "paypal.csv";
  context.merchant_account = "MILLLANE000AA";
  return context;
}

testing::Result RunPayPal(std::string_view bytes) {
  return testing::Run(PayPal(), bytes, PayPalContext());
}

std::string File(const std::string& name) {
  return testing::ReadTestFile("paypal/testdata/" + name);
}

constexpr const char* kFiles[] = {"settlement.csv", "search.json", "activity_de.csv",
                                  "activity_en.csv"};

// A settlement report of these rows.
std::string Report(std::initializer_list<std::string_view> rows) {
  std::string file =
      "\"SH\",\"2026/03/06 00:00:00 -0800\",\"2026/03/06 23:59:59 -0800\",\"MILLLANE000AA\",\"\"\n"
      "\"CH\",\"Transaction ID\",\"Invoice ID\",\"PayPal Reference ID\",\"PayPal Reference ID "
      "Type\",\"Transaction Event Code\",\"Transaction Initiation Date\",\"Transaction Completion "
      "Date\",\"Transaction  Debit or Credit\",\"Gross Transaction Amount\",\"Gross Transaction "
      "Currency\",\"Fee Debit or Credit\",\"Fee Amount\",\"Fee Currency\",\"Bank Reference ID\"\n";
  for (const std::string_view row : rows) file += std::string(row) + "\n";
  return file;
}

TEST(PayPal, Goldens) {
  for (const std::string name : kFiles) {
    testing::ExpectGolden(PayPal(), "paypal/testdata/" + name,
                          "paypal/testdata/" + name.substr(0, name.find('.')) + ".jsonl",
                          PayPalContext());
  }
}

TEST(PayPal, SumOfEventsIsTheFilesOwn) {
  for (const char* name : kFiles) {
    const auto result = RunPayPal(File(name));
    ASSERT_TRUE(result.status.ok()) << result.status;
    EXPECT_EQ(result.summary.quarantined, 0u) << result.quarantined[0];
    EXPECT_TRUE(result.summary.notes.empty()) << result.summary.notes[0].text;
    for (const AccountSummary& account : result.summary.accounts) {
      EXPECT_EQ(account.merchant_account, "MILLLANE000AA");
      EXPECT_EQ(account.total, account.stated_total) << name << " " << account.currency;
    }
  }
  // By the footer's balances: what moved less twice the withdrawal, which is positive as a payout.
  const auto report = RunPayPal(File("settlement.csv"));
  const AccountSummary& euro = report.summary.accounts.at(0);
  EXPECT_EQ(*euro.closing - *euro.opening, static_cast<int64_t>(euro.total) - 2 * 500);
}

// One payment, refund and withdrawal by every door and in every language.
TEST(PayPal, AllChannelsTellTheSameEvents) {
  const auto of = [](const char* name) {
    auto found = testing::Identities(RunPayPal(File(name)));
    std::erase_if(found, [](const std::string& id) {
      return id.find("/PAY1/") == id.npos && id.find("/REF1/") == id.npos;
    });
    return found;
  };
  const auto settlement = of("settlement.csv");
  EXPECT_EQ(settlement.size(), 4u);
  for (const char* name : kFiles) EXPECT_EQ(settlement, of(name)) << name;
}

TEST(PayPal, EventCodesSayWhatAnEntryIs) {
  const auto kind = [](std::string_view code, std::string_view sign) {
    const std::string row = "SB,T1,,R1,TXN," + std::string(code) +
                            ",2026/03/06 08:00:00 -0800,2026/03/06 08:00:00 -0800," +
                            std::string(sign) + ",100,EUR,,,,";
    const auto result = RunPayPal(Report({row}));
    if (result.events.empty()) return result.no_ops.back();
    const std::string brief = testing::Brief(result);
    return brief.substr(21, brief.find(" EUR") - 21);
  };
  EXPECT_EQ(kind("T0006", "CR"), "T1/gross sale 1.00");
  EXPECT_EQ(kind("T0001", "DR"), "T1/gross adjustment -1.00");
  EXPECT_EQ(kind("T0106", "DR"), "T1/gross fee -1.00");
  EXPECT_EQ(kind("T0200", "DR"), "T1/gross adjustment -1.00");
  EXPECT_EQ(kind("T0300", "CR"), "T1/gross adjustment 1.00");
  EXPECT_EQ(kind("T0401", "DR"), "T1/initiated payout 1.00");
  EXPECT_EQ(kind("T1101", "CR"), "R1/failed payout 1.00");
  EXPECT_EQ(kind("T1105", "CR"), "T1/gross reserve 1.00");
  EXPECT_EQ(kind("T1106", "DR"), "T1/gross chargeback -1.00");
  EXPECT_EQ(kind("T1107", "DR"), "T1/gross refund -1.00");
  EXPECT_EQ(kind("T1108", "CR"), "T1/gross fee 1.00");
  EXPECT_EQ(kind("T1201", "DR"), "T1/gross chargeback -1.00");
  EXPECT_EQ(kind("T1202", "CR"), "T1/gross chargeback 1.00");
  EXPECT_EQ(kind("T1300", "CR"), "3: an authorisation moves no balance");
  EXPECT_EQ(kind("T2101", "DR"), "T1/gross reserve -1.00");
  EXPECT_EQ(kind("T9900", "DR"), "T1/gross adjustment -1.00");
}

TEST(PayPal, UnknownWordsAndCodesCountAndKeepTheirWord) {
  EXPECT_THAT(testing::Lines(RunPayPal(File("activity_de.csv"))),
              HasSubstr(R"("adjustment":{"reason":"unclassified","raw_type":"Sternenstaub"})"));
  EXPECT_THAT(testing::Lines(RunPayPal(File("settlement.csv"))),
              HasSubstr(R"("adjustment":{"reason":"unclassified","raw_type":"T9701"})"));
}

// Sign comes from CR and DR alone.
TEST(PayPal, FooterThatDoesNotFitIsNamed) {
  std::string file = File("settlement.csv");
  file.replace(file.find("\"SF\",\"EUR\",5700"), 15, "\"SF\",\"EUR\",5701");
  const auto result = RunPayPal(file);
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(
      result.summary.notes[0].text,
      "the section's EUR rows sum to 5700 credits, 4904 debits, 29 fees returned, 225 fees "
      "charged; its footer says 5701, 4904, 29, 225 (hundredths): rows are missing or doubled");
  file = File("settlement.csv");
  file.erase(file.find("\"SB\",\"ODD1\""),
             file.find("\"SB\",\"WD1\"") - file.find("\"SB\",\"ODD1\""));
  EXPECT_EQ(RunPayPal(file).summary.notes.size(), 2u);
}

TEST(PayPal, FeeInAnotherCurrencyIsOfThatAccount) {
  EXPECT_EQ(testing::Brief(RunPayPal(Report({"SB,T1,,,,T0006,2026/03/06 08:00:00 -0800,2026/03/06 "
                                             "08:00:00 -0800,CR,100,EUR,DR,7,USD,"}))),
            "paypal/MILLLANE000AA/T1/gross sale 1.00 EUR\n"
            "paypal/MILLLANE000AA/T1/fee fee -0.07 USD\n");
}

TEST(PayPal, YenOfASettlementReportIsNotGuessed) {
  EXPECT_THAT(
      RunPayPal(Report({"SB,T1,,,,T0006,2026/03/06 08:00:00 -0800,2026/03/06 08:00:00 "
                        "-0800,CR,100,JPY,,,,"}))
          .quarantined,
      ElementsAre(HasSubstr("paypal.csv:3: Gross Transaction Amount \"100\": can't be read: "
                            "PayPal doesn't say whether yen are whole or hundredths")));
  EXPECT_THAT(testing::Brief(RunPayPal(File("search.json"))), HasSubstr("sale 1,234 JPY"));
}

TEST(PayPal, AccountIsTheFilesOwnElseSaid) {
  Context context = PayPalContext();
  context.merchant_account.clear();
  EXPECT_EQ(testing::Identities(testing::Run(PayPal(), File("search.json"), context)),
            testing::Identities(RunPayPal(File("search.json"))));
  EXPECT_EQ(testing::Run(PayPal(), File("activity_en.csv"), context).status.message(),
            "paypal.csv: PayPal's downloads name no account: say which with --account ID");
}

// --- the activity's locales --------------------------------------------------------------------

constexpr std::string_view kEnglish =
    "Date,Time,TimeZone,Description,Currency,Gross,Fee,Net,Transaction ID,Reference Txn ID\n";

TEST(PayPal, DatesThatCouldBeTwoAreRefusedUntilSaid) {
  const std::string file =
      std::string(kEnglish) + "03/06/2026,10:00:00,UTC,General Payment,EUR,1.00,0.00,1.00,T1,\n";
  EXPECT_EQ(RunPayPal(file).status.message(),
            "paypal.csv: Date \"03/06/2026\" may be day first or month first, and no row of the "
            "file tells: say --profile dmy or --profile mdy");
  Context context = PayPalContext();
  context.profile = "dmy";
  EXPECT_THAT(testing::Lines(testing::Run(PayPal(), file, context)),
              HasSubstr(R"("occurred_at":"2026-06-03T10:00:00Z")"));
  context.profile = "mdy";
  EXPECT_THAT(testing::Lines(testing::Run(PayPal(), file, context)),
              HasSubstr(R"("occurred_at":"2026-03-06T10:00:00Z")"));
}

TEST(PayPal, NumbersInTheirOwnLocale) {
  const auto amount = [](std::string_view gross, std::string_view currency) {
    const std::string cell = "\"" + std::string(gross) + "\"";
    const auto result =
        RunPayPal(std::string(kEnglish) + "13.03.2026,10:00:00,CEST,General Payment," +
                  std::string(currency) + "," + cell + ",0," + cell + ",T1,\n");
    return result.quarantined.empty() ? testing::Brief(result) : result.quarantined[0];
  };
  EXPECT_THAT(amount("1.234,56", "EUR"), HasSubstr("sale 1,234.56 EUR"));
  EXPECT_THAT(amount("1,234.56", "EUR"), HasSubstr("sale 1,234.56 EUR"));
  EXPECT_THAT(amount("1,234", "JPY"), HasSubstr("sale 1,234 JPY"));
  EXPECT_THAT(amount("1 234,56", "EUR"), HasSubstr("sale 1,234.56 EUR"));
  EXPECT_THAT(amount("12..34", "EUR"), HasSubstr("paypal.csv:2: Gross \"12..34\": is no number"));
}

TEST(PayPal, TimeZonesByTheirAbbreviation) {
  EXPECT_EQ(OffsetOfAbbreviation("PST"), -8 * 3600);
  EXPECT_EQ(OffsetOfAbbreviation("CEST"), 2 * 3600);
  EXPECT_EQ(OffsetOfAbbreviation("XYZ"), std::nullopt);
  EXPECT_THAT(RunPayPal(std::string(kEnglish) +
                        "13.03.2026,10:00:00,XYZ,General Payment,EUR,1.00,0.00,1.00,T1,\n")
                  .quarantined,
              ElementsAre("paypal.csv:2: TimeZone \"XYZ\": time zone \"XYZ\" isn't known: give an "
                          "IANA name such as Europe/Berlin"));
}

TEST(PayPal, MemosCartItemsAndOpenOnesMoveNothing) {
  EXPECT_THAT(RunPayPal(File("activity_de.csv")).no_ops,
              ElementsAre("3: a memo moves no balance", "5: a memo moves no balance"));
}

// --- identity ----------------------------------------------------------------------------------

TEST(PayPal, OnlyTheOriginColumnsOfTheReportMakeTheIdentity) {
  // The row and its header, without the section's header: then --account says whose it is.
  std::string file =
      Report({"SB,T1,1001,R1,TXN,T1107,2026/03/06 08:00:00 -0800,2026/03/06 08:00:00 "
              "-0800,DR,100,EUR,CR,3,EUR,B1"});
  file.erase(0, file.find('\n') + 1);
  EXPECT_THAT(
      testing::OriginColumns(PayPal(), file, PayPalContext(),
                             {{"CH", "SF"},
                              {"Transaction Initiation Date", "2026/03/07 08:00:00 -0800"},
                              {"Transaction Completion Date", "2026/03/07 08:00:00 -0800"},
                              {"Transaction  Debit or Credit", "CR"},
                              {"Gross Transaction Amount", "101"},
                              {"Gross Transaction Currency", "USD"},
                              {"Fee Debit or Credit", "DR"},
                              {"Fee Amount", "4"},
                              {"Fee Currency", "USD"}}),
      ElementsAre("CH", "Transaction ID", "Transaction Event Code", "Transaction  Debit or Credit",
                  "Gross Transaction Amount", "Gross Transaction Currency", "Fee Debit or Credit",
                  "Fee Amount", "Fee Currency"));
}

TEST(PayPal, OnlyTheOriginColumnsOfTheActivityMakeTheIdentity) {
  std::string file = File("activity_en.csv");
  file.erase(file.find('\n', file.find('\n') + 1) + 1);
  Context context = PayPalContext();
  context.profile = "mdy";
  EXPECT_THAT(testing::OriginColumns(PayPal(), file, context,
                                     {{"Date", "03/07/2026"},
                                      {"Time", "11:00:00"},
                                      {"TimeZone", "CET"},
                                      {"Status", "Refunded"},
                                      {"Balance", "1.00"},
                                      {"Balance Impact", "Debit"},
                                      {"Currency", "USD"}}),
              ElementsAre("Type", "Currency", "Gross", "Fee", "Net", "Transaction ID"));
}

// --- bad input ---------------------------------------------------------------------------------

TEST(PayPal, BadRows) {
  const auto quarantined = [](std::string_view row) {
    const auto result = RunPayPal(Report({row}));
    return result.quarantined.empty() ? std::string("none") : result.quarantined[0];
  };
  EXPECT_EQ(quarantined("SB,T1,,,,T0006,2026/03/06 08:00:00 -0800,,CR,1.00,EUR,,,,"),
            "paypal.csv:3: Gross Transaction Amount \"1.00\": is no whole number without sign");
  EXPECT_EQ(quarantined("SB,T1,,,,T0006,2026/03/06 08:00:00 -0800,,XX,100,EUR,,,,"),
            "paypal.csv:3: Transaction  Debit or Credit \"XX\": is neither CR nor DR");
  EXPECT_EQ(
      quarantined("SB,T1,,,,T0006,2026/03/06 08:00:00 -0800,,CR,99999999999999999999,EUR,,,,"),
      "paypal.csv:3: Gross Transaction Amount \"99999999999999999999\": is beyond 64 bits");
  EXPECT_EQ(quarantined("SB,T1,,,,T0006,yesterday,,CR,100,EUR,,,,"),
            "paypal.csv:3: Transaction Initiation Date \"yesterday\": is no time (expected like "
            "2026/01/06 23:59:59 -0800)");
  EXPECT_EQ(quarantined("SB,T1,,,,T0006,2026/03/06 08:00:00 -0800,,CR,100,EUX,,,,"),
            "paypal.csv:3: Gross Transaction Currency \"EUX\": is no ISO 4217 currency");
  EXPECT_THAT(quarantined("XX,T1"), HasSubstr("row type \"XX\": is none of RH, FH, SH, CH, SB"));
}

TEST(PayPal, CutOffReportIsRefused) {
  std::string file = File("settlement.csv");
  file.erase(file.find("\"SF\""));
  const auto result = RunPayPal(file);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(std::string(result.status.message()),
              HasSubstr("the file is cut off, fetch it again"));
}

TEST(PayPal, TruncationAtEveryByte) {
  for (const char* name : kFiles) {
    testing::ExpectSurvivesTruncation(PayPal(), File(name), PayPalContext());
  }
}

TEST(PayPal, DetectedFromContent) {
  for (const char* name : kFiles) {
    const auto found = Detect("x", File(name));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "paypal") << name;
  }
}

}  // namespace
}  // namespace tieout::connectors
