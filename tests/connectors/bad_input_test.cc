// One trouble through every door: what the connectors' own tests don't hold yet.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/bank_csv/bank_csv.h"
#include "connectors/camt/camt.h"
#include "connectors/events/events.h"
#include "connectors/registry.h"
#include "connectors/shopify/shopify.h"
#include "connectors/stripe/stripe.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

testing::Result RunOn(const Connector& connector, std::string_view bytes) {
  Context context;
  context.file_name = "file";
  context.merchant_account = "A1";
  context.currency = "EUR";
  return testing::Run(connector, bytes, context);
}

TEST(BadInput, FileOfBlanksOrOfAByteOrderMarkIsEmpty) {
  for (const char* nothing : {"", " \r\n\n", "\xEF\xBB\xBF", "\xEF\xBB\xBF\n"}) {
    EXPECT_EQ(Detect("file", nothing).status().message(), "file is empty");
  }
}

TEST(BadInput, EmptyFileGivenToAConnectorByName) {
  EXPECT_EQ(RunOn(Stripe(), "").status.message(), "file is empty");
  EXPECT_EQ(RunOn(Shopify(), "").status.message(), "file is empty");
  EXPECT_EQ(RunOn(BankCsv(), "").status.message(), "file is empty");
  EXPECT_EQ(RunOn(Events(), "").status.message(), "file is empty");
  EXPECT_EQ(RunOn(Camt(), "").status.message(),
            "file:1: the XML ends in the middle: the file is cut off, fetch it again");
}

TEST(BadInput, OneJsonDocumentBeyond64MiB) {
  for (const auto& [name, file] : {std::pair("stripe", "stripe/testdata/balance_transactions.json"),
                                   std::pair("shopify", "shopify/testdata/balance.json"),
                                   std::pair("square", "square/testdata/payouts.json"),
                                   std::pair("etsy", "etsy/testdata/ledger.json"),
                                   std::pair("ebay", "ebay/testdata/finances.json"),
                                   std::pair("paypal", "paypal/testdata/search.json")}) {
    std::string document = testing::ReadTestFile(file);
    document.insert(document.find_first_of("{[") + 1, "\n");  // no line is an object by itself
    document.append(65 << 20, ' ');
    EXPECT_EQ(RunOn(*Find(name), document).status.message(),
              "file: one JSON document larger than 64 MiB: fetch it in pages, or write its entries "
              "as JSON lines, one object a line")
        << name;
  }
}

TEST(BadInput, StripeApi) {
  const auto entry = [](std::string_view amount, std::string_view currency) {
    return "{\"object\":\"balance_transaction\",\"id\":\"txn_1\",\"amount\":" +
           std::string(amount) + ",\"fee\":0,\"net\":1,\"currency\":\"" + std::string(currency) +
           "\",\"created\":1700000000,\"type\":\"charge\",\"source\":\"ch_1\"}\n";
  };
  EXPECT_THAT(RunOn(Stripe(), entry("9223372036854775808", "eur")).quarantined,
              ElementsAre("file:1: amount \"9223372036854775808\": is beyond 64 bits"));
  EXPECT_THAT(RunOn(Stripe(), entry("1", "euro")).quarantined,
              ElementsAre("file:1: currency \"euro\": is no ISO 4217 currency"));
  const std::string list = testing::ReadTestFile("stripe/testdata/balance_transactions.json");
  std::string windows = "\xEF\xBB\xBF";
  for (const char c : list) windows += c == '\n' ? std::string("\r\n") : std::string(1, c);
  EXPECT_EQ(testing::Identities(RunOn(Stripe(), list)),
            testing::Identities(RunOn(Stripe(), windows)));
}

