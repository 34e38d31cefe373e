#include "connectors/square/square.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context SquareContext(std::string_view file = "square.csv") {
  Context context;
  context.file_name = file;
  context.merchant_account = "ML1";
  context.currency = "GBP";
  return context;
}

testing::Result RunSquare(std::string_view bytes) {
  return testing::Run(Square(), bytes, SquareContext());
}

std::string File(const std::string& name) {
  return testing::ReadTestFile("square/testdata/" + name);
}

std::string Entry(std::string_view type, int gross, int fee, std::string_view details = "") {
  return R"({"id":"poe_1","payout_id":"po_1","effective_at":"2026-03-01T10:00:00Z","type":")" +
         std::string(type) + R"(","gross_amount_money":{"amount":)" + std::to_string(gross) +
         R"(,"currency":"USD"},"fee_amount_money":{"amount":)" + std::to_string(fee) +
         R"(,"currency":"USD"},"net_amount_money":{"amount":)" + std::to_string(gross - fee) +
         R"(,"currency":"USD"})" + std::string(details) + "}";
}

TEST(Square, Goldens) {
  for (const std::string name : {"payouts.json", "payout_entries.json", "transactions.csv"}) {
    testing::ExpectGolden(Square(), "square/testdata/" + name,
                          "square/testdata/" + name.substr(0, name.find('.')) + ".jsonl",
                          SquareContext());
  }
}

TEST(Square, SumOfEventsIsTheFilesOwn) {
  for (const char* name : {"payouts.json", "payout_entries.json", "transactions.csv"}) {
    const auto result = RunSquare(File(name));
    ASSERT_TRUE(result.status.ok()) << result.status;
    ASSERT_EQ(result.summary.accounts.size(), 1u);
    EXPECT_EQ(result.summary.accounts[0].total, result.summary.accounts[0].stated_total) << name;
    EXPECT_EQ(result.summary.quarantined, 0u);
  }
}

// The Dashboard's row of a payment and the API's entry of it.
TEST(Square, ExportAndApiTellTheSamePayments) {
  const auto of_payment = [](const testing::Result& result) {
    auto found = testing::Identities(result);
    std::erase_if(found, [](const std::string& id) { return id.find("/PAY1") == id.npos; });
    return found;
  };
  const auto api = of_payment(RunSquare(File("payout_entries.json")));
  EXPECT_EQ(api.size(), 4u);
  EXPECT_EQ(api, of_payment(RunSquare(File("transactions.csv"))));
}

TEST(Square, PayoutStatesAreEventsAndLateFactsAmendments) {
  EXPECT_EQ(testing::Brief(RunSquare(File("payouts.json"))),
            "square/ML1/po_11111111-aaaa/initiated payout 123.45 GBP\n"
            "square/ML1/po_11111111-aaaa/paid payout 123.45 GBP\n"
            "square/ML1/po_22222222-bbbb/initiated payout -1.03 GBP\n"
            "square/ML1/po_33333333-cccc/initiated payout 62.59 GBP\n"
            "square/ML1/po_33333333-cccc/failed payout 62.59 GBP\n");
  EXPECT_THAT(
      testing::Lines(RunSquare(File("payouts.json"))),
      HasSubstr(
          R"("field":"END_TO_END_ID","value":"L2100000005","as_of":"2026-03-05T01:07:22.875Z")"));
}

TEST(Square, WrappedPayoutsAreTheSame) {
  const std::string payout =
      R"({"id":"po_1","status":"SENT","location_id":"L","created_at":"2026-03-03T01:07:09Z",)"
      R"("amount_money":{"amount":457,"currency_code":"EUR"},"arrival_date":"2026-03-05"})";
  const auto plain = testing::Identities(RunSquare(payout));
  EXPECT_EQ(plain, testing::Identities(RunSquare(R"({"payout":)" + payout + "}")));
  EXPECT_EQ(plain, testing::Identities(RunSquare(
                       R"({"type":"payout.sent","data":{"object":{"payout":)" + payout + "}}}")));
  EXPECT_EQ(plain, testing::Identities(RunSquare(R"({"payouts":[)" + payout + "]}")));
}

TEST(Square, ListIsCompleteWhereEntriesSumToThePayout) {
  EXPECT_THAT(testing::Lines(RunSquare(File("payout_entries.json"))), HasSubstr("LIST_COMPLETE"));
  std::string wrong = File("payout_entries.json");
  wrong.replace(wrong.find("6613"), 4, "6614");
  const auto result = RunSquare(wrong);
  EXPECT_THAT(testing::Lines(result), ::testing::Not(HasSubstr("LIST_COMPLETE")));
  ASSERT_EQ(result.summary.notes.size(), 1u);
  EXPECT_EQ(result.summary.notes[0].text,
            "payout po_11111111-aaaa: its 7 entries sum to 66.13 GBP, the payout says 66.14 GBP");
}

// Sellers with gross settlement are charged fees as entries of their own.
TEST(Square, FeesOfTheirOwn) {
  EXPECT_EQ(testing::Brief(RunSquare(Entry(
                "PROCESSING_FEE", -19, 0, R"(,"type_processing_fee_details":{"payment_id":"P"})"))),
            "square/ML1/poe_1/gross fee -0.19 USD\n");
  EXPECT_EQ(testing::Brief(RunSquare(Entry("MONEY_TRANSFER_REVERSAL", 5, 0))),
            "square/ML1/poe_1/gross adjustment 0.05 USD\n");
  EXPECT_EQ(testing::Brief(RunSquare(Entry("RESERVE_HOLD", -5, 0))),
            "square/ML1/poe_1/gross reserve -0.05 USD\n");
}

