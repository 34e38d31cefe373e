#include "connectors/bank_csv/bank_csv.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/bank_csv/profile.h"
#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Context BankContext(std::string profile = "") {
  Context context;
  context.file_name = "bank.csv";
  context.merchant_account = "DE1";
  context.currency = "EUR";
  context.profile = std::move(profile);
  return context;
}

testing::Result RunBank(std::string_view bytes, std::string profile = "") {
  return testing::Run(BankCsv(), bytes, BankContext(std::move(profile)));
}

std::string GirokontoProfile() {
  return TIEOUT_SOURCE_DIR "/tests/connectors/bank_csv/testdata/girokonto.toml";
}

TEST(BankCsv, GoldenOfAProfileWithPreambleFooterQuotedNewlineAndBalance) {
  testing::ExpectGolden(BankCsv(), "bank_csv/testdata/girokonto.csv",
                        "bank_csv/testdata/girokonto.jsonl", BankContext(GirokontoProfile()));
}

TEST(BankCsv, BalancesCoverageAndTwins) {
  const auto result =
      RunBank(testing::ReadTestFile("bank_csv/testdata/girokonto.csv"), GirokontoProfile());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.summary.notes, IsEmpty());
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  const AccountSummary& account = result.summary.accounts[0];
  EXPECT_EQ(account.opening, 231310);
  EXPECT_EQ(account.closing, 121450);
  EXPECT_EQ(account.total, -109860);
  EXPECT_EQ(account.stated_total, ledger::WideMinor{-109860});
  EXPECT_EQ(base::FormatInstant(account.coverage_from_us), "2026-03-02T00:00:00Z");
  EXPECT_EQ(base::FormatInstant(account.coverage_to_us), "2026-03-10T00:00:00Z");
  EXPECT_THAT(result.no_ops, ElementsAre("10: the profile ignores such rows"));
  // Two equal credits of 10.48 on one day are two rows, with a balance each.
  EXPECT_EQ(result.summary.events, 4u);
  EXPECT_EQ(testing::Identities(result).size(), 4u);
}

TEST(BankCsv, GenericProfileReadsOtherLanguagesAndSigns) {
  EXPECT_THAT(
      testing::Brief(RunBank("Fecha;Concepto;Importe;Moneda\n2026-04-02;Alquiler;-1.234,56;EUR\n")),
      HasSubstr("bank_deposit -1,234.56 EUR"));
  EXPECT_THAT(
      testing::Brief(RunBank("Booking Date,Details,Credit,Debit\n2026-04-02,a,\"1,250.50\",\n"
                             "2026-04-03,b,,200.25\n2026-04-04,c,,-1.00\n")),
      ::testing::AllOf(HasSubstr("1,250.50 EUR"), HasSubstr("-200.25 EUR"),
                       HasSubstr("-1.00 EUR")));
  EXPECT_THAT(testing::Brief(RunBank("Date\tText\tAmount\tD/C\n2026-04-02\ta\t5,00\tS\n"
                                     "2026-04-02\tb\t6,00\tH\n")),
              ::testing::AllOf(HasSubstr("-5.00 EUR"), HasSubstr(" 6.00 EUR")));
}

TEST(BankCsv, InverseSignForCreditCards) {
  const auto profile =
      bank_csv::ParseProfile("card", "sign = \"inverse\"\n[columns]\ndate = 1\namount = 2\n");
  EXPECT_TRUE(profile.ok()) << profile.status();
  EXPECT_EQ(profile->sign, bank_csv::Sign::kInverse);
}

TEST(BankCsv, ColumnOfTheOtherSidesAccountIsNotOurs) {
  const auto result =
      RunBank("Date,Amount,IBAN\n2026-04-02,1.00,DE75512108001245126199\n2026-04-03,2.00,\n");
  EXPECT_THAT(testing::Brief(result), HasSubstr("bank/DE1/"));
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("counterparty_account":"DE7551)"));
  // A column that doesn't change is the account's own.
  EXPECT_THAT(testing::Brief(RunBank("Date,Amount,IBAN\n2026-04-02,1.00,DE75\n")),
              HasSubstr("bank/DE75/"));
}

