#include "connectors/camt053/camt053.h"

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

Context BankContext() {
  Context context;
  context.file_name = "bank.xml";
  return context;
}

testing::Result RunCamt(std::string_view bytes) {
  return testing::Run(Camt053(), bytes, BankContext());
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

TEST(Camt053, GoldenOfEnvelopeBatchReturnPendingAndYen) {
  testing::ExpectGolden(Camt053(), "camt053/testdata/booked.xml", "camt053/testdata/booked.jsonl",
                        BankContext());
}

TEST(Camt053, BalancesAndCoverage) {
  const auto result = RunCamt(testing::ReadTestFile("camt053/testdata/booked.xml"));
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

TEST(Camt053, IdenticalEntriesWithoutReferenceBothCount) {
  const auto result = RunCamt(Statement(Entry("1.00") + Entry("1.00")));
  const auto identities = testing::Identities(result);
  ASSERT_EQ(identities.size(), 2u);
  EXPECT_NE(identities[0], identities[1]);
}

TEST(Camt053, ReversalIndicatorDoesNotTurnTheDirection) {
  EXPECT_THAT(testing::Brief(RunCamt(Statement(Entry("7.00", "<RvslInd>true</RvslInd>")))),
              HasSubstr("bank_deposit 7.00 EUR"));
}

TEST(Camt053, IntradayAndNotificationsAreProvisional) {
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

TEST(Camt053, BrokenBalanceIsNotedNotRefused) {
  const auto result = RunCamt(Statement(Entry("8.85"), "127.05"));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].code, "BALANCE_CHAIN_BROKEN");
  EXPECT_EQ(result.summary.notes[0].text,
            "account DE1: statement S opens with 100.00 EUR and books 8.85 EUR, but closes with "
            "127.05 EUR: off by 18.20 EUR");
  EXPECT_EQ(result.events.size(), 1u);
}

TEST(Camt053, TextsDoNotChangeTheIdentityOfAReferencedEntry) {
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

TEST(Camt053, GarbledAmount) {
  EXPECT_THAT(RunCamt(Statement(Entry("12..34"))).quarantined,
              ElementsAre(HasSubstr("bank.xml:4: Amt \"12..34\": is no number")));
  EXPECT_THAT(RunCamt(Statement(Entry("-1.00"))).quarantined,
              ElementsAre("bank.xml:4: Amt \"-1.00\": is negative: the direction stands in "
                          "CdtDbtInd"));
  EXPECT_THAT(RunCamt(Statement(Entry("1.00001"))).quarantined,
              ElementsAre("bank.xml:4: Amt \"1.00001\": has more than the currency's 2 decimals"));
}

TEST(Camt053, AmountBeyond64Bits) {
  EXPECT_THAT(RunCamt(Statement(Entry("92233720368547758.08"))).quarantined,
              ElementsAre("bank.xml:4: Amt \"92233720368547758.08\": is beyond 64 bits"));
}

TEST(Camt053, WrongCurrency) {
  std::string file = Statement(Entry("1.00"));
  const size_t at = file.find("<Ntry><Amt Ccy=\"EUR\"") + 16;
  EXPECT_THAT(RunCamt(std::string(file).replace(at, 3, "USD")).quarantined,
              ElementsAre("bank.xml:4: Ccy \"USD\": the account DE1 is kept in EUR"));
  EXPECT_THAT(RunCamt(std::string(file).replace(at, 3, "EUX")).quarantined,
              ElementsAre("bank.xml:4: Ccy \"EUX\": is no ISO 4217 currency"));
}

TEST(Camt053, UnknownDirectionAndStatus) {
  std::string file = Statement(Entry("1.00"));
  std::string direction = file;
  direction.replace(direction.rfind("CRDT"), 4, "BOTH");
  EXPECT_THAT(RunCamt(direction).quarantined,
              ElementsAre("bank.xml:4: CdtDbtInd \"BOTH\": is neither CRDT nor DBIT"));
  file.replace(file.find("<Sts>BOOK</Sts>"), 15, "");
  EXPECT_THAT(RunCamt(file).quarantined,
              ElementsAre("bank.xml:4: Sts \"\": is missing: booked or not can't be told"));
}

TEST(Camt053, CutOffFileIsRefusedWhole) {
  const std::string file = Statement(Entry("1.00"));
  const auto cut = RunCamt(file.substr(0, file.size() - 30));
  EXPECT_EQ(cut.status.code(), absl::StatusCode::kDataLoss);
  EXPECT_EQ(cut.status.message(),
            "bank.xml:5: the XML ends in the middle: the file is cut off, fetch it again");
}

TEST(Camt053, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(
      Camt053(), Statement(Entry("1.00", "<AcctSvcrRef>R</AcctSvcrRef>"), "101.00"), BankContext());
}

TEST(Camt053, EntitiesAreRefused) {
  const auto result = RunCamt("<!DOCTYPE x [<!ENTITY a \"aaaa\">]><Document>&a;</Document>");
  EXPECT_EQ(result.status.message(),
            "bank.xml:1: a document type declaration (DOCTYPE) stands in the file: refused, no "
            "statement needs one");
}

TEST(Camt053, DeepNestingIsRefused) {
  std::string deep;
  for (int i = 0; i < 100; ++i) deep += "<a>";
  EXPECT_EQ(RunCamt(deep).status.message(), "bank.xml:1: elements nest deeper than 64");
}

TEST(Camt053, NoStatement) {
  EXPECT_EQ(RunCamt("<Document><BkToCstmrStmt><GrpHdr><MsgId>M</MsgId></GrpHdr></BkToCstmrStmt>"
                    "</Document>")
                .status.message(),
            "bank.xml: holds no statement (no Stmt element)");
}

TEST(Camt053, AccountMustBeNamed) {
  std::string file = Statement(Entry("1.00"));
  file.replace(file.find("<IBAN>DE1</IBAN>"), 16, "");
  EXPECT_EQ(RunCamt(file).status.message(),
            "bank.xml:4: statement S names no account: say which with --account");
}

TEST(Camt053, ByteOrderMarkCrLfAndWindows1252) {
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
