#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/registry.h"
#include "connectors/stripe/stripe.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Context StripeContext() {
  Context context;
  context.file_name = "payouts.csv";
  context.merchant_account = "acct_1";
  return context;
}

testing::Result RunStripe(std::string_view bytes) {
  return testing::Run(Stripe(), bytes, StripeContext());
}

constexpr std::string_view kHeader =
    "automatic_payout_id,automatic_payout_effective_at_utc,balance_transaction_id,created_utc,"
    "available_on_utc,currency,gross,fee,net,reporting_category,source_id,description,charge_id,"
    "payment_metadata[order_id]\n";

// A row of the columns above; `cells` from currency on.
std::string Row(std::string_view id, std::string_view cells) {
  return std::string("po_A,2026-03-06 00:00:00,") + std::string(id) +
         ",2026-03-02 09:00:00,2026-03-05 00:00:00," + std::string(cells) + "\n";
}

std::string File(std::initializer_list<std::string> rows) {
  std::string file(kHeader);
  for (const std::string& row : rows) file += row;
  return file;
}

TEST(StripeReport, GoldenWithAPayoutRow) {
  testing::ExpectGolden(Stripe(), "stripe/testdata/payout_reconciliation.csv",
                        "stripe/testdata/payout_reconciliation.jsonl", StripeContext());
}

TEST(StripeReport, GoldenOfTheOtherColumnSetWithoutAPayoutRow) {
  testing::ExpectGolden(Stripe(), "stripe/testdata/by_id_columns.csv",
                        "stripe/testdata/by_id_columns.jsonl", StripeContext());
}

TEST(StripeReport, GoldenOfTheBalanceHistory) {
  testing::ExpectGolden(Stripe(), "stripe/testdata/balance_history.csv",
                        "stripe/testdata/balance_history.jsonl", StripeContext());
}

TEST(StripeReport, SumOfEventsIsTheFilesOwn) {
  for (const char* file :
       {"payout_reconciliation.csv", "by_id_columns.csv", "balance_history.csv"}) {
    const auto result = RunStripe(testing::ReadTestFile(std::string("stripe/testdata/") + file));
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_FALSE(result.summary.accounts.empty());
    for (const AccountSummary& account : result.summary.accounts) {
      EXPECT_EQ(account.total, account.stated_total) << file << " " << account.currency;
    }
    EXPECT_EQ(result.summary.quarantined, 0u) << file;
  }
}

TEST(StripeReport, DecimalCommaAndUpperCaseCurrencyAreTheSameEvents) {
  const auto point = RunStripe(File({Row("txn_1", "eur,100.00,3.20,96.80,charge,ch_1,,ch_1,")}));
  const auto comma =
      RunStripe(File({Row("txn_1", R"(EUR,"100,00","3,20","96,80",charge,ch_1,,ch_1,)")}));
  EXPECT_EQ(testing::Brief(point), testing::Brief(comma));
  EXPECT_EQ(testing::Identities(point), testing::Identities(comma));
  EXPECT_THAT(testing::Brief(point), HasSubstr("stripe/acct_1/txn_1/gross sale 100.00 EUR\n"
                                               "stripe/acct_1/txn_1/fee fee -3.20 EUR\n"
                                               "stripe/acct_1/po_A/initiated payout 96.80 EUR\n"));
}

TEST(StripeReport, AmountsAreInTheCurrencysOwnDecimals) {
  EXPECT_THAT(testing::Brief(RunStripe(File({Row("t", "jpy,500,10,490,charge,ch_1,,ch_1,")}))),
              HasSubstr("sale 500 JPY"));
  EXPECT_THAT(
      testing::Brief(RunStripe(File({Row("t", "bhd,5.120,0.000,5.120,charge,ch_1,,ch_1,")}))),
      HasSubstr("sale 5.120 BHD"));
}

TEST(StripeReport, FeeColumnOfAFeeRowIsTheTaxOnIt) {
  EXPECT_EQ(testing::Brief(RunStripe(File(
                {Row("t", "eur,-2.00,0.38,-2.38,fee,,\"Radar (2026-03-01 - 2026-03-02)\",,")}))),
            "stripe/acct_1/t/gross fee -2.00 EUR\n"
            "stripe/acct_1/t/tax fee -0.38 EUR\n"
            "stripe/acct_1/po_A/initiated payout -2.38 EUR\n");
}

