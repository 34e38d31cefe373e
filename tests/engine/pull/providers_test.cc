// Each provider's table against a server that answers as its documentation says.
#include "engine/pull/providers.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>

#include "fmt/format.h"
#include "tests/engine/pull/support/fake_provider.h"
#include "tests/engine/pull/support/pulling.h"

namespace tieout::pull {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

using Request = FakeProvider::Request;
using Reply = FakeProvider::Reply;

const int64_t kMarch = base::ParseDay("2026-03-01")->start_us();
const int64_t kNow = base::ParseDay("2026-03-20")->start_us();
const std::string kSecret = "the-secret-of-the-test";

std::string Of(const Request& request, const std::string& parameter) {
  const auto found = request.parameters.find(parameter);
  return found == request.parameters.end() ? "" : found->second;
}

bool Proves(const Request& request, const std::string& header, const std::string& value) {
  const auto found = request.headers.find(header);
  return found != request.headers.end() && found->second == value;
}

ledger::AccountProjection AccountIn(EngineUnderTest& engine, const std::string& currency) {
  for (const auto& account : engine.Fold().accounts) {
    if (account.currency == currency) return account;
  }
  return {};
}

std::string TestFile(const std::string& path) {
  std::ifstream in(TIEOUT_SOURCE_DIR "/tests/connectors/" + path);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

// Two locations, a payout of two entries at one, none at the other.
TEST(SquarePull, TakesEachLocationsPayoutsAndTheirEntries) {
  FakeProvider provider([](const Request& request) -> Reply {
    if (!Proves(request, "Authorization", "Bearer " + kSecret)) return {401, "{}"};
    if (request.path == "/v2/locations") return {200, R"({"locations":[{"id":"L1"},{"id":"L2"}]})"};
    if (request.path == "/v2/payouts" && Of(request, "location_id") == "L2") return {200, "{}"};
    if (request.path == "/v2/payouts" && Of(request, "begin_time") <= "2026-03-03T01:07:09Z" &&
        Of(request, "end_time") > "2026-03-03T01:07:09Z") {
      return {200, R"({"payouts":[{"id":"po_11111111","status":"PAID","location_id":"L1",
        "created_at":"2026-03-03T01:07:09Z","amount_money":{"amount":4812,"currency":"GBP"},
        "type":"BATCH","arrival_date":"2026-03-05","end_to_end_id":"L2100000005"}]})"};
    }
    if (request.path == "/v2/payouts") return {200, "{}"};
    if (request.path != "/v2/payouts/po_11111111/payout-entries") return {404, "{}"};
    const bool second = Of(request, "cursor") == "a+b/=";
    return {200, fmt::format(R"({{"payout_entries":[{{"id":"poe_{0}","payout_id":"po_11111111",
      "effective_at":"2026-03-01T10:00:00Z","type":"CHARGE",
      "gross_amount_money":{{"amount":{1},"currency":"GBP"}},
      "fee_amount_money":{{"amount":94,"currency":"GBP"}},
      "net_amount_money":{{"amount":{2},"currency":"GBP"}},
      "type_charge_details":{{"payment_id":"PAY{0}"}}}}]{3}}})",
                             second, second ? 2000 : 3000, second ? 1906 : 2906,
                             second ? "" : R"(,"cursor":"a+b/=")")};
  });
  EngineUnderTest engine("pull_square", "square", "shop", kNow);
  ASSERT_TRUE(engine.Pull(Square(), provider.url(), {.secret = kSecret}, kMarch).ok());
  const ledger::AccountProjection account = AccountIn(engine, "GBP");
  EXPECT_EQ(account.sales, 5000);
  EXPECT_EQ(account.fees, -188);
  EXPECT_EQ(account.in_transit, 4812);
  EXPECT_EQ(engine.MatchedPayouts(), 1u);
  EXPECT_THAT(engine.taken, Contains("pull:square/shop/payout po_11111111"));
  EXPECT_THAT(engine.Reasons(), IsEmpty());
  const size_t asked = provider.Count("payout-entries");
  ASSERT_TRUE(engine.Pull(Square(), provider.url(), {.secret = kSecret}).ok());
  EXPECT_EQ(provider.Count("payout-entries"), asked);
}