// --- identity ----------------------------------------------------------------------------------

TEST(BankCsv, LateColumnsChangeNeitherIdsNorContent) {
  EXPECT_EQ(testing::Identities(RunBank("Date,Value Date,Description,Amount,Category\n"
                                        "2026-04-02,2026-04-02,Rent  April,1.00,\n")),
            testing::Identities(RunBank("Date,Value Date,Description,Amount,Category\n"
                                        "2026-04-02,2026-04-03,Rent April,1.00,home\n")));
}

// The balance tells rows apart beside the id, so that an export without it has the same ones.
TEST(BankCsv, BalanceIsNoPartOfTheId) {
  const auto with = RunBank(
      "Date,Description,Amount,Balance\n2026-04-02,a,1.00,11.00\n2026-04-02,a,1.00,12.00\n");
  EXPECT_EQ(testing::Identities(with),
            testing::Identities(
                RunBank("Date,Description,Amount\n2026-04-02,a,1.00\n2026-04-02,a,1.00\n")));
  EXPECT_THAT(testing::Lines(with), HasSubstr(R"("balance_after_minor":"1100")"));
  EXPECT_THAT(testing::Lines(with), HasSubstr(R"("balance_after_minor":"1200")"));
}

TEST(BankCsv, RowsOfEqualBalanceAreCounted) {
  const std::string lines = testing::Lines(
      RunBank("Date,Description,Amount,Balance\n2026-04-02,a,1.00,11.00\n2026-04-02,b,-1.00,10.00\n"
              "2026-04-02,a,1.00,11.00\n2026-04-02,a,1.00,12.00\n"));
  EXPECT_THAT(lines, HasSubstr(R"("ordinal":1,"balance_after_minor":"1100","balance_ordinal":1})"));
  EXPECT_THAT(lines, HasSubstr(R"("ordinal":2,"balance_after_minor":"1200"})"));
}

// A balance that stands on a day's last row only comes and goes with the export.
TEST(BankCsv, BalanceOfADaysLastRowOnlyTellsNothing) {
  const std::string lines = testing::Lines(
      RunBank("Date,Description,Amount,Balance\n2026-04-02,a,1.00,\n2026-04-02,b,1.00,4.00\n"));
  EXPECT_EQ(lines.find("balance_after_minor"), std::string::npos);
}

TEST(BankCsv, TimesOfDayTellRowsApartAndBoundTheCoverage) {
  const auto result =
      RunBank("Date,Description,Amount\n2026-04-02 09:00:00,a,1.00\n2026-04-02 15:30:00,a,1.00\n");
  ASSERT_EQ(result.summary.accounts.size(), 1u);
  const AccountSummary& account = result.summary.accounts[0];
  EXPECT_EQ(base::FormatInstant(account.coverage_from_us), "2026-04-02T09:00:00Z");
  EXPECT_EQ(base::FormatInstant(account.coverage_to_us), "2026-04-02T15:30:01Z");
  const auto afternoon =
      testing::Identities(RunBank("Date,Description,Amount\n2026-04-02 15:30:00,a,1.00\n"));
  EXPECT_THAT(testing::Identities(result), ::testing::IsSupersetOf(afternoon));
  // Days first, and a time behind them.
  EXPECT_THAT(testing::Lines(RunBank("Datum;Text;Betrag\n15.04.2026 09:30;a;1,00\n")),
              HasSubstr("2026-04-15T09:30:00Z"));
}

