#include "connectors/ofx/ofx.h"

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

testing::Result RunOfx(std::string_view bytes, Context context = Context()) {
  context.file_name = "bank.ofx";
  return testing::Run(Ofx(), bytes, context);
}

std::string File(std::string_view transactions, std::string_view head = "<CURDEF>EUR") {
  return "<OFX><STMTRS>" + std::string(head) +
         "<BANKACCTFROM><ACCTID>1</BANKACCTFROM><BANKTRANLIST>\n" + std::string(transactions) +
         "</BANKTRANLIST></STMTRS></OFX>";
}
std::string Row(std::string_view fields) {
  return "<STMTTRN><DTPOSTED>20260306" + std::string(fields) + "</STMTTRN>\n";
}

TEST(Ofx, GoldenOfSgmlWithOpenLeaves) {
  testing::ExpectGolden(Ofx(), "ofx/testdata/checking.qfx", "ofx/testdata/checking.jsonl",
                        Context());
}

TEST(Ofx, GoldenOfXmlCardWithPendingAndALyingHeader) {
  testing::ExpectGolden(Ofx(), "ofx/testdata/card.ofx", "ofx/testdata/card.jsonl", Context());
}

// 245.00 - 20.00 - 1.50 + 88.50 + 88.50 = 400.50.
TEST(Ofx, SumsAndCoverage) {
  const auto result = RunOfx(testing::ReadTestFile("ofx/testdata/checking.qfx"));
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  const AccountSummary& account = result.summary.accounts[0];
  EXPECT_EQ(account.merchant_account, "021000021/1234567890");
  EXPECT_EQ(account.total, 40050);
  EXPECT_EQ(account.rows, 5u);
  EXPECT_EQ(base::FormatInstant(account.coverage_from_us), "2026-03-01T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(account.coverage_to_us), "2026-03-31T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(result.summary.as_of_us), "2026-03-31T00:00:00Z");
  const auto card = RunOfx(testing::ReadTestFile("ofx/testdata/card.ofx"));
  EXPECT_EQ(card.summary.accounts.at(0).total, -123456) << "the pending 9.90 apart";
}

// OFX 1 and 2 say the same: closing the leaves changes nothing.
TEST(Ofx, SgmlAndXmlAreTheSameEvents) {
  const auto sgml = RunOfx(File(Row("<TRNAMT>1.00<FITID>A<NAME>x")));
  const auto xml = RunOfx("<?xml version=\"1.0\"?>" +
                          File("<STMTTRN><DTPOSTED>20260306</DTPOSTED><TRNAMT>1.00</TRNAMT><FITID>A"
                               "</FITID><NAME>x</NAME></STMTTRN>"));
  EXPECT_EQ(testing::Identities(sgml), testing::Identities(xml));
  EXPECT_EQ(testing::Brief(sgml), "bank/1/A.2026-03-06/entry bank_deposit 1.00 EUR\n");
}

TEST(Ofx, WhatIsIdentity) {
  const std::string row =
      Row("<TRNTYPE>DEP<DTAVAIL>20260307<TRNAMT>5.00<FITID>A<CHECKNUM>C<REFNUM>R"
          "<NAME>N<MEMO>M");
  const auto with = [&](std::string_view from, std::string_view to, bool has_id) {
    std::string changed = row;
    if (!has_id) changed.erase(changed.find("<FITID>A"), 8);
    changed.replace(changed.find(from), from.size(), to);
    return testing::Identities(RunOfx(File(changed)));
  };
  const auto plain = with("DEP", "DEP", true);
  const auto bare = with("DEP", "DEP", false);
  ASSERT_EQ(plain.size(), 1u);
  for (const auto& [from, to] :
       {std::pair("DEP", "ATM"), std::pair("M>C", "M>D"), std::pair("M>R", "M>S"),
        std::pair("E>N", "E>O"), std::pair("O>M", "O>L"), std::pair("20260307", "20260308")}) {
    EXPECT_EQ(with(from, to, true), plain) << from;
  }
  for (const auto& [from, to] :
       {std::pair("5.00", "5.01"), std::pair("ID>A", "ID>B"), std::pair("20260306", "20260305")}) {
    EXPECT_NE(with(from, to, true), plain) << from;
  }
  for (const auto& [from, to] :
       {std::pair("DEP", "ATM"), std::pair("M>C", "M>D"), std::pair("M>R", "M>S"),
        std::pair("E>N", "E>O"), std::pair("O>M", "O>L"), std::pair("5.00", "5.01")}) {
    EXPECT_NE(with(from, to, false), bare) << from;
  }
  EXPECT_EQ(with("20260307", "20260308", false), bare);
}