TEST(PayPalPull, HalvesWhatIsTooMuchAndNumbersItsPages) {
  std::string page = TestFile("paypal/testdata/search.json");
  FakeProvider provider([&](const Request& request) -> Reply {
    if (request.path == "/token") {
      return Proves(request, "Authorization", "Basic YXBwOnRoZS1zZWNyZXQtb2YtdGhlLXRlc3Q=") &&
                     request.form == "grant_type=client_credentials"
                 ? Reply{200, R"({"access_token":"A21","expires_in":32400})"}
                 : Reply{401, "{}"};
    }
    if (!Proves(request, "Authorization", "Bearer A21")) return {401, "{}"};
    const std::string from = Of(request, "start_date"), to = Of(request, "end_date");
    if (from < "2026-03-05" && to > "2026-03-10") {
      return {400, R"({"name":"RESULTSET_TOO_LARGE","message":"narrow the dates"})"};
    }
    if (from > "2026-03-06T15" || to < "2026-03-06T16") {
      return {200, R"({"transaction_details":[],"page":1,"total_pages":0})"};
    }
    if (Of(request, "page") != "2") {
      return {200, R"({"transaction_details":[{"transaction_info":{"transaction_id":"PAY0",
        "transaction_event_code":"T0006","transaction_initiation_date":"2026-03-06T15:00:00+0000",
        "transaction_amount":{"currency_code":"EUR","value":"1.00"},"transaction_status":"S"}}],
        "account_number":"MILLLANE000AA","page":1,"total_pages":2})"};
    }
    std::string second = page;
    second.replace(second.find("\"page\": 1"), 9, "\"page\": 2");
    return {200, second};
  });
  EngineUnderTest engine("pull_paypal", "paypal", "MILLLANE000AA", kNow);
  const Credential credential{.secret = kSecret, .client_id = "app"};
  const absl::Status status = engine.Pull(PayPal(), provider.url(), credential, kMarch);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(AccountIn(engine, "EUR").sales, 5200 + 100);
  // Three hours late, the search is not said to cover them.
  EXPECT_EQ(AccountIn(engine, "EUR").covered_until, *base::ParseDay("2026-03-19"));
  EXPECT_THAT(engine.Reasons(), Not(Contains("CONFLICTING_DUPLICATE")));
}

TEST(ShopifyPull, FollowsLinksAndTakesWhatIsPendingToo) {
  FakeProvider provider([](const Request& request) -> Reply {
    if (!Proves(request, "X-Shopify-Access-Token", kSecret)) return {401, "{}"};
    const std::string root = "/admin/api/2025-01/shopify_payments";
    const auto charge = [](int id, std::string_view amount, std::string_view payout) {
      return fmt::format(R"({{"id":{},"type":"charge","test":false,"payout_id":{},"currency":"USD",
        "amount":"{}","fee":"0.00","net":"{}","source_id":1,"source_order_id":{},
        "processed_at":"2026-03-02T10:00:00-05:00"}})",
                         id, payout, amount, amount, id);
    };
    if (request.path == root + "/payouts.json") {
      const bool has =
          Of(request, "date_min") <= "2026-03-05" && Of(request, "date_max") >= "2026-03-05";
      return {200, has ? R"({"payouts":[{"id":601,"status":"paid","date":"2026-03-05",
        "currency":"USD","amount":"30.00","summary":{}}]})"
                       : R"({"payouts":[]})"};
    }
    if (Of(request, "payout_status") == "pending") {
      return {200, "{\"transactions\":[" + charge(3, "5.00", "null") + "]}"};
    }
    if (Of(request, "page_info") == "two") {
      return {200, "{\"transactions\":[" + charge(2, "20.00", "601") + "]}"};
    }
    return {200, "{\"transactions\":[" + charge(1, "10.00", "601") + "]}",
            "<https://shop.example" + root +
                "/balance/transactions.json?limit=250&page_info=two>; rel=\"next\""};
  });
  EngineUnderTest engine("pull_shopify", "shopify", "mill-lane", kNow);
  const absl::Status status = engine.Pull(Shopify(), provider.url(), {.secret = kSecret}, kMarch);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(AccountIn(engine, "USD").sales, 3500);
  EXPECT_EQ(AccountIn(engine, "USD").in_transit, 3000);
  EXPECT_EQ(engine.MatchedPayouts(), 1u);
  EXPECT_EQ(AccountIn(engine, "USD").covered_until, *base::ParseDay("2026-03-20"));
  EXPECT_THAT(engine.Reasons(), IsEmpty());
}