TEST(BankCsv, OriginColumnsChangeTheId) {
  const std::string header = "Date,Description,Amount,Reference,Payee\n";
  const auto base = testing::Identities(RunBank(header + "2026-04-02,Rent,1.00,R,P\n"));
  for (const char* row :
       {"2026-04-03,Rent,1.00,R,P\n", "2026-04-02,Food,1.00,R,P\n", "2026-04-02,Rent,1.01,R,P\n",
        "2026-04-02,Rent,1.00,S,P\n", "2026-04-02,Rent,1.00,R,Q\n"}) {
    EXPECT_NE(base, testing::Identities(RunBank(header + row))) << row;
  }
}

TEST(BankCsv, OrderOfRowsDoesNotMatter) {
  const std::string header = "Date,Description,Amount\n";
  EXPECT_EQ(testing::Identities(RunBank(header + "2026-04-02,a,1.00\n2026-04-02,a,1.00\n"
                                                 "2026-04-03,b,2.00\n")),
            testing::Identities(RunBank(header + "2026-04-03,b,2.00\n2026-04-02,a,1.00\n"
                                                 "2026-04-02,a,1.00\n")));
}

// --- the balance chain -------------------------------------------------------------------------

TEST(BankCsv, FirstLineThatBreaksTheChainIsNamed) {
  const auto result = RunBank(
      "Date,Amount,Balance\n2026-04-01,10.00,110.00\n2026-04-02,5.00,115.00\n"
      "2026-04-03,5.00,125.00\n2026-04-04,1.00,200.00\n");
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].line, 4u);
  EXPECT_EQ(result.summary.notes[0].text,
            "account DE1: the balance 125.00 EUR doesn't follow from the row before and the amount "
            "5.00 EUR: a row is missing, or was changed");
  EXPECT_EQ(result.events.size(), 4u);
}

// --- bad input ---------------------------------------------------------------------------------

TEST(BankCsv, DateThatCouldBeTwoDatesIsRefusedUntilToldWhich) {
  const std::string file = "Date,Amount\n05.03.2026,1.00\n";
  EXPECT_EQ(RunBank(file).status.message(),
            "bank.csv:2: Date \"05.03.2026\" may be 2026-03-05 or 2026-05-03: say which with "
            "date_order in the profile, or --profile generic-dmy (day first) or generic-mdy (month "
            "first)");
  EXPECT_THAT(testing::Brief(RunBank(file, "generic-dmy")), HasSubstr("bank/DE1/2026-03-05."));
  EXPECT_THAT(testing::Brief(RunBank(file, "generic-mdy")), HasSubstr("bank/DE1/2026-05-03."));
  EXPECT_THAT(testing::Brief(RunBank("Date,Amount\n25.03.2026,1.00\n")),
              HasSubstr("bank/DE1/2026-03-25."));
  EXPECT_THAT(RunBank("Date,Amount\n31.02.2026,1.00\n", "generic-dmy").quarantined,
              ElementsAre("bank.csv:2: Date \"31.02.2026\": is no date in the order dmy"));
}

TEST(BankCsv, NumberThatCouldBeTwoNumbers) {
  EXPECT_THAT(
      RunBank("Date,Amount,Currency\n2026-03-05,1.234,BHD\n").quarantined,
      ElementsAre("bank.csv:2: Amount \"1.234\": may be two numbers: say decimal = \".\" or "
                  "\",\" in the profile"));
  EXPECT_THAT(testing::Brief(RunBank("Date,Amount\n2026-03-05,1.234\n")),
              HasSubstr("1,234.00 EUR"));
}

TEST(BankCsv, EncodingsAreRead) {
  const auto text = [](const testing::Result& result) { return testing::Lines(result); };
  EXPECT_THAT(text(RunBank("Date,Amount,Description\n2026-03-05,1.00,caf\xE9\n")),
              HasSubstr("café"));
  EXPECT_THAT(text(RunBank("\xEF\xBB\xBF"
                           "Date,Amount,Description\r\n2026-03-05,1.00,café\r\n")),
              HasSubstr("café"));
  std::string wide = "\xFF\xFE";
  for (const char c : std::string("Date\tAmount\n2026-03-05\t1.00\n")) {
    wide += c;
    wide += '\0';
  }
  EXPECT_THAT(testing::Brief(RunBank(wide)), HasSubstr("bank_deposit 1.00 EUR"));
  EXPECT_EQ(RunBank(wide.substr(0, wide.size() - 1)).status.message(),
            "the file ends within a UTF-16LE character: it is cut off");
}