// Banks that count FITID anew, or give one to a payment and its fee.
TEST(Ofx, OneFitidForSeveralTransactions) {
  const std::string day2 = "<STMTTRN><DTPOSTED>20270306<TRNAMT>1<FITID>A</STMTTRN>";
  EXPECT_EQ(
      testing::Brief(RunOfx(File(Row("<TRNAMT>1<FITID>A") + Row("<TRNAMT>2<FITID>A") +
                                 Row("<TRNAMT>2<FITID>A") + Row("<TRNAMT>3<FITID>A") + day2))),
      "bank/1/A.2026-03-06/entry bank_deposit 1.00 EUR\n"
      "bank/1/A.2026-03-06.1/entry bank_deposit 2.00 EUR\n"
      "bank/1/A.2026-03-06.1/entry bank_deposit 2.00 EUR\n"
      "bank/1/A.2026-03-06.2/entry bank_deposit 3.00 EUR\n"
      "bank/1/A.2027-03-06/entry bank_deposit 1.00 EUR\n");
  for (const std::string_view none : {"", "<FITID>", "<FITID>0"}) {
    const auto ids = testing::Identities(
        RunOfx(File(Row("<TRNAMT>1" + std::string(none)) + Row("<TRNAMT>1" + std::string(none)))));
    ASSERT_EQ(ids.size(), 2u);
    EXPECT_NE(ids[0], ids[1]);
  }
}

TEST(Ofx, AmountsAsBanksWriteThem) {
  const auto amount = [](std::string_view text) {
    const auto result = RunOfx(File(Row("<FITID>A<TRNAMT>" + std::string(text))));
    const std::string brief = testing::Brief(result);
    return brief.empty() ? result.quarantined.at(0) : brief.substr(brief.find("deposit ") + 8);
  };
  EXPECT_EQ(amount("-1.5"), "-1.50 EUR\n");
  EXPECT_EQ(amount("+1,5"), "1.50 EUR\n");
  EXPECT_EQ(amount("1,234.56"), "1,234.56 EUR\n");
  EXPECT_EQ(amount("1.234,56"), "1,234.56 EUR\n");
  EXPECT_EQ(amount("1303.73556"),
            "bank.ofx:2: TRNAMT \"1303.73556\": has more than the currency's 2 decimals");
  EXPECT_THAT(amount("$120"), HasSubstr("bank.ofx:2: TRNAMT \"$120\": is no number"));
  EXPECT_EQ(amount("92233720368547758.08"),
            "bank.ofx:2: TRNAMT \"92233720368547758.08\": is beyond 64 bits");
}

TEST(Ofx, AnIbanIsTheAccountByItself) {
  std::string file = File(Row("<TRNAMT>1<FITID>A"));
  file.replace(file.find("<ACCTID>1"), 9, "<BANKID>9<ACCTID>DE02 1203 0000 0000 2020 51");
  EXPECT_EQ(RunOfx(file).summary.accounts.at(0).merchant_account, "DE02120300000000202051");
}

TEST(Ofx, CurrencyOfATransaction) {
  EXPECT_THAT(RunOfx(File(Row("<TRNAMT>1<FITID>A<CURRENCY><CURRATE>1.1<CURSYM>USD</CURRENCY>")))
                  .quarantined,
              ElementsAre("bank.ofx:2: CURSYM \"USD\": the account 1 is kept in EUR"));
  // ORIGCURRENCY only says what it was before the bank converted it.
  EXPECT_EQ(
      RunOfx(File(Row("<TRNAMT>1<FITID>A<ORIGCURRENCY><CURSYM>USD</ORIGCURRENCY>"))).events.size(),
      1u);
}

// --- bad input ---------------------------------------------------------------------------------