TEST(StripeReport, UnknownCategoryCountsAndKeepsItsWord) {
  const auto result = RunStripe(File({Row("t", "eur,-7.00,0.00,-7.00,moon_tax,x_1,,,")}));
  EXPECT_THAT(testing::Json(result.events.at(0)),
              HasSubstr(R"("adjustment":{"reason":"unclassified","raw_type":"moon_tax"})"));
}

TEST(StripeReport, FailedPayoutComesBackUnderThePayoutsOwnId) {
  const auto result =
      RunStripe(File({Row("t1", "eur,-50.00,0.00,-50.00,payout,po_A,STRIPE PAYOUT,,"),
                      "po_B,2026-03-09 00:00:00,t2,2026-03-07 09:00:00,2026-03-07 00:00:00,"
                      "eur,50.00,0.00,50.00,payout_reversal,po_A,,,\n"}));
  EXPECT_EQ(testing::Brief(result),
            "stripe/acct_1/po_A/initiated payout 50.00 EUR\n"
            "stripe/acct_1/po_A/failed payout 50.00 EUR\n"
            "stripe/acct_1/po_B/initiated payout 50.00 EUR\n");
  EXPECT_THAT(testing::Lines(result),
              HasSubstr(R"("entry":"stripe/acct_1/po_A","field":"PAYOUT_ID","value":"po_B")"));
}

// --- a period's activity, and a platform's accounts ---------------------------------------------

// balance_change_from_activity.itemized has no payouts at all: a month by its activity alone.
TEST(StripeReport, BalanceChangeIsTheSameEventsAsTheReconciliation) {
  constexpr std::string_view kActivity =
      "balance_transaction_id,created_utc,created,available_on_utc,currency,gross,fee,net,"
      "reporting_category,source_id,description,customer_id,charge_id\n"
      "txn_1,2026-03-02 09:00:00,2026-03-02 10:00:00,2026-03-05 00:00:00,eur,100.00,3.20,96.80,"
      "charge,ch_1,a,cus_1,ch_1\n";
  auto reconciled = testing::Identities(
      RunStripe(File({Row("txn_1", "eur,100.00,3.20,96.80,charge,ch_1,,ch_1,")})));
  std::erase_if(reconciled, [](const std::string& id) { return id.find("po_A") != id.npos; });
  EXPECT_EQ(testing::Identities(RunStripe(kActivity)), reconciled);
}

TEST(StripeReport, RowsOfAPlatformsReportAreOfTheAccountTheyName) {
  constexpr std::string_view kConnected =
      "connected_account,automatic_payout_id,automatic_payout_effective_at_utc,"
      "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,"
      "trace_id\n";
  const auto row = [](std::string_view account, std::string_view n) {
    return fmt::format(
        "{0},po_{1},2026-03-06 00:00:00,txn_{1},2026-03-02 09:00:00,eur,10.00,0.50,"
        "9.50,charge,ch_{1},\n",
        account, n);
  };
  Context context = StripeContext();
  context.merchant_account.clear();
  const auto result = testing::Run(
      Stripe(), std::string(kConnected) + row("acct_A", "1") + row("acct_B", "2"), context);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(testing::Brief(result),
            "stripe/acct_A/txn_1/gross sale 10.00 EUR\nstripe/acct_A/txn_1/fee fee -0.50 EUR\n"
            "stripe/acct_B/txn_2/gross sale 10.00 EUR\nstripe/acct_B/txn_2/fee fee -0.50 EUR\n"
            "stripe/acct_A/po_1/initiated payout 9.50 EUR\n"
            "stripe/acct_B/po_2/initiated payout 9.50 EUR\n");
  ASSERT_EQ(result.summary.accounts.size(), 2u);
  for (const AccountSummary& account : result.summary.accounts) {
    EXPECT_EQ(account.total, account.stated_total);
  }
  EXPECT_THAT(testing::Run(Stripe(), std::string(kConnected) + row("", "1"), context).quarantined,
              ElementsAre("payouts.csv:2: connected_account \"\": is empty"));
}

// --- identity ---------------------------------------------------------------------------------

TEST(StripeReport, LateColumnsChangeNeitherIdsNorContent) {
  const std::string before = File({Row("txn_1", "eur,100.00,3.20,96.80,charge,ch_1,a,ch_1,1001"),
                                   Row("txn_2", "eur,-20.00,0.00,-20.00,refund,re_1,b,ch_1,1001")});
  std::string after(kHeader);
  // Payout, effective time, availability, description and metadata are others; the refund's row
  // doesn't tell its charge.
  after +=
      ",,txn_1,2026-03-02 09:00:00,2026-03-09 00:00:00,eur,100.00,3.20,96.80,charge,ch_1,z,ch_1,\n"
      ",,txn_2,2026-03-02 09:00:00,2026-03-09 00:00:00,eur,-20.00,0.00,-20.00,refund,re_1,z,,77\n";
  auto identities = testing::Identities(RunStripe(before));
  std::erase_if(identities, [](const std::string& id) { return id.find("po_A") != id.npos; });
  EXPECT_EQ(identities, testing::Identities(RunStripe(after)));
}