TEST(BankCsv, EmptyFileAndNoHeader) {
  EXPECT_EQ(RunBank("").status.message(), "bank.csv is empty");
  EXPECT_THAT(
      std::string(RunBank("a,b\n1,2\n").status.message()),
      HasSubstr("bank.csv: profile generic finds no header in the first 50 rows. It needs a "
                "date column (Booking Date"));
}

TEST(BankCsv, WrongDelimiterInTheProfile) {
  EXPECT_THAT(
      std::string(
          RunBank("Buchungstag,Betrag\n2026-03-05,1\n", GirokontoProfile()).status.message()),
      HasSubstr("with columns separated by ';'"));
}

TEST(BankCsv, TruncatedFile) {
  EXPECT_THAT(
      RunBank("Date,Amount,Text\n2026-03-05,1.00,a\n2026-03").quarantined,
      ElementsAre("bank.csv:3: the row has 1 cells, the header 3 columns: the file is cut off "
                  "here, or a line break stands in a field without quotes"));
  testing::ExpectSurvivesTruncation(BankCsv(),
                                    testing::ReadTestFile("bank_csv/testdata/girokonto.csv"),
                                    BankContext(GirokontoProfile()));
}

TEST(BankCsv, QuoteInsideAnUnquotedField) {
  const auto result = RunBank("Date,Amount,Text\n2026-03-05,1.00,5\" disk\n2026-03-06,2.00,b\n");
  EXPECT_THAT(result.quarantined,
              ElementsAre("bank.csv:2: a quote stands inside an unquoted field, or text after a "
                          "closing quote: inside a quoted field a quote is written twice"));
  EXPECT_THAT(testing::Brief(result), HasSubstr("2.00 EUR"));  // the next row is not swallowed
}

TEST(BankCsv, AmountBeyond64BitsWrongCurrencyAndBothColumns) {
  EXPECT_THAT(RunBank("Date,Amount\n2026-03-05,92233720368547758.08\n").quarantined,
              ElementsAre("bank.csv:2: Amount \"92233720368547758.08\": is beyond 64 bits"));
  EXPECT_THAT(RunBank("Date,Amount,Currency\n2026-03-05,1.00,EUX\n").quarantined,
              ElementsAre("bank.csv:2: Currency \"EUX\": is no ISO 4217 currency"));
  EXPECT_THAT(
      RunBank("Date,Debit,Credit\n2026-03-05,1.00,2.00\n2026-03-05,,\n2026-03-06,x,\n").quarantined,
      ElementsAre("bank.csv:2: Debit \"1.00\": and the credit column are both filled",
                  "bank.csv:3: Debit \"\": and the credit column are both empty",
                  HasSubstr("bank.csv:4: Debit \"x\": is no number")));
}

TEST(BankCsv, WhatMustBeSaid) {
  Context context = BankContext();
  context.currency.clear();
  EXPECT_EQ(testing::Run(BankCsv(), "Date,Amount\n2026-03-05,1.00\n", context).status.message(),
            "bank.csv:2: no column names the currency: say it with --currency EUR, or currency in "
            "the profile");
  context = BankContext();
  context.merchant_account.clear();
  EXPECT_EQ(
      testing::Run(BankCsv(), "Date,Amount\n2026-03-05,1.00\n", context).status.message(),
      "bank.csv:2: no column names the account: say it with --account IBAN, or account in the "
      "profile");
}

