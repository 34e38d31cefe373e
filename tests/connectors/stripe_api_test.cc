#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <string>

#include "connectors/registry.h"
#include "connectors/stripe/api.h"
#include "connectors/stripe/stripe.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context StripeContext() {
  Context context;
  context.file_name = "list.json";
  context.merchant_account = "acct_1";
  return context;
}

testing::Result RunApi(std::string_view bytes) {
  return testing::Run(Stripe(), bytes, StripeContext());
}

// 1772442000 is 2026-03-02 09:00:00 UTC.
std::string Charge(std::string_view source, std::string_view amount = "10000") {
  return R"({"id":"txn_1","object":"balance_transaction","amount":)" + std::string(amount) +
         R"(,"available_on":1772668800,"created":1772442000,"currency":"eur","fee":320,"net":9680,)"
         R"("reporting_category":"charge","type":"charge","status":"pending","source":)" +
         std::string(source) + "}";
}

TEST(StripeApi, GoldenOfAListWithExpandedSources) {
  testing::ExpectGolden(Stripe(), "stripe/testdata/balance_transactions.json",
                        "stripe/testdata/balance_transactions.jsonl", StripeContext());
}

// The list tells what payout_reconciliation.csv tells; so they are the same events.
TEST(StripeApi, ReportAndApiTellTheSameEvents) {
  Context report = StripeContext();
  report.file_name = "payouts.csv";
  const auto csv = testing::Run(
      Stripe(), testing::ReadTestFile("stripe/testdata/payout_reconciliation.csv"), report);
  const auto api = RunApi(testing::ReadTestFile("stripe/testdata/balance_transactions.json"));
  ASSERT_TRUE(api.status.ok()) << api.status;
  EXPECT_EQ(testing::Identities(csv), testing::Identities(api));
  EXPECT_EQ(api.summary.accounts.at(0).total, api.summary.accounts.at(0).stated_total);
}

TEST(StripeApi, ListArrayLinesAndSingleObjectsAreTheSame) {
  const std::string one = Charge("\"ch_1\"");
  const auto identities = testing::Identities(RunApi(one));
  ASSERT_EQ(identities.size(), 2u);
  EXPECT_EQ(identities, testing::Identities(RunApi("[" + one + "]")));
  EXPECT_EQ(identities, testing::Identities(RunApi(R"({"object":"list","data":[)" + one +
                                                   R"(],"has_more":false})")));
  EXPECT_EQ(identities, testing::Identities(RunApi("\xEF\xBB\xBF" + one + "\r\n\r\n")));
  EXPECT_EQ(identities,
            testing::Identities(RunApi(
                Charge(R"({"id":"ch_1","object":"charge","amount":10000,"currency":"eur"})"))));
}

TEST(StripeApi, LateFieldsAreAmendments) {
  const auto result =
      RunApi(Charge(R"({"id":"ch_1","object":"charge","metadata":{"order_id":"1001"}})"));
  EXPECT_THAT(testing::Lines(result),
              ::testing::AllOf(HasSubstr(R"("field":"ORDER_ID","value":"1001")"),
                               HasSubstr(R"("field":"AVAILABLE_ON","value":"2026-03-05")"),
                               HasSubstr(R"("field":"STATUS","value":"pending")")));
}

TEST(StripeApi, PayoutObjectsAndTheirStates) {
  const auto payout = [](std::string_view status) {
    return R"({"id":"po_1","object":"payout","amount":1100,"arrival_date":1772668800,)"
           R"("automatic":true,"created":1772442000,"currency":"usd","method":"standard",)"
           R"("status":")" +
           std::string(status) + R"(","trace_id":{"status":"supported","value":"TR88"}})";
  };
  EXPECT_EQ(testing::Brief(RunApi(payout("in_transit"))),
            "stripe/acct_1/po_1/initiated payout 11.00 USD\n");
  EXPECT_EQ(testing::Brief(RunApi(payout("paid"))),
            "stripe/acct_1/po_1/initiated payout 11.00 USD\n"
            "stripe/acct_1/po_1/paid payout 11.00 USD\n");
  EXPECT_EQ(testing::Brief(RunApi(payout("failed"))),
            "stripe/acct_1/po_1/initiated payout 11.00 USD\n"
            "stripe/acct_1/po_1/failed payout 11.00 USD\n");
  EXPECT_THAT(testing::Lines(RunApi(payout("paid"))),
              ::testing::AllOf(HasSubstr(R"("field":"TRACE_ID","value":"TR88")"),
                               HasSubstr(R"("field":"ARRIVAL_DATE","value":"2026-03-05")")));
}

