#include "connectors/camt/camt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Context BankContext() {
  Context context;
  context.file_name = "bank.xml";
  return context;
}

testing::Result RunCamt(std::string_view bytes) {
  return testing::Run(Camt(), bytes, BankContext());
}

std::string Entry(std::string_view amount, std::string_view rest = "") {
  return "<Ntry><Amt Ccy=\"EUR\">" + std::string(amount) +
         "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts>"
         "<BookgDt><Dt>2026-03-06</Dt></BookgDt>" +
         std::string(rest) + "</Ntry>\n";
}

// A statement without namespace, opening 100.00; `closing` empty: none.
std::string Statement(std::string_view entries, std::string_view closing = "",
                      std::string_view message = "BkToCstmrStmt", std::string_view stmt = "Stmt") {
  const auto balance = [](std::string_view code, std::string_view amount) {
    return "<Bal><Tp><CdOrPrtry><Cd>" + std::string(code) +
           "</Cd></CdOrPrtry></Tp><Amt Ccy=\"EUR\">" + std::string(amount) +
           "</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-03-06</Dt></Dt></Bal>\n";
  };
  return "<Document><" + std::string(message) + "><" + std::string(stmt) +
         ">\n<Id>S</Id><Acct><Id><IBAN>DE1</IBAN></Id><Ccy>EUR</Ccy></Acct>\n" +
         balance("OPBD", "100.00") + (closing.empty() ? "" : balance("CLBD", closing)) +
         std::string(entries) + "</" + std::string(stmt) + "></" + std::string(message) +
         "></Document>";
}

TEST(Camt, GoldenOfEnvelopeBatchReturnPendingAndYen) {
  testing::ExpectGolden(Camt(), "camt/testdata/booked.xml", "camt/testdata/booked.jsonl",
                        BankContext());
}