TEST(BankCsv, ProfilesAreChecked) {
  const auto error = [](std::string_view toml) {
    return std::string(bank_csv::ParseProfile("p", toml).status().message());
  };
  EXPECT_THAT(error("delimter = \";\"\n[columns]\ndate = 1\n"),
              HasSubstr("profile p: delimter (line 1) isn't a key; there are: name, encoding"));
  EXPECT_EQ(error("sign = \"minus\"\n[columns]\ndate = 1\n"),
            "profile p: sign must be signed, inverse, debit_credit, flag or auto");
  EXPECT_EQ(error("x = [\n"),
            "profile p:1: no proper TOML: Error while parsing array: encountered "
            "end-of-file");
  EXPECT_EQ(error("decimal = \",\"\n"), "profile p: no [columns]");
  EXPECT_THAT(std::string(bank_csv::LoadProfile("/nowhere.toml").status().message()),
              HasSubstr("no such profile is built in: generic, generic-dmy, generic-mdy"));
}

TEST(BankCsv, DetectedOnlyWhereNobodyKnowsBetter) {
  const auto bank = Detect("x", "Date,Amount\n2026-03-05,1.00\n");
  ASSERT_TRUE(bank.ok()) << bank.status();
  EXPECT_EQ((*bank)->name(), "bank_csv");
  // A provider's statement that no connector knows is not taken for a bank's.
  EXPECT_FALSE(Detect("x", "Date,Kind,Shop,Currency,Amount,Fees,Net\n").ok());
}

// --- banks known by their columns ----------------------------------------------------------------

testing::Result RunOf(std::string_view bytes) {
  EXPECT_TRUE(Detect("x", bytes).ok());
  Context context;
  context.file_name = "bank.csv";
  context.merchant_account = "A1";
  return testing::Run(BankCsv(), bytes, context);
}
std::string Totals(const testing::Result& result) {
  std::string totals;
  for (const AccountSummary& account : result.summary.accounts) {
    totals += account.merchant_account + " " +
              ledger::FormatMoney(*ledger::Narrow(account.total), account.currency) + " ";
  }
  return totals + std::to_string(result.events.size());
}

// 2,500.00 - 12.50 = 2,487.50; what is only announced counts nothing.
TEST(BankCsv, SparkasseWithAPendingRow) {
  const auto result = RunOf(
      "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";"
      "\"Kundenreferenz (End-to-End)\";\"Beguenstigter/Zahlungspflichtiger\";\"Kontonummer/IBAN\";"
      "\"Betrag\";\"Waehrung\";\"Info\"\n"
      "\"DE12\";\"03.06.26\";\"03.06.26\";\"KARTE\";\"x\";\"\";\"Y\";\"DE9\";\"-1,00\";\"EUR\";"
      "\"Umsatz vorgemerkt\"\n"
      "\"DE12\";\"02.06.26\";\"02.06.26\";\"GUTSCHRIFT\";\"po_1\";\"E-1\";\"Stripe\";\"IE29\";"
      "\"2.500,00\";\"EUR\";\"Umsatz gebucht\"\n"
      "\"DE12\";\"01.06.26\";\"01.06.26\";\"KARTE\";\"M\xFCller\";\"\";\"REWE\";\"DE9\";\"-12,50\";"
      "\"EUR\";\"Umsatz gebucht\"\n");
  EXPECT_EQ(Totals(result), "DE12 2,487.50 EUR 3");
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("provisional":true)"));
  EXPECT_THAT(testing::Lines(result), HasSubstr("Müller"));
  EXPECT_EQ(base::FormatInstant(result.summary.accounts.at(0).coverage_to_us),
            "2026-06-03T00:00:00Z");
}

