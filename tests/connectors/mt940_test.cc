#include "connectors/mt940/mt940.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/camt/camt.h"
#include "connectors/mt940/details.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

Context BankContext() {
  Context context;
  context.file_name = "bank.sta";
  return context;
}

testing::Result RunMt940(std::string_view bytes) {
  return testing::Run(Mt940(), bytes, BankContext());
}

// One statement of DE1 that opens with 100.00 EUR on 5 March.
std::string Statement(std::string_view lines, std::string_view closing = "C260306EUR101,00",
                      std::string_view number = "0") {
  return ":20:X\n:25:DE1\n:28C:" + std::string(number) + "\n:60F:C260305EUR100,00\n" +
         std::string(lines) + ":62F:" + std::string(closing) + "\n-\n";
}
std::string Line(std::string_view line) { return ":61:" + std::string(line) + "\n"; }

std::string Amounts(std::string_view line) {
  const auto result = RunMt940(Statement(Line(line)));
  if (!result.quarantined.empty()) return result.quarantined.front();
  const std::string brief = testing::Brief(result);
  return brief.substr(brief.find("bank_deposit ") + 13,
                      brief.size() - brief.find("bank_deposit ") - 14);
}

TEST(Mt940, GoldenOfTwoPagesWithReversalsDialectsAndWrappedText) {
  testing::ExpectGolden(Mt940(), "mt940/testdata/booked.sta", "mt940/testdata/booked.jsonl",
                        BankContext());
}

TEST(Mt940, GoldenOfIntraday) {
  testing::ExpectGolden(Mt940(), "mt940/testdata/intraday.sta", "mt940/testdata/intraday.jsonl",
                        BankContext());
}