TEST(Camt, BalancesAndCoverage) {
  const auto result = RunCamt(testing::ReadTestFile("camt/testdata/booked.xml"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  ASSERT_EQ(result.summary.accounts.size(), 2u);
  const AccountSummary& euro = result.summary.accounts[0];
  EXPECT_EQ(euro.merchant_account, "DE02120300000000202051");
  EXPECT_EQ(euro.opening, 100000);
  EXPECT_EQ(euro.closing, 115802);
  EXPECT_EQ(euro.total, 15802);  // the pending 9.00 apart
  EXPECT_EQ(euro.stated_total, ledger::WideMinor{15802});
  EXPECT_EQ(euro.sequence, "7");
  EXPECT_EQ(base::FormatInstant(euro.coverage_from_us), "2026-03-05T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(euro.coverage_to_us), "2026-03-07T00:00:00Z");
  const AccountSummary& yen = result.summary.accounts[1];
  EXPECT_EQ(yen.opening, -5000);
  EXPECT_EQ(yen.total, 2000);
  // The previous day's closing balance opens the next day.
  EXPECT_EQ(base::FormatInstant(yen.coverage_from_us), "2026-03-06T00:00:00Z");
}

TEST(Camt, IdenticalEntriesWithoutReferenceBothCount) {
  const auto result = RunCamt(Statement(Entry("1.00") + Entry("1.00")));
  const auto identities = testing::Identities(result);
  ASSERT_EQ(identities.size(), 2u);
  EXPECT_NE(identities[0], identities[1]);
}

TEST(Camt, ReversalIndicatorDoesNotTurnTheDirection) {
  EXPECT_THAT(testing::Brief(RunCamt(Statement(Entry("7.00", "<RvslInd>true</RvslInd>")))),
              HasSubstr("bank_deposit 7.00 EUR"));
}

TEST(Camt, IntradayAndNotificationsAreProvisional) {
  for (const auto& [message, stmt] :
       {std::pair("BkToCstmrAcctRpt", "Rpt"), std::pair("BkToCstmrDbtCdtNtfctn", "Ntfctn")}) {
    const std::string file =
        Statement(Entry("1.00", "<AcctSvcrRef>R1</AcctSvcrRef>"), "", message, stmt);
    ASSERT_TRUE(Detect("x", file).ok());
    const auto result = RunCamt(file);
    EXPECT_THAT(testing::Lines(result), HasSubstr(R"("provisional":true)"));
    EXPECT_EQ(result.summary.accounts.at(0).coverage_to_us, 0);
    // The booked line has the same identity.
    EXPECT_EQ(
        testing::Identities(result),
        testing::Identities(RunCamt(Statement(Entry("1.00", "<AcctSvcrRef>R1</AcctSvcrRef>")))));
  }
}

TEST(Camt, BrokenBalanceIsNotedNotRefused) {
  const auto result = RunCamt(Statement(Entry("8.85"), "127.05"));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].code, "BALANCE_CHAIN_BROKEN");
  EXPECT_EQ(result.summary.notes[0].text,
            "account DE1: statement S opens with 100.00 EUR and books 8.85 EUR, but closes with "
            "127.05 EUR: off by 18.20 EUR");
  EXPECT_EQ(result.events.size(), 1u);
}

// What a later message may tell otherwise, one by one, and what it may not.
TEST(Camt, OnlyReferenceAmountAndCurrencyAreIdentity) {
  const std::string entry =
      "<Ntry><Amt Ccy=\"EUR\">5.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK</Sts><BookgDt><Dt>"
      "2026-03-06</Dt></BookgDt><ValDt><Dt>2026-03-07</Dt></ValDt><AcctSvcrRef>R1</AcctSvcrRef>"
      "<BkTxCd><Prtry><Cd>166</Cd></Prtry></BkTxCd><Chrgs><Amt Ccy=\"EUR\">1.00</Amt></Chrgs>"
      "<NtryDtls><TxDtls><Refs><EndToEndId>E1</EndToEndId></Refs><RltdPties><Dbtr><Nm>Ann</Nm></"
      "Dbtr>"
      "<DbtrAcct><Id><IBAN>DE9</IBAN></Id></DbtrAcct></RltdPties><RmtInf><Ustrd>one</Ustrd></"
      "RmtInf>"
      "</TxDtls></NtryDtls><AddtlNtryInf>two</AddtlNtryInf></Ntry>";
  const auto with = [&](std::string_view from, std::string_view to) {
    std::string changed = entry;
    changed.replace(changed.find(from), from.size(), to);
    return testing::Identities(RunCamt(Statement(changed)));
  };
  const auto plain = with("R1", "R1");
  ASSERT_EQ(plain.size(), 1u);
  for (const auto& [from, to] :
       {std::pair("2026-03-06", "2026-03-05"), std::pair("2026-03-07", "2026-03-09"),
        std::pair("BOOK<", "PDNG<"), std::pair(">166<", ">177<"), std::pair("1.00", "2.00"),
        std::pair("E1", "E2"), std::pair("Ann", "Bea"), std::pair("DE9", "DE8"),
        std::pair("one", "three"), std::pair("two", "four")}) {
    EXPECT_EQ(with(from, to), plain) << from;
  }
  for (const auto& [from, to] :
       {std::pair("R1", "R2"), std::pair("5.00", "5.01"), std::pair(">CRDT<", ">DBIT<"),
        std::pair("<Sts>", "<RvslInd>true</RvslInd><Sts>")}) {
    EXPECT_NE(with(from, to), plain) << from;
  }
}

// What is only announced is not in tomorrow's statement: the booked entry is the same without it.
TEST(Camt, PendingEntriesAreNotCountedAmongBookedOnes) {
  for (const char* rest : {"", "<AcctSvcrRef>R1</AcctSvcrRef>"}) {
    const std::string booked = Entry("1.00", rest);
    std::string pending = booked;
    pending.replace(pending.find("BOOK"), 4, "PDNG");
    const auto both = testing::Identities(RunCamt(Statement(pending + booked)));
    ASSERT_EQ(both.size(), 2u);
    EXPECT_THAT(both, Contains(testing::Identities(RunCamt(Statement(booked))).front())) << rest;
  }
}

TEST(Camt, AReversalUnderTheSameReferenceIsAnEntryOfItsOwn) {
  const auto result = RunCamt(
      Statement(Entry("7.00", "<AcctSvcrRef>R1</AcctSvcrRef><RvslInd>1</RvslInd>"), "107.00"));
  EXPECT_EQ(testing::Brief(result), "bank/DE1/R1.reversal/entry bank_deposit 7.00 EUR\n");
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("return_of":"R1")"));
}

TEST(Camt, TheReferenceOfAnOnlyPartIsTheEntrys) {
  const auto part = [](std::string_view reference) {
    return "<TxDtls><Refs><AcctSvcrRef>" + std::string(reference) +
           "</AcctSvcrRef></Refs></TxDtls>";
  };
  EXPECT_EQ(
      testing::Brief(RunCamt(Statement(Entry("1.00", "<NtryDtls>" + part("P1") + "</NtryDtls>")))),
      "bank/DE1/P1/entry bank_deposit 1.00 EUR\n");
  // Of several parts none is the entry's.
  EXPECT_THAT(testing::Brief(RunCamt(Statement(
                  Entry("1.00", "<NtryDtls>" + part("P1") + part("P2") + "</NtryDtls>")))),
              HasSubstr("bank/DE1/2026-03-06."));
}

// One account number with a pocket per currency: the same statement number, index, day and amount.
TEST(Camt, PocketsOfOneAccountAreKeptApart) {
  for (const std::string_view number : {"", "<ElctrncSeqNb>7</ElctrncSeqNb>"}) {
    const auto pocket = [&](std::string_view currency) {
      std::string file = Statement(Entry("1.00") + std::string(number));
      for (size_t at = file.find("EUR"); at != std::string::npos; at = file.find("EUR")) {
        file.replace(at, 3, currency);
      }
      const size_t stmt = file.find("<Id>S</Id>");
      return testing::Brief(RunCamt(file.insert(stmt, number)));
    };
    const std::string usd = pocket("USD");
    const std::string gbp = pocket("GBP");
    EXPECT_NE(usd.substr(0, usd.find(' ')), gbp.substr(0, gbp.find(' '))) << usd << gbp;
  }
}

// 10.00 USD at 0.90 are 9.00 EUR: the part says its amount in both.
TEST(Camt, AForeignAmountIsNoPartOfTheSum) {
  const auto part = [](std::string_view euro) {
    return "<NtryDtls><TxDtls><AmtDtls><InstdAmt><Amt Ccy=\"USD\">10.00</Amt></InstdAmt><TxAmt>"
           "<Amt Ccy=\"EUR\">" +
           std::string(euro) + "</Amt></TxAmt></AmtDtls></TxDtls></NtryDtls>";
  };
  EXPECT_THAT(RunCamt(Statement(Entry("9.00", part("9.00")))).summary.notes, IsEmpty());
  EXPECT_EQ(RunCamt(Statement(Entry("9.00", part("9.01")))).summary.notes.size(), 1u);
  const std::string only_foreign =
      "<NtryDtls><TxDtls><Amt Ccy=\"USD\">10.00</Amt></TxDtls></NtryDtls>";
  EXPECT_THAT(RunCamt(Statement(Entry("9.00", only_foreign))).summary.notes, IsEmpty());
  // Three parts announced, one shown: nothing to judge.
  const std::string one_of_three =
      "<NtryDtls><Btch><NbOfTxs>3</NbOfTxs></Btch><TxDtls><Amt Ccy=\"EUR\">3.00</Amt></TxDtls>"
      "</NtryDtls>";
  EXPECT_THAT(RunCamt(Statement(Entry("9.00", one_of_three))).summary.notes, IsEmpty());
}

TEST(Camt, DatesInTheOtherElementWithZoneAndWithoutBookingDate) {
  const auto dates = [](std::string_view entry_dates) {
    const std::string entry =
        "<Ntry><Amt Ccy=\"EUR\">1.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts>BOOK"
        "</Sts>" +
        std::string(entry_dates) + "</Ntry>";
    const std::string lines = testing::Lines(RunCamt(Statement(entry)));
    const auto of = [&](std::string_view key) {
      const size_t at = lines.find(key);
      return at == std::string::npos ? "" : lines.substr(at + key.size() + 3, 10);
    };
    return of("booking_date") + " " + of("value_date");
  };
  EXPECT_EQ(dates("<BookgDt><DtTm>2026-03-06T23:30:00+01:00</DtTm></BookgDt>"),
            "2026-03-06 2026-03-06");
  EXPECT_EQ(
      dates("<BookgDt><Dt>2026-03-06T10:00:00</Dt></BookgDt><ValDt><Dt>2026-03-07Z</Dt></ValDt>"),
      "2026-03-06 2026-03-07");
  EXPECT_EQ(dates("<BookgDt><DtTm>2026-03-06</DtTm></BookgDt>"), "2026-03-06 2026-03-06");
  EXPECT_EQ(dates("<ValDt><Dt>2026-03-07</Dt></ValDt>"), "2026-03-07 2026-03-07");
}

TEST(Camt, ANotificationWithoutDatesIsOfTheDayItWasMade) {
  std::string file = Statement(Entry("1.00"), "", "BkToCstmrDbtCdtNtfctn", "Ntfctn");
  const std::string_view date = "<BookgDt><Dt>2026-03-06</Dt></BookgDt>";
  file.erase(file.rfind(date), date.size());
  EXPECT_EQ(RunCamt(file).quarantined.size(), 1u);
  file.insert(file.find("<Acct>"), "<CreDtTm>2026-03-08T10:00:00Z</CreDtTm>");
  EXPECT_THAT(testing::Lines(RunCamt(file)), HasSubstr(R"("booking_date":"2026-03-08")"));
}

TEST(Camt, NoDateThatCanBeRead) {
  std::string file = Statement(Entry("1.00"));
  file.replace(file.rfind("2026-03-06"), 10, "06.03.2026");
  EXPECT_THAT(RunCamt(file).quarantined,
              ElementsAre(HasSubstr("no booking date and no value date can be read")));
}

TEST(Camt, TextsDoNotChangeTheIdentityOfAReferencedEntry) {
  const std::string_view reference = "<AcctSvcrRef>R1</AcctSvcrRef>";
  const auto plain = testing::Identities(RunCamt(Statement(Entry("1.00", reference))));
  const std::string more = std::string(reference) +
                           "<ValDt><Dt>2026-03-09</Dt></ValDt><NtryDtls><TxDtls><Refs><EndToEndId>E"
                           "</EndToEndId></Refs><RmtInf><Ustrd>late text</Ustrd></RmtInf></TxDtls>"
                           "</NtryDtls>";
  EXPECT_EQ(plain, testing::Identities(RunCamt(Statement(Entry("1.00", more)))));
  EXPECT_NE(plain, testing::Identities(RunCamt(Statement(Entry("1.01", reference)))));
}

// --- bad input ---------------------------------------------------------------------------------

TEST(Camt, GarbledAmount) {
  EXPECT_THAT(RunCamt(Statement(Entry("12..34"))).quarantined,
              ElementsAre(HasSubstr("bank.xml:4: Amt \"12..34\": is no number")));
  EXPECT_THAT(RunCamt(Statement(Entry("-1.00"))).quarantined,
              ElementsAre("bank.xml:4: Amt \"-1.00\": is negative: the direction stands in "
                          "CdtDbtInd"));
  EXPECT_THAT(RunCamt(Statement(Entry("1.00001"))).quarantined,
              ElementsAre("bank.xml:4: Amt \"1.00001\": has more than the currency's 2 decimals"));
}

TEST(Camt, AmountBeyond64Bits) {
  EXPECT_THAT(RunCamt(Statement(Entry("92233720368547758.08"))).quarantined,
              ElementsAre("bank.xml:4: Amt \"92233720368547758.08\": is beyond 64 bits"));
}

TEST(Camt, WrongCurrency) {
  std::string file = Statement(Entry("1.00"));
  const size_t at = file.find("<Ntry><Amt Ccy=\"EUR\"") + 16;
  EXPECT_THAT(RunCamt(std::string(file).replace(at, 3, "USD")).quarantined,
              ElementsAre("bank.xml:4: Ccy \"USD\": the account DE1 is kept in EUR"));
  EXPECT_THAT(RunCamt(std::string(file).replace(at, 3, "EUX")).quarantined,
              ElementsAre("bank.xml:4: Ccy \"EUX\": is no ISO 4217 currency"));
}

TEST(Camt, UnknownDirectionAndStatus) {
  std::string file = Statement(Entry("1.00"));
  std::string direction = file;
  direction.replace(direction.rfind("CRDT"), 4, "BOTH");
  EXPECT_THAT(RunCamt(direction).quarantined,
              ElementsAre("bank.xml:4: CdtDbtInd \"BOTH\": is neither CRDT nor DBIT"));
  file.replace(file.find("<Sts>BOOK</Sts>"), 15, "");
  EXPECT_THAT(RunCamt(file).quarantined,
              ElementsAre("bank.xml:4: Sts \"\": is missing: booked or not can't be told"));
}

TEST(Camt, CutOffFileIsRefusedWhole) {
  const std::string file = Statement(Entry("1.00"));
  const auto cut = RunCamt(file.substr(0, file.size() - 30));
  EXPECT_EQ(cut.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(cut.status.message(),
            "bank.xml:5: the XML ends in the middle: the file is cut off, fetch it again");
}

TEST(Camt, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(
      Camt(), Statement(Entry("1.00", "<AcctSvcrRef>R</AcctSvcrRef>"), "101.00"), BankContext());
}

TEST(Camt, EntitiesAreRefused) {
  const auto result = RunCamt("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Document>&a;</Document>");
  EXPECT_EQ(result.status.message(),
            "bank.xml:1: a document type declaration (DOCTYPE) stands in the file: refused, no "
            "statement needs one");
}

TEST(Camt, DeepNestingIsRefused) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_EQ(RunCamt(deep).status.message(), "bank.xml:1: elements nest deeper than 64");
}

TEST(Camt, NoStatement) {
  EXPECT_EQ(RunCamt("<Document><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr></BkToCstmrStmt>"
                    "</Document>")
                .status.message(),
            "bank.xml: holds no statement (no Stmt element)");
}

TEST(Camt, AccountMustBeNamed) {
  std::string file = Statement(Entry("1.00"));
  file.replace(file.find("<IBAN>DE1</IBAN>"), 16, "");
  EXPECT_EQ(RunCamt(file).status.message(),
            "bank.xml:4: statement S names no account: say which with --account");
}

TEST(Camt, ByteOrderMarkCrLfAndWindows1252) {
  const std::string plain = Statement(Entry("1.00", "<AddtlNtryInf>x</AddtlNtryInf>"));
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : plain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(testing::Identities(RunCamt(plain)), testing::Identities(RunCamt(windows)));
  const auto latin =
      RunCamt("<?xml version=\"1.0\" encoding=\"windows-1252\"?>" +
              Statement(Entry("1.00", "<AddtlNtryInf>caf\xE9 5\x80</AddtlNtryInf>")));
  EXPECT_THAT(testing::Lines(latin), HasSubstr("café 5€"));
}

}  // namespace
}  // namespace tieout::connectors