TEST(StripeReport, OriginColumnsChangeIdOrContent) {
  const std::string base = File({Row("txn_1", "eur,100.00,3.20,96.80,charge,ch_1,a,ch_1,1001")});
  const auto identities = testing::Identities(RunStripe(base));
  for (const char* cells : {"eur,100.01,3.21,96.80,charge,ch_1,a,ch_1,1001",
                            "usd,100.00,3.20,96.80,charge,ch_1,a,ch_1,",
                            "eur,100.00,3.20,96.80,charge,ch_2,a,ch_2,1001",
                            "eur,100.00,3.20,96.80,other_adjustment,ch_1,a,ch_1,1001"}) {
    EXPECT_NE(identities, testing::Identities(RunStripe(File({Row("txn_1", cells)})))) << cells;
  }
  EXPECT_NE(identities, testing::Identities(RunStripe(File(
                            {Row("txn_2", "eur,100.00,3.20,96.80,charge,ch_1,a,ch_1,1001")}))));
}

// --- payouts' lists ----------------------------------------------------------------------------

TEST(StripeReport, ListThatDoesNotAddUpIsNoted) {
  const auto result = RunStripe(File({Row("t1", "eur,10.00,0.00,10.00,charge,ch_1,,ch_1,"),
                                      Row("t2", "eur,-11.00,0.00,-11.00,payout,po_A,,,")}));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].text,
            "payout po_A: its 1 rows sum to 10.00 EUR, its own row says 11.00 EUR");
}

TEST(StripeReport, NoPayoutIsMadeOfAReportOfAPeriod) {
  // The balance change report begins with the transaction's id and has no payout rows: its first
  // and last payouts are cut off.
  const auto result = RunStripe(
      "balance_transaction_id,created_utc,currency,gross,fee,net,reporting_category,source_id,"
      "automatic_payout_id\n"
      "t1,2026-03-02 09:00:00,eur,10.00,0.00,10.00,charge,ch_1,po_A\n");
  EXPECT_EQ(testing::Brief(result), "stripe/acct_1/t1/gross sale 10.00 EUR\n");
}

TEST(StripeReport, NoListIsCompleteInAFileWithAnUnreadableRow) {
  const auto result = RunStripe(File({Row("t1", "eur,10.00,0.00,10.00,charge,ch_1,,ch_1,"),
                                      Row("t2", "eur,x,0.00,1.00,charge,ch_2,,ch_2,")}));
  EXPECT_EQ(testing::Brief(result), "stripe/acct_1/t1/gross sale 10.00 EUR\n");
  EXPECT_THAT(result.summary.notes.at(0).text, HasSubstr("isn't called complete"));
}

// --- bad input ---------------------------------------------------------------------------------

TEST(StripeReport, ByteOrderMarkAndCrLf) {
  const std::string plain = File({Row("t", "eur,1.00,0.00,1.00,charge,ch_1,\"a\nb\",ch_1,")});
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : plain) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  const auto result = RunStripe(windows);
  EXPECT_TRUE(result.status.ok()) << result.status;
  EXPECT_EQ(testing::Identities(result), testing::Identities(RunStripe(plain)));
}

TEST(StripeReport, QuotedNewlineKeepsLineNumbers) {
  const auto result = RunStripe(File({Row("t1", "eur,1.00,0.00,1.00,charge,ch_1,\"a\nb\nc\",ch_1,"),
                                      Row("t2", "eur,oops,0.00,1.00,charge,ch_2,,ch_2,")}));
  EXPECT_THAT(result.quarantined,
              ElementsAre("payouts.csv:5: gross \"oops\": is no number: \"o\" is neither digit nor "
                          "separator"));
  EXPECT_THAT(result.raw.at(0), HasSubstr("t2,2026-03-02 09:00:00"));
}

TEST(StripeReport, EmptyFile) {
  EXPECT_EQ(Detect("payouts.csv", "").status().message(), "payouts.csv is empty");
  EXPECT_EQ(RunStripe("").status.message(), "payouts.csv is empty");
  EXPECT_THAT(RunStripe(kHeader).events, IsEmpty());
}