TEST(BadInput, ShopifyPayouts) {
  EXPECT_THAT(RunOn(Shopify(),
                    "Payout Date,Status,Charges,Total,Currency\n"
                    "2026-03-05,paid,1.00,92233720368547758.08,EUR\n"
                    "2026-03-05,paid,1.00,1.00,EUX\n"
                    "2026-03-05,paid\n"
                    "2026-03-06,paid,\"1.00\n")
                  .quarantined,
              ElementsAre("file:2: Total \"92233720368547758.08\": is beyond 64 bits",
                          "file:3: Currency \"EUX\": is no ISO 4217 currency",
                          StartsWith("file:4: the row has 2 cells, the header 5 columns"),
                          StartsWith("file:5: a quoted field isn't closed before the file's end")));
}

TEST(BadInput, ShopifyNewlineInAQuotedField) {
  const auto result = RunOn(Shopify(),
                            "Transaction Date,Type,Order,Payout Date,Amount,Fee,Net,Currency\n"
                            "2026-03-01 10:12:31 +0100,charge,\"#1\nb\",,5.00,0.00,5.00,EUR\n"
                            "yesterday,charge,#2,,5.00,0.00,5.00,EUR\n");
  EXPECT_THAT(testing::Lines(result), HasSubstr(R"("order_id":"#1\nb")"));
  EXPECT_THAT(result.quarantined, ElementsAre(StartsWith("file:4: Transaction Date")));
}

TEST(BadInput, ASlipInAYearTouchesNoOtherRow) {
  const std::string header =
      "Transaction Date,Type,Order,Payout Date,Available On,Amount,Fee,Net,Currency\n";
  const std::string good = "2026-03-01 10:12:31 +0100,charge,#1,,2026-03-05,5.00,0.00,5.00,EUR\n";
  const std::string slip = "5026-03-01 10:12:31 +0100,charge,#2,,2026-03-05,5.00,0.00,5.00,EUR\n";
  const auto result = RunOn(Shopify(), header + good + slip);
  EXPECT_THAT(result.quarantined, ElementsAre(HasSubstr("is outside the years 1970 to 2200")));
  EXPECT_EQ(testing::Lines(result), testing::Lines(RunOn(Shopify(), header + good)));
}

// An account that only refused rows name is none: nothing is declared or covered for it.
TEST(BadInput, Events) {
  const std::string lead =
      "{\"event_id\":\"bank/DE1/x/entry\",\"occurred_at\":\"2026-03-09T00:00:00Z\",";
  const std::string deposit =
      "\"bank_deposit\":{\"booking_date\":\"2026-03-09\",\"value_date\":\"2026-03-09\"}}\r\n";
  const auto result =
      RunOn(Events(), "\xEF\xBB\xBF" + lead +
                          "\"account\":{\"provider\":\"bank\",\"merchant_account\":\"DE1\","
                          "\"currency\":\"EUX\"},\"amount_minor\":\"1\"," +
                          deposit + lead +
                          "\"account\":{\"provider\":\"bank\",\"merchant_account\":\"DE1\","
                          "\"currency\":\"EUR\"},\"amount_minor\":\"9223372036854775808\"," +
                          deposit);
  EXPECT_THAT(result.quarantined,
              ElementsAre(HasSubstr("account.currency \"EUX\" is no currency of ISO 4217"),
                          HasSubstr("(amount_minor): invalid value \"9223372036854775808\"")));
  EXPECT_TRUE(result.summary.accounts.empty());
}

// A late fact that makes no sense, as a row of its own, doesn't vanish.
TEST(BadInput, AmendmentOfNothingIsQuarantined) {
  const auto result =
      RunOn(Events(),
            "{\"event_id\":\"bank/DE1/x/amend:status:1\",\"occurred_at\":\"2026-03-09T00:00:00Z\","
            "\"account\":{\"provider\":\"bank\",\"merchant_account\":\"DE1\",\"currency\":\"EUR\"},"
            "\"amendment\":{}}\n");
  EXPECT_EQ(result.quarantined.size(), 1u);
}

}  // namespace
}  // namespace tieout::connectors