TEST(EbayPull, PagesByOffsetAndTakesNothingFoundForNothing) {
  FakeProvider provider([](const Request& request) -> Reply {
    if (request.path == "/token") return {200, R"({"access_token":"v^1.1","expires_in":7200})"};
    if (!Proves(request, "Authorization", "Bearer v^1.1")) return {401, "{}"};
    const std::string filter = Of(request, "filter");
    const auto sale = [](int n) {
      return fmt::format(R"({{"transactionId":"T-{0}","transactionType":"SALE","orderId":"11-{0}",
        "bookingEntry":"CREDIT","transactionDate":"2026-03-02T09:00:00.000Z",
        "transactionStatus":"PAYOUT","payoutId":"6200000001",
        "amount":{{"value":"10.00","currency":"EUR"}}}})",
                         n);
    };
    if (request.path == "/sell/finances/v1/payout") {
      // Only the window that holds it.
      if (filter.find("2026-03-01T") == std::string::npos) return {204, ""};
      return {200, R"({"total":1,"offset":0,"payouts":[{"payoutId":"6200000001",
        "payoutStatus":"SUCCEEDED","payoutDate":"2026-03-05T05:00:00.000Z",
        "amount":{"value":"20.00","currency":"EUR"}}]})"};
    }
    if (filter == "payoutId:{6200000001}") {
      return {200, "{\"total\":2,\"offset\":0,\"transactions\":[" + sale(1) + "," + sale(2) + "]}"};
    }
    if (filter.find("transactionDate:[2026-03-02T") == std::string::npos) return {204, ""};
    const bool second = Of(request, "offset") == "1";
    return {200, fmt::format("{{\"total\":2,\"offset\":{:d},\"transactions\":[{}]}}", second,
                             sale(second ? 2 : 1))};
  });
  EngineUnderTest engine("pull_ebay", "ebay", "mill-lane", kNow);
  const Credential credential{.secret = kSecret, .client_id = "app", .refresh_token = "r-token-1"};
  const absl::Status status = engine.Pull(Ebay(), provider.url(), credential, kMarch);
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_EQ(AccountIn(engine, "EUR").sales, 2000);
  EXPECT_EQ(AccountIn(engine, "EUR").in_transit, 2000);
}