TEST(Ofx, RowsThatCannotBeRead) {
  const auto result =
      RunOfx(File("<STMTTRN><TRNAMT>1<FITID>A</STMTTRN>\n"
                  "<STMTTRN><DTPOSTED>20260231<TRNAMT>1<FITID>A</STMTTRN>\n"
                  "<STMTTRN><DTPOSTED>20260306<TRNAMT>1<FITID>B<CORRECTFITID>A"
                  "<CORRECTACTION>DELETE</STMTTRN>\n" +
                  Row("<TRNAMT>1<FITID>C")));
  EXPECT_THAT(result.quarantined,
              ElementsAre("bank.ofx:2: DTPOSTED \"\": is missing",
                          "bank.ofx:3: DTPOSTED \"20260231\": is no date YYYYMMDD",
                          "bank.ofx:4: CORRECTFITID \"A\": the bank says DELETE of an earlier "
                          "transaction: retract that one's event, and book this one by hand"));
  EXPECT_EQ(result.events.size(), 1u);
}

TEST(Ofx, FilesThatAreRefused) {
  const std::string file = File(Row("<TRNAMT>1<FITID>A"));
  EXPECT_EQ(RunOfx(file.substr(0, file.size() - 6)).status.message(),
            "bank.ofx:3: the file ends without </OFX>: it is cut off, fetch it again");
  EXPECT_EQ(RunOfx("<OFX></OFX>").status.message(),
            "bank.ofx: holds no bank or card statement (no STMTRS, no CCSTMTRS)");
  EXPECT_EQ(RunOfx("<OFX><STATUS><CODE>2000<SEVERITY>ERROR<MESSAGE>General error</STATUS></OFX>")
                .status.message(),
            "bank.ofx: holds no statement; the bank answered 2000 \"General error\"");
  EXPECT_EQ(RunOfx(File(Row("<TRNAMT>1<FITID>A"), "")).status.message(),
            "bank.ofx:1: the statement names no currency (CURDEF): say it with --currency EUR");
  EXPECT_EQ(RunOfx(File(Row("<TRNAMT>1<FITID>A"), "<CURDEF>EUX")).status.message(),
            "bank.ofx:1: CURDEF \"EUX\" is no ISO 4217 currency");
  std::string nameless = file;
  nameless.erase(nameless.find("<ACCTID>1"), 9);
  EXPECT_EQ(RunOfx(nameless).status.message(),
            "bank.ofx:1: the statement names no account (ACCTID): say which with --account");
}

TEST(Ofx, EncodingsAreToldByTheBytes) {
  const std::string plain = File(Row("<TRNAMT>1<FITID>A<NAME>caf\xC3\xA9"));
  const std::string wanted = testing::Lines(RunOfx(plain));
  EXPECT_THAT(wanted, HasSubstr("café"));
  std::string latin = plain;
  latin.replace(latin.find("\xC3\xA9"), 2, "\xE9");
  EXPECT_EQ(testing::Lines(RunOfx(latin)), wanted);
  std::string utf16 = "\xFF\xFE";
  for (const char c : latin) utf16 += {c, '\0'};
  EXPECT_EQ(testing::Lines(RunOfx(utf16)), wanted);
  EXPECT_EQ((*Detect("x", utf16))->name(), "ofx");
  EXPECT_EQ(testing::Lines(RunOfx("\xEF\xBB\xBF" + plain)), wanted);
}

TEST(Ofx, EntitiesOfOnesOwnDoNotExist) {
  EXPECT_THAT(testing::Lines(RunOfx("<!DOCTYPE x [<!ENTITY a \"bomb\">]>" +
                                    File(Row("<TRNAMT>1<FITID>A<NAME>&a;&a; &#65;&#x42; &amp;")))),
              HasSubstr(R"(&a;&a; AB &)"));
}

TEST(Ofx, DetectionAndTruncation) {
  for (const std::string_view file : {"ofx/testdata/checking.qfx", "ofx/testdata/card.ofx"}) {
    const std::string bytes = testing::ReadTestFile(std::string(file));
    ASSERT_TRUE(Detect("x", bytes).ok());
    EXPECT_EQ((*Detect("x", bytes))->name(), "ofx");
    testing::ExpectSurvivesTruncation(Ofx(), bytes, Context());
  }
  EXPECT_EQ(Ofx().Detect("<html><OFX></html>"), Confidence::kNone);
}

}  // namespace
}  // namespace tieout::connectors