TEST(Square, CashNeverPassesTheBalance) {
  const auto result = RunSquare(File("transactions.csv"));
  EXPECT_THAT(result.no_ops,
              ElementsAre("5: cash, gift card or another tender: nothing of it passes Square's "
                          "balance"));
  EXPECT_THAT(testing::Brief(result), HasSubstr("PAY2/gross sale 1,000.00 GBP"));
  EXPECT_THAT(testing::Brief(result), HasSubstr("PAY4/gross sale 5.00 GBP"));
}

// --- identity ----------------------------------------------------------------------------------

TEST(Square, OnlyTheOriginColumnsOfTheExportMakeTheIdentity) {
  const std::string file = File("transactions.csv");
  const std::string row = file.substr(0, file.find('\n', file.find('\n') + 1) + 1);
  EXPECT_THAT(testing::OriginColumns(Square(), row, SquareContext(),
                                     {{"Date", "2026-03-02"},
                                      {"Time", "11:00:00"},
                                      {"Time Zone", "Paris"},
                                      {"Deposit Date", "2026-03-07"},
                                      {"Transaction Status", "Completed"}}),
              // The amounts must add up, so none of them changes alone.
              ElementsAre("Total Collected", "Card", "Cash", "Square Gift Card", "Other Tender",
                          "Fees", "Net Total", "Payment ID", "Event Type", "Cash App"));
}

TEST(Square, LateFieldsOfAnEntryAreAmendments) {
  std::string later = Entry("CHARGE", 100, 3, R"(,"type_charge_details":{"payment_id":"P"})");
  const auto before = testing::Identities(RunSquare(later));
  later.replace(later.find("po_1"), 4, "po_9");
  later.replace(later.find("poe_1"), 5, "poe_9");  // a payment is known by its own id
  EXPECT_EQ(before, testing::Identities(RunSquare(later)));
  EXPECT_NE(before, testing::Identities(RunSquare(
                        Entry("CHARGE", 101, 3, R"(,"type_charge_details":{"payment_id":"P"})"))));
}

// --- bad input ---------------------------------------------------------------------------------

TEST(Square, BadEntries) {
  const auto quarantined = [](std::string text) {
    const auto result = RunSquare(text);
    return result.quarantined.empty() ? std::string("none") : result.quarantined[0];
  };
  std::string bad = Entry("CHARGE", 100, 3);
  bad.replace(bad.find("97"), 2, "98");
  EXPECT_EQ(quarantined(bad),
            "square.csv:1: net_amount_money.amount \"98\": isn't gross 100 less fee 3");
  bad = Entry("CHARGE", 100, 0);
  bad.replace(bad.find("100"), 3, "99999999999999999999");
  EXPECT_EQ(quarantined(bad),
            "square.csv:1: gross_amount_money.amount \"99999999999999999999\": is beyond 64 bits");
  bad = Entry("CHARGE", 100, 0);
  bad.replace(bad.find("USD"), 3, "USX");
  EXPECT_EQ(quarantined(bad),
            "square.csv:1: gross_amount_money.currency \"USX\": is no ISO 4217 currency");
  EXPECT_THAT(quarantined(R"({"payout_entries":[{"id":"poe_1"}]})"),
              HasSubstr("square.csv:1: payout_id \"\": is missing"));
}

TEST(Square, BadExports) {
  Context context = SquareContext();
  context.currency.clear();
  EXPECT_EQ(testing::Run(Square(), File("transactions.csv"), context).status.message(),
            "square.csv: Square's exports print no currency: say it with --currency USD");
  context.merchant_account.clear();
  EXPECT_EQ(testing::Run(Square(), File("transactions.csv"), context).status.message(),
            "square.csv: Square's files name no account: say which with --account MERCHANT");
  EXPECT_EQ(RunSquare("Deposit ID,Deposit Date\nD1,2026-03-01\n").status.message(),
            "square.csv:1: no column Deposited: export the file with it");
  std::string wrong = File("transactions.csv");
  wrong.replace(wrong.find("$98.10"), 6, "$98.11");
  EXPECT_THAT(RunSquare(wrong).quarantined,
              ElementsAre("square.csv:2: Net Total \"$98.11\": isn't Total Collected and Fees: the "
                          "row was changed, or columns are mixed up"));
}

TEST(Square, TransfersAreDeposits) {
  EXPECT_EQ(
      testing::Brief(RunSquare("Deposit Date,Deposit ID,Deposited\n2026-03-05,DEP7,$48.12\n")),
      "square/ML1/DEP7/initiated payout 48.12 GBP\n");
}

TEST(Square, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(Square(), File("payouts.json"), SquareContext());
  const std::string file = File("transactions.csv");
  testing::ExpectSurvivesTruncation(
      Square(), file.substr(0, file.find('\n', file.find('\n') + 1) + 1), SquareContext());
}

TEST(Square, DetectedFromContent) {
  for (const char* name : {"payouts.json", "payout_entries.json", "transactions.csv"}) {
    const auto found = Detect("x", File(name));
    ASSERT_TRUE(found.ok()) << found.status();
    EXPECT_EQ((*found)->name(), "square") << name;
  }
}

}  // namespace
}  // namespace tieout::connectors