TEST(StripeApi, StripesMinorUnitsBecomeIso) {
  const auto read = [](std::string_view text, std::string_view currency) {
    ledger::Minor amount = 0;
    RowError error;
    return stripe::ToIsoMinor("amount", text, currency, &amount, &error) ? std::to_string(amount)
                                                                         : error.reason;
  };
  EXPECT_EQ(read("1234", "EUR"), "1234");
  EXPECT_EQ(read("-5", "EUR"), "-5");
  EXPECT_EQ(read("500", "JPY"), "500");
  EXPECT_EQ(read("5120", "BHD"), "5120");
  EXPECT_EQ(read("7", "MGA"), "700");  // no decimals there, two in ISO
  EXPECT_EQ(read("500", "ISK"), "5");  // two there, none in ISO
  EXPECT_EQ(read("501", "ISK"), "has more than the currency's 0 decimals");
  EXPECT_THAT(read("5", "UGX"), HasSubstr("use the CSV report"));
  EXPECT_EQ(read("9223372036854775808", "EUR"), "is beyond 64 bits");
  EXPECT_EQ(read("1.5", "EUR"), "is no whole number of minor units");
  EXPECT_EQ(read("", "EUR"), "is missing or no number");
}

TEST(StripeApi, BadEntriesAreQuarantined) {
  EXPECT_THAT(RunApi("[" + Charge("\"ch_1\"", "99999999999999999999") + "]").quarantined,
              ElementsAre("list.json:1: amount \"99999999999999999999\": is beyond 64 bits"));
  EXPECT_THAT(
      RunApi("[" + Charge("\"ch_1\"", "10001") + "]").quarantined,
      ElementsAre("list.json:1: net \"96.80\": isn't gross 100.01 less fee 3.20: the row was "
                  "changed, or columns are mixed up"));
  EXPECT_THAT(RunApi("[\n" + Charge("\"ch_1\"") + ",\n{\"object\":\"charge\",\"id\":\"ch_1\"}\n]")
                  .quarantined,
              ElementsAre("list.json:3: object \"charge\": isn't read: money is told by "
                          "balance_transaction and payout objects"));
  std::string no_currency = Charge("\"ch_1\"");
  no_currency.replace(no_currency.find("eur"), 3, "eux");
  EXPECT_THAT(RunApi(no_currency).quarantined,
              ElementsAre("list.json:1: currency \"eux\": is no ISO 4217 currency"));
  const auto lines = RunApi(Charge("\"ch_1\"") + "\n{\"object\":\"balance_tr");
  EXPECT_EQ(lines.summary.events, 4u);
  EXPECT_THAT(lines.quarantined, ElementsAre(HasSubstr("list.json:2: no proper JSON object")));
}

TEST(StripeApi, CutOffDocumentIsRefused) {
  const std::string list = R"({"object":"list","data":[)" + Charge("\"ch_1\"");
  const auto result = RunApi(list);
  EXPECT_EQ(result.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(result.status.message()), HasSubstr("list.json:1: no proper JSON list"));
}

TEST(StripeApi, DocumentBeyond64MiBIsRefused) {
  std::string big = R"({"object":"list","data":[)" + Charge("\"ch_1\"");
  big.append(65 << 20, ' ');
  EXPECT_EQ(RunApi(big + "]}").status.message(),
            "list.json: one JSON document larger than 64 MiB: fetch it in pages, or write its "
            "entries as JSON lines, one object a line");
}

// As `tieout pull` keeps them: a line a page, here longer than what is looked at first.
TEST(StripeApi, PagesOfAPayoutsOwnListNameItsItems) {
  const std::string page =
      R"({"request":"/v1/balance_transactions?payout=po_1&limit=100","data":[)";
  const std::string payout =
      R"({"id":"txn_2","object":"balance_transaction","amount":-9680,"created":1772442000,)"
      R"("currency":"eur","fee":0,"net":-9680,"reporting_category":"payout","source":"po_1"})";
  const auto result = RunApi(page + Charge("\"ch_1\"") + R"(],"filler":")" +
                             std::string(100'000, 'x') + "\"}\n" + page + payout + "]}\n");
  ASSERT_TRUE(result.status.ok()) << result.status;
  const std::string lines = testing::Lines(result);
  EXPECT_THAT(lines,
              HasSubstr(R"("entry":"stripe/acct_1/txn_1","field":"PAYOUT_ID","value":"po_1")"));
  EXPECT_THAT(lines, HasSubstr(R"("entry":"stripe/acct_1/po_1","field":"LIST_COMPLETE")"));
}

TEST(StripeApi, TruncationAtEveryByte) {
  testing::ExpectSurvivesTruncation(
      Stripe(), R"({"object":"list","data":[)" + Charge("\"ch_1\"") + "]}", StripeContext());
  testing::ExpectSurvivesTruncation(Stripe(), Charge("\"ch_1\"") + "\n" + Charge("\"ch_2\"") + "\n",
                                    StripeContext());
}

TEST(StripeApi, DetectedFromContent) {
  const auto found =
      Detect("x", testing::ReadTestFile("stripe/testdata/balance_transactions.json"));
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->name(), "stripe");
}

}  // namespace
}  // namespace tieout::connectors