// What is only announced may never be booked: it takes no ordinal from what is.
TEST(BankCsv, PendingRowsAreNotCountedAmongBookedOnes) {
  const std::string header =
      "\"Auftragskonto\";\"Buchungstag\";\"Valutadatum\";\"Buchungstext\";\"Verwendungszweck\";"
      "\"Kundenreferenz (End-to-End)\";\"Beguenstigter/Zahlungspflichtiger\";"
      "\"Kontonummer/IBAN\";\"Betrag\";\"Waehrung\";\"Info\"\n";
  const std::string row =
      "\"DE12\";\"03.06.26\";\"03.06.26\";\"KARTE\";\"x\";\"\";\"Y\";\"DE9\";\"-1,00\";\"EUR\";";
  const std::string pending = row + "\"Umsatz vorgemerkt\"\n";
  const std::string booked = row + "\"Umsatz gebucht\"\n";
  EXPECT_EQ(testing::Lines(RunOf(header + pending + booked)).find("ordinal"), std::string::npos);
  EXPECT_THAT(testing::Lines(RunOf(header + booked + booked)), HasSubstr(R"("ordinal":1)"));
}

TEST(BankCsv, IngOfTheNetherlands) {
  EXPECT_EQ(Totals(RunOf(
                "\"Datum\",\"Naam / Omschrijving\",\"Rekening\",\"Tegenrekening\",\"Code\",\"Af "
                "Bij\",\"Bedrag (EUR)\",\"MutatieSoort\",\"Mededelingen\"\n"
                "\"20260306\",\"STRIPE\",\"NL1\",\"IE2\",\"GT\",\"Bij\",\"245,00\",\"x\",\"po_1\"\n"
                "\"20260305\",\"BAKKER\",\"NL1\",\"\",\"BA\",\"Af\",\"3,50\",\"x\",\"\"\n")),
            "NL1 241.50 EUR 2");
}

// Day first, without a word on it; the balance chain holds, newest first.
TEST(BankCsv, WiseWhereATransferAndItsFeeShareAnId) {
  const auto result = RunOf(
      "TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance,Payer "
      "Name\n"
      "T-2,02-03-2026,-4.56,EUR,Fee,,1000.00,\nT-2,02-03-2026,-100.00,EUR,Sent,R,1004.56,\n"
      "T-1,01-03-2026,1104.56,EUR,Got,po_1,1104.56,Stripe\n");
  EXPECT_EQ(Totals(result), "A1 1,000.00 EUR 3");
  EXPECT_EQ(result.summary.accounts.at(0).closing, 100000);
  EXPECT_TRUE(result.summary.notes.empty());
}

TEST(BankCsv, ChaseMonthFirstWithATrailingComma) {
  const auto result = RunOf(
      "Details,Posting Date,Description,Amount,Type,Balance,Check or Slip #\n"
      "CREDIT,03/06/2026,\"STRIPE TRANSFER\",245.00,ACH_CREDIT,1245.00,,\n"
      "DEBIT,03/05/2026,\"RENT\",-20.00,ACH_DEBIT,1000.00,,\n");
  EXPECT_EQ(Totals(result), "A1 225.00 USD 2");
  EXPECT_THAT(testing::Lines(result), HasSubstr("2026-03-06"));
}

TEST(BankCsv, BarclaysDayFirst) {
  const auto result = RunOf(
      "Number,Date,Account,Amount,Subcategory,Memo\n"
      ",03/08/2026,20-00-00 12345678,-10.99,PAYMENT,NETFLIX\n"
      ",02/08/2026,20-00-00 12345678,2450.00,DIRECTDEP,ACME\n");
  EXPECT_EQ(Totals(result), "20-00-0012345678 2,439.01 GBP 2");
  EXPECT_THAT(testing::Lines(result), HasSubstr("2026-08-03"));
}

TEST(BankCsv, AmountsInTwoCurrenciesAreTwoRows) {
  const auto ids = testing::Identities(
      RunOf("TransferWise ID,Date,Amount,Currency,Description,Payment Reference,Running Balance\n"
            "T,01-03-2026,5.00,EUR,x,,5.00\nT,01-03-2026,5.00,USD,x,,5.00\n"));
  ASSERT_EQ(ids.size(), 2u);
  EXPECT_NE(ids[0].substr(0, ids[0].find(' ')), ids[1].substr(0, ids[1].find(' ')));
}

}  // namespace
}  // namespace tieout::connectors