TEST(EtsyPull, TakesTheLedgerWithItsBalances) {
  FakeProvider provider([](const Request& request) -> Reply {
    if (request.path == "/token") {
      return request.form == "grant_type=refresh_token&refresh_token=r-token-1&client_id=keystring"
                 ? Reply{200,
                         R"({"access_token":"1.a","expires_in":3600,"refresh_token":"r-token-1"})"}
                 : Reply{400, "{}"};
    }
    if (!Proves(request, "Authorization", "Bearer 1.a") ||
        !Proves(request, "x-api-key", "keystring:" + kSecret)) {
      return {401, "{}"};
    }
    if (request.path != "/v3/application/shops/77/payment-account/ledger-entries")
      return {404, "{}"};
    struct Row {
      int64_t at;
      int amount, balance;
      const char* type;
    };
    const int64_t day = 1'772'409'600;  // 2026-03-02
    const Row rows[] = {{day, 2200, 2200, "PAYMENT_GROSS"},
                        {day, -143, 2057, "transaction"},
                        {day, -91, 1966, "PAYMENT_PROCESSING_FEE"},
                        {day + 86'400, 43, 2009, "transaction_refund"},
                        {day + 172'800, -2000, 9, "DISBURSE2"}};
    std::string data;
    int count = 0;
    const int64_t from = std::stoll(Of(request, "min_created"));
    const int64_t to = std::stoll(Of(request, "max_created"));
    const int offset = Of(request, "offset").empty() ? 0 : std::stoi(Of(request, "offset"));
    for (int n = 0; n < 5; ++n) {
      if (rows[n].at < from || rows[n].at > to) continue;
      if (count++ < offset || count > offset + 2) continue;
      data += fmt::format(
          R"({}{{"entry_id":{},"ledger_id":1,"sequence_number":{},"amount":{},"currency":"USD",)"
          R"("description":"x","balance":{},"create_date":{},"ledger_type":"{}"}})",
          data.empty() ? "" : ",", 900 + n, n + 1, rows[n].amount, rows[n].balance, rows[n].at,
          rows[n].type);
    }
    return {200, fmt::format("{{\"count\":{},\"results\":[{}]}}", count, data)};
  });
  EngineUnderTest engine("pull_etsy", "etsy", "77", kNow);
  const Credential credential{
      .secret = kSecret, .client_id = "keystring", .refresh_token = "r-token-1"};
  const absl::Status status = engine.Pull(Etsy(), provider.url(), credential, kMarch);
  ASSERT_TRUE(status.ok()) << status;
  const ledger::AccountProjection account = AccountIn(engine, "USD");
  EXPECT_EQ(account.sales, 2200);
  EXPECT_EQ(account.fees, -143 - 91 + 43);
  EXPECT_EQ(account.in_transit, 2000);
  EXPECT_EQ(account.owed(), 9);
}

TEST(AdyenPull, TakesOneBatchAfterTheOtherUntilThereIsNone) {
  const std::string report = TestFile("adyen/testdata/settlement.csv");
  int last = 7;
  FakeProvider provider([&](const Request& request) -> Reply {
    if (!Proves(request, "X-API-Key", kSecret)) return {401, "{}"};
    for (int batch = 7; batch <= last; ++batch) {
      if (request.path.ends_with(
              fmt::format("/MillLaneCOM/settlement_detail_report_batch_{}.csv", batch))) {
        return {200, report + std::string(static_cast<size_t>(batch - 7), '\n')};
      }
    }
    return {404, "no such report"};
  });
  EngineUnderTest engine("pull_adyen", "adyen", "MillLaneCOM", kNow);
  absl::Status status = engine.Pull(Adyen(), provider.url(), {.secret = kSecret});
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(base::Message(status), HasSubstr("first_report"));
  engine.first_report = 7;
  status = engine.Pull(Adyen(), provider.url(), {.secret = kSecret});
  ASSERT_TRUE(status.ok()) << status;
  EXPECT_THAT(engine.taken, ElementsAre("pull:adyen/MillLaneCOM/settlement_batch 7"));
  EXPECT_EQ(AccountIn(engine, "EUR").sale_count, 3u);
  last = 8;
  engine.first_report = 0;
  ASSERT_TRUE(engine.Pull(Adyen(), provider.url(), {.secret = kSecret}).ok());
  EXPECT_THAT(engine.taken, ElementsAre("pull:adyen/MillLaneCOM/settlement_batch 8"));
  EXPECT_EQ(AccountIn(engine, "EUR").sale_count, 3u);
}

}  // namespace
}  // namespace tieout::pull