TEST(StripeReport, TruncatedFile) {
  const auto cut = RunStripe(std::string(kHeader) + "po_A,2026-03-06 00:00:00,txn_1,2026-03");
  EXPECT_THAT(cut.quarantined,
              ElementsAre("payouts.csv:2: the row has 4 cells, the header 14 columns: the file is "
                          "cut off here, or a line break stands in a field without quotes"));
  const auto quoted = RunStripe(std::string(kHeader) + "po_A,\"2026-03-06 00:00");
  EXPECT_THAT(quoted.quarantined,
              ElementsAre("payouts.csv:2: a quoted field isn't closed before the file's end: the "
                          "file is cut off, or a quote is missing"));
}

TEST(StripeReport, TruncationAtEveryByte) {
  const std::string file = testing::ReadTestFile("stripe/testdata/payout_reconciliation.csv");
  testing::ExpectSurvivesTruncation(Stripe(), file, StripeContext());
}

TEST(StripeReport, WrongDelimiter) {
  std::string file = File({Row("t", "eur,1.00,0.00,1.00,charge,ch_1,,ch_1,")});
  std::replace(file.begin(), file.end(), ',', ';');
  ASSERT_TRUE(Detect("payouts.csv", file).ok());
  EXPECT_EQ(RunStripe(file).status.message(),
            "payouts.csv:1: columns are separated by semicolons, Stripe writes commas: a "
            "spreadsheet saved this file again. Export it from Stripe afresh");
}

TEST(StripeReport, WrongCurrency) {
  EXPECT_THAT(RunStripe(File({Row("t", "eux,1.00,0.00,1.00,charge,ch_1,,ch_1,")})).quarantined,
              ElementsAre("payouts.csv:2: currency \"eux\": is no ISO 4217 currency"));
}

TEST(StripeReport, AmountBeyond64Bits) {
  EXPECT_THAT(RunStripe(File({Row("t", "eur,92233720368547758.08,0.00,1.00,charge,ch_1,,ch_1,")}))
                  .quarantined,
              ElementsAre("payouts.csv:2: gross \"92233720368547758.08\": is beyond 64 bits"));
}

TEST(StripeReport, GarbledAmountAndDate) {
  EXPECT_THAT(RunStripe(File({Row("t", "eur,12..34,0.00,1.00,charge,ch_1,,ch_1,")})).quarantined,
              ElementsAre(HasSubstr("payouts.csv:2: gross \"12..34\": is no number")));
  EXPECT_THAT(RunStripe(File({"po_A,,t,3/2/2026 9:00,,eur,1.00,0.00,1.00,charge,ch_1,,ch_1,\n"}))
                  .quarantined,
              ElementsAre("payouts.csv:2: created_utc \"3/2/2026 9:00\": is no date (expected like "
                          "2026-03-05 10:12:31)"));
}

TEST(StripeReport, NetMustBeGrossLessFee) {
  EXPECT_THAT(RunStripe(File({Row("t", "eur,24.00,0.00,23.05,charge,ch_1,,ch_1,")})).quarantined,
              ElementsAre("payouts.csv:2: net \"23.05\": isn't gross 24.00 less fee 0.00: the row "
                          "was changed, or columns are mixed up"));
}

TEST(StripeReport, AccountMustBeSaid) {
  Context context = StripeContext();
  context.merchant_account.clear();
  const auto result = testing::Run(Stripe(), File({}), context);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(result.status.message(),
            "payouts.csv: Stripe's reports don't name their account: say which with --account "
            "acct_...");
}

TEST(StripeReport, MissingColumnIsNamed) {
  EXPECT_EQ(RunStripe("balance_transaction_id,created_utc,currency,gross,fee,reporting_category,"
                      "source_id\n")
                .status.message(),
            "payouts.csv:1: no column net: export the report with it");
}

TEST(StripeReport, DetectedFromContent) {
  for (const char* file :
       {"payout_reconciliation.csv", "by_id_columns.csv", "balance_history.csv"}) {
    const auto found = Detect("x", testing::ReadTestFile(std::string("stripe/testdata/") + file));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "stripe");
  }
  // A name proves nothing.
  EXPECT_THAT(std::string(Detect("payout_reconciliation.csv", "a,b\n1,2\n").status().message()),
              HasSubstr("payout_reconciliation.csv: no connector knows this content, which begins "
                        "with \"a,b\""));
}

}  // namespace
}  // namespace tieout::connectors