// 245.00 - 20.00 - 15.00 + 7.50 - 6.00 = 211.50 on the first page, 88.50 on the second.
TEST(Mt940, SumsBalancesAndCoverage) {
  const auto result = RunMt940(testing::ReadTestFile("mt940/testdata/booked.sta"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  const AccountSummary& account = result.summary.accounts[0];
  EXPECT_EQ(account.merchant_account, "DE02120300000000202051");
  EXPECT_EQ(account.total, 30000);
  EXPECT_EQ(account.stated_total, ledger::WideMinor{30000});
  EXPECT_EQ(account.opening, 100000);
  EXPECT_EQ(account.closing, 130000);
  EXPECT_EQ(account.sequence, "42");
  // The opening balance is the closing one of 5 March: that day is the statement's before.
  EXPECT_EQ(base::FormatInstant(account.coverage_from_us), "2026-03-06T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(account.coverage_to_us), "2026-03-07T00:00:00Z");
}

// The next file's statement is expected to follow the last of this one.
TEST(Mt940, SeveralStatementsAreNumberedFromTheFirstToTheLast) {
  std::string three;
  for (const char* number : {"12/1", "12/2", "13/1", "14/1"}) {
    three += fmt::format(
        ":20:A\n:25:DE02120300000000202051\n:28C:{}\n:60F:C260305EUR10,00\n:62F:C260306EUR10,00\n-"
        "\n",
        number);
  }
  const auto result = RunMt940(three);
  ASSERT_TRUE(result.status.ok()) << result.status;
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  EXPECT_EQ(result.summary.accounts[0].sequence, "12-14");
}

TEST(Mt940, IsDetectedByContentAlone) {
  for (const std::string_view file : {"mt940/testdata/booked.sta", "mt940/testdata/intraday.sta"}) {
    const auto connector = Detect("x", testing::ReadTestFile(std::string(file)));
    ASSERT_TRUE(connector.ok()) << connector.status();
    EXPECT_EQ((*connector)->name(), "mt940");
  }
  EXPECT_EQ(Mt940().Detect("a text about :20: and :25: and :61:"), Confidence::kNone);
}

// What is intraday and what is booked are one event; the intraday one settles nothing.
TEST(Mt940, IntradayLineHasTheIdOfTheBookedOne) {
  const auto intraday = RunMt940(testing::ReadTestFile("mt940/testdata/intraday.sta"));
  EXPECT_THAT(intraday.summary.notes, IsEmpty());
  EXPECT_EQ(intraday.summary.accounts.at(0).total, 0);
  EXPECT_EQ(intraday.summary.accounts.at(0).coverage_to_us, 0);
  const auto booked =
      testing::Identities(RunMt940(testing::ReadTestFile("mt940/testdata/booked.sta")));
  EXPECT_THAT(testing::Identities(intraday), ::testing::Contains(booked.at(0)));
  EXPECT_THAT(testing::Lines(intraday), HasSubstr(R"("provisional":true)"));
}

TEST(Mt940, TheBanksReferenceIsThatOfCamt) {
  const auto camt = testing::Run(
      Camt(),
      "<Document><BkToCstmrStmt><Stmt><Id>S</Id><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></"
      "Acct>"
      "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>"
      "2026-03-06</Dt></BookgDt><AcctSvcrRef>R1</AcctSvcrRef></Ntry></Stmt></BkToCstmrStmt>"
      "</Document>",
      BankContext());
  EXPECT_EQ(testing::Identities(camt),
            testing::Identities(RunMt940(Statement(Line("260306C1,00NTRFNONREF//R1")))));
}

TEST(Mt940, DirectionsAndAmountsInEachForm) {
  EXPECT_EQ(Amounts("260306C1,00NTRFNONREF"), "1.00 EUR");
  EXPECT_EQ(Amounts("260306D1,00NTRFNONREF"), "-1.00 EUR");
  EXPECT_EQ(Amounts("260306RC1,00NTRFNONREF"), "-1.00 EUR");
  EXPECT_EQ(Amounts("260306RD1,00NTRFNONREF"), "1.00 EUR");
  EXPECT_EQ(Amounts("2603060306CR1,00NTRFNONREF"), "1.00 EUR");
  EXPECT_EQ(Amounts("2603060306DR1,00NTRFNONREF"), "-1.00 EUR");
  EXPECT_EQ(Amounts("260306c12345,NTRFNONREF"), "12,345.00 EUR");
  EXPECT_EQ(Amounts("260306C11,8N426NONREF"), "11.80 EUR");
  EXPECT_EQ(Amounts("260306C,5NTRFNONREF"), "0.50 EUR");
  EXPECT_EQ(Amounts("260306C11.80NTRFNONREF"), "11.80 EUR");
  EXPECT_EQ(Amounts("260306D000000001213,28N044NONREF"), "-1,213.28 EUR");
  EXPECT_EQ(Amounts("260306    C1,00NTRFNONREF"), "1.00 EUR");
}

TEST(Mt940, EntryDateIsOfTheYearNearestToTheValueDate) {
  const auto days = [](std::string_view line) {
    const std::string json = testing::Lines(RunMt940(Statement(Line(line))));
    const auto of = [&](std::string_view key) {
      return json.substr(json.find(key) + key.size() + 3, 10);
    };
    return of("booking_date") + " " + of("value_date");
  };
  EXPECT_EQ(days("2512310102C1,NTRFNONREF"), "2026-01-02 2025-12-31");
  EXPECT_EQ(days("2601021231C1,NTRFNONREF"), "2025-12-31 2026-01-02");
  EXPECT_EQ(days("2602300301D1,N024NONREF"), "2026-03-01 2026-02-28");
  EXPECT_EQ(days("2402290229C1,NTRFNONREF"), "2024-02-29 2024-02-29");
}

TEST(Mt940, DialectsOfField86) {
  using mt940::ReadDetails;
  const auto german =
      ReadDetails({"166?00GUTSCHRIFT?109310?20EREF+A1.200080779.400143254?21.4961336 KR",
                   "EF+K-1?22SVWZ+Rechnung 12?32Ann?33 Bee?31DE99"});
  EXPECT_EQ(german.code, "166");
  EXPECT_EQ(german.end_to_end_id, "A1.200080779.400143254.4961336");
  EXPECT_EQ(german.counterparty, "Ann Bee");
  EXPECT_EQ(german.counterparty_account, "DE99");
  EXPECT_THAT(german.texts, ElementsAre("GUTSCHRIFT", "K-1", "Rechnung 12"));

  const auto polish = ReadDetails({"020<00PRZELEW<20STRIPE po_1<32ACME<38PL291140"});
  EXPECT_EQ(polish.code, "020");
  EXPECT_THAT(polish.texts, ElementsAre("PRZELEW", "STRIPE po_1"));
  EXPECT_EQ(polish.counterparty_account, "PL291140");

  const auto dutch = ReadDetails(
      {"/EREF/E-1//CNTP/NL70ABNA0987654321/ABNANL2A/ACME BV/UTRECHT//REMI/USTD//po_1/"});
  EXPECT_EQ(dutch.end_to_end_id, "E-1");
  EXPECT_EQ(dutch.counterparty, "ACME BV");
  EXPECT_EQ(dutch.counterparty_account, "NL70ABNA0987654321");
  EXPECT_THAT(dutch.texts, ElementsAre("USTD//po_1"));

  // A full line goes on in the next one, a short one doesn't.
  const std::string full = std::string(60, 'x') + " po_1";
  EXPECT_THAT(ReadDetails({full, "000001 paid", "thanks"}).texts,
              ElementsAre(full + "000001 paid", "thanks"));
  EXPECT_EQ(ReadDetails({"rent EREF: R-1 SVWZ: March"}).end_to_end_id, "R-1");
  EXPECT_THAT(ReadDetails({"+4912345 call"}).texts, ElementsAre("+4912345 call"));
  EXPECT_THAT(ReadDetails({}).texts, IsEmpty());
}

// Each column that may change does, and each that may not.
TEST(Mt940, WhatIsIdentity) {
  const std::string line = ":61:2603060306C5,00NTRFCUST-1//R1\n:86:166?00A?20EREF+E1?32Ann\n";
  const auto with = [&](std::string_view from, std::string_view to, std::string_view reference) {
    std::string changed = line;
    if (reference.empty()) changed.erase(changed.find("//R1"), 4);
    if (!from.empty()) changed.replace(changed.find(from), from.size(), to);
    return testing::Identities(RunMt940(Statement(changed, "C260306EUR105,00")));
  };
  const auto plain = with("", "", "R1");
  ASSERT_EQ(plain.size(), 1u);
  for (const auto& [from, to] :
       {std::pair("260306", "260305"), std::pair("0306C", "0307C"), std::pair("NTRF", "NMSC"),
        std::pair("CUST-1", "CUST-2"), std::pair("?00A", "?00B"), std::pair("E1", "E2"),
        std::pair("Ann", "Bea"), std::pair("166", "177")}) {
    EXPECT_EQ(with(from, to, "R1"), plain) << from;
  }
  for (const auto& [from, to] : {std::pair("R1", "R2"), std::pair("5,00", "5,01"),
                                 std::pair("C5", "D5"), std::pair("C5", "RD5")}) {
    EXPECT_NE(with(from, to, "R1"), plain) << from;
  }
  const auto without = with("", "", "");
  for (const auto& [from, to] :
       {std::pair("260306", "260305"), std::pair("0306C", "0307C"), std::pair("NTRF", "NMSC"),
        std::pair("CUST-1", "CUST-2"), std::pair("?00A", "?00B"), std::pair("E1", "E2"),
        std::pair("Ann", "Bea"), std::pair("5,00", "5,01")}) {
    EXPECT_NE(with(from, to, ""), without) << from;
  }
  // The key of a German business transaction is no text.
  EXPECT_EQ(with("166", "177", ""), without);
}

TEST(Mt940, IdenticalLinesBothCount) {
  for (const std::string_view number : {"0", "42/1"}) {
    const auto ids = testing::Identities(RunMt940(Statement(
        Line("260306C1,NTRFNONREF") + Line("260306C1,NTRFNONREF"), "C260306EUR102,00", number)));
    ASSERT_EQ(ids.size(), 2u);
    EXPECT_NE(ids[0], ids[1]);
  }
  EXPECT_EQ(
      testing::Brief(RunMt940(Statement(
          Line("260306C1,NTRFNONREF//R") + Line("260306C1,NTRFNONREF//R"), "C260306EUR102,"))),
      "bank/DE1/R/entry bank_deposit 1.00 EUR\nbank/DE1/R.1/entry bank_deposit 1.00 EUR\n");
}

TEST(Mt940, ANumberedStatementNumbersItsLines) {
  EXPECT_EQ(testing::Brief(
                RunMt940(Statement(Line("260306C1,NTRFNONREF"), "C260306EUR101,", "00042/001"))),
            "bank/DE1/EUR.2026-03-05.42.1.1/entry bank_deposit 1.00 EUR\n");
}

// "-" ends a message, and so does the next ":20:"; text that looks like a tag doesn't.
TEST(Mt940, WhereAFieldEnds) {
  const std::string text = ":61:260306C1,00NTRFNONREF\n:86:2026-03-06T14\n:20:15 paid\n:59:x\n";
  const auto result = RunMt940(Statement(text));
  EXPECT_EQ(result.events.size(), 1u);
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"(14\n:20:15 paid\n:59:x)"));
  std::string two = Statement(Line("260306C1,00NTRFNONREF"));
  two.erase(two.find("-\n"));
  EXPECT_EQ(
      RunMt940(two + Statement(Line("260307C2,00NTRFNONREF"), "C260307EUR102,")).events.size(), 2u);
}

// --- bad input ---------------------------------------------------------------------------------

TEST(Mt940, BalancesThatDoNotFollow) {
  const auto off = RunMt940(Statement(Line("260306C1,00NTRFNONREF"), "C260306EUR101,01"));
  ASSERT_EQ(off.summary.notes.size(), 1u);
  EXPECT_EQ(off.summary.notes[0].code, "BALANCE_CHAIN_BROKEN");
  EXPECT_EQ(off.summary.notes[0].line, 6u);
  EXPECT_EQ(off.summary.notes[0].text,
            "account DE1: the statement opens with 100.00 EUR and books 1.00 EUR, but closes with "
            "101.01 EUR: off by 0.01 EUR");
  const auto gap = RunMt940(Statement("", "C260306EUR100,") + Statement("", "C260307EUR100,"));
  EXPECT_THAT(gap.summary.notes, IsEmpty());
  std::string second = Statement("", "C260307EUR99,");
  second.replace(second.find("100,00"), 6, "99,00");
  EXPECT_EQ(RunMt940(Statement("", "C260306EUR100,") + second).summary.notes.at(0).text,
            "account DE1: the statement opens with 99.00 EUR, the one before closed with 100.00 "
            "EUR: one is missing between them");
}

TEST(Mt940, ControlTotalsOfIntraday) {
  std::string file = testing::ReadTestFile("mt940/testdata/intraday.sta");
  file.replace(file.find("1EUR20,"), 7, "2EUR21,");
  const auto result = RunMt940(file);
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(
      result.summary.notes[0].text,
      "account DE02120300000000202051: states 2 debits of 21.00 EUR, but holds 1 of 20.00 EUR");
}

TEST(Mt940, LinesThatCannotBeRead) {
  for (const auto& [line, why] :
       {std::pair("C1,00NTRF", "doesn't begin with a value date YYMMDD"),
        std::pair("261306C1,00NTRF", "has a value date that doesn't exist"),
        std::pair("2603061340C1,00NTRF", "has an entry date that doesn't exist"),
        std::pair("26030603C1,00NTRF", "has an entry date that isn't MMDD"),
        std::pair("260306X1,00NTRF", "has none of C, D, RC, RD behind its dates"),
        std::pair("260306C1,001NTRF", "has more than the currency's 2 decimals"),
        std::pair("260306C92233720368547758,08NTRF", "is beyond 64 bits"),
        std::pair("260306CNTRF", "has no amount behind C or D")}) {
    const auto result = RunMt940(Statement(Line(line) + Line("260306C1,NTRFNONREF")));
    EXPECT_THAT(result.quarantined, ElementsAre(::testing::AllOf(
                                        ::testing::StartsWith("bank.sta:5: 61 "), HasSubstr(why))));
    EXPECT_EQ(result.events.size(), 1u) << "the rest goes on";
  }
}

TEST(Mt940, AccountAndCurrencyMustBeSaid) {
  std::string file = Statement(Line("260306C1,00NTRFNONREF"));
  file.erase(file.find(":25:DE1\n"), 8);
  EXPECT_EQ(RunMt940(file).status.message(),
            "bank.sta:3: the statement names no account (:25:): say which with --account");
  EXPECT_EQ(
      RunMt940(":20:X\n:25:DE1\n:13D:2603061200\n:61:260306C1,NTRFNONREF\n-\n").status.message(),
      "bank.sta:4: neither a balance nor :34F: tells the currency: say it with --currency EUR");
}

TEST(Mt940, ALineOutsideAStatementIsQuarantined) {
  const auto result =
      RunMt940(Statement(Line("260306C1,NTRFNONREF")) + Line("260306C2,NTRFNONREF"));
  EXPECT_EQ(result.events.size(), 1u);
  EXPECT_THAT(result.quarantined, ElementsAre(HasSubstr("stands outside a statement")));
}

TEST(Mt940, CutOffFileIsRefusedWhole) {
  const std::string file = Statement(Line("260306C1,00NTRFNONREF"));
  const auto cut = RunMt940(file.substr(0, file.find(":62F")));
  EXPECT_EQ(cut.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(cut.status.message(),
            "bank.sta:1: the statement has an opening and no closing balance (:62F:): the file is "
            "cut off, fetch it again");
  testing::ExpectSurvivesTruncation(Mt940(), testing::ReadTestFile("mt940/testdata/booked.sta"),
                                    BankContext());
}

TEST(Mt940, NoStatement) {
  EXPECT_EQ(RunMt940("hello\n:20:X\n").status.message(),
            "bank.sta: holds no statement (no :60F:, :34F: or :61:)");
}

TEST(Mt940, EncodingsAndLineEnds) {
  const std::string plain = Statement(":61:260306C1,00NTRFNONREF\n:86:caf\xC3\xA9\n");
  const auto identities = testing::Identities(RunMt940(plain));
  std::string windows, utf16 = "\xFF\xFE", old_mac;
  for (const char c : plain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  for (const char c : plain) old_mac += c == '\n' ? '\r' : c;
  EXPECT_EQ(testing::Identities(RunMt940("\xEF\xBB\xBF" + windows)), identities);
  EXPECT_EQ(testing::Identities(RunMt940(old_mac)), identities);
  std::string latin = plain;
  latin.replace(latin.find("\xC3\xA9"), 2, "\xE9");
  EXPECT_EQ(testing::Identities(RunMt940(latin)), identities);
  for (const char c : latin) utf16 += {c, '\0'};
  EXPECT_EQ(testing::Identities(RunMt940(utf16)), identities);
  EXPECT_EQ((*Detect("x", utf16))->name(), "mt940");
}

}  // namespace
}  // namespace tieout::connectors
