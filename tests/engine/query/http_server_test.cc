// Real HTTP against a real engine's state.
#include "engine/query/http_server.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <set>

#include "engine/ledger/event.h"
#include "engine/runtime/engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "httplib.h"

namespace tieout::query {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// One engine for all tests: a payout whose deposit never came.
class HttpServerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    runtime::EngineOptions options;
    options.data_dir = ::testing::TempDir() + "tieout_query";
    options.memory_store = true;
    static runtime::ManualClock clock(base::ParseDay("2026-03-01")->start_us());
    options.clock = &clock;
    std::filesystem::remove_all(options.data_dir);
    engine_ = runtime::Engine::Open(options).value().release();
    Declare("stripe", "acct_1", "DE1");
    Declare("bank", "DE1", "");
    ledger::Event payout;
    payout.event_id = "stripe/acct_1/po_00000001/paid";
    payout.account = {"stripe", "acct_1", "EUR"};
    payout.occurred_at_us = clock.NowMicros();
    payout.amount = 60'000;
    payout.refs.payout_id = "po_00000001";
    ledger::Payout body;
    body.state = ledger::Payout::State::kPaid;
    body.arrival_date = *base::ParseDay("2026-03-03");
    payout.body = body;
    ASSERT_TRUE(engine_->Append({&payout, 1}).ok());
    ReportBank();
    clock.Set(base::ParseDay("2026-03-20")->start_us());
    ASSERT_TRUE(engine_->Settle().ok());
    ASSERT_TRUE(engine_->RunToEnd({}).ok());
    server_ =
        HttpServer::Start("127.0.0.1:0", &engine_->read_model(), &engine_->metrics())->release();
  }
  static void TearDownTestSuite() {
    delete server_;
    delete engine_;
  }

  static void Declare(std::string_view provider, std::string_view account,
                      std::string_view pays_into) {
    const std::string id = ledger::MakeEventId(provider, account, "account", "S1");
    ledger::Event event;
    event.event_id = id;
    event.account = {provider, account, ""};
    event.occurred_at_us = base::ParseDay("2026-03-01")->start_us();
    ledger::AccountOpened opened;
    opened.owner = "S1";
    opened.pays_into = pays_into;
    event.body = opened;
    ASSERT_TRUE(engine_->AppendConfig({&event, 1}).ok());
  }
  // The statement is seen to the 19th: absence has coverage.
  static void ReportBank() {
    for (const auto phase :
         {ledger::SourceReport::Phase::kOpened, ledger::SourceReport::Phase::kClosed}) {
      ledger::Event report;
      const bool opened = phase == ledger::SourceReport::Phase::kOpened;
      report.event_id = opened ? "bank/DE1/EUR.s/opened" : "bank/DE1/EUR.s/closed";
      report.account = {"bank", "DE1", "EUR"};
      report.occurred_at_us = base::ParseDay("2026-03-19")->start_us();
      ledger::SourceReport body;
      body.phase = phase;
      body.coverage_from_us = base::ParseDay("2026-03-01")->start_us();
      body.coverage_to_us = base::ParseDay("2026-03-19")->start_us();
      report.body = body;
      ASSERT_TRUE(engine_->Append({&report, 1}).ok());
    }
  }

  static httplib::Result Get(const std::string& path, const httplib::Headers& headers = {}) {
    httplib::Client client("127.0.0.1", server_->port());
    return client.Get(path.c_str(), headers);
  }

  static runtime::Engine* engine_;
  static HttpServer* server_;
};
runtime::Engine* HttpServerTest::engine_ = nullptr;
HttpServer* HttpServerTest::server_ = nullptr;

TEST_F(HttpServerTest, SaysThatItLivesAndIsReady) {
  EXPECT_EQ(Get("/healthz")->status, 200);
  EXPECT_EQ(Get("/readyz")->status, 200);
}

TEST_F(HttpServerTest, ShowsBreaksAndSellers) {
  EXPECT_THAT(Get("/v1/sellers")->body, HasSubstr(R"("sellers":["S1"])"));
  EXPECT_THAT(Get("/v1/sellers/S1")->body, HasSubstr("po_00000001"));
  const auto breaks = Get("/v1/breaks");
  EXPECT_EQ(breaks->status, 200);
  EXPECT_THAT(breaks->body, HasSubstr("MISSING_DEPOSIT"));
  EXPECT_THAT(breaks->body, HasSubstr(R"("age_banking_days":)"));
  EXPECT_THAT(breaks->body, HasSubstr(R"("blocks":"closing )"));
  EXPECT_THAT(Get("/v1/breaks?after=S1")->body, HasSubstr(R"("breaks":[])"));
  EXPECT_THAT(Get("/v1/breaks?seller=S1")->body, HasSubstr("MISSING_DEPOSIT"));
}

TEST_F(HttpServerTest, PagesRecords) {
  const auto page = Get("/v1/records?limit=1");
  EXPECT_EQ(page->status, 200);
  EXPECT_THAT(page->body, HasSubstr(R"("records":[{)"));
  const size_t next = page->body.find(R"("next":")") + 8;
  const std::string cursor = page->body.substr(next, page->body.find('"', next) - next);
  EXPECT_NE(Get("/v1/records?limit=1&after=" + cursor)->body, page->body);
}

TEST_F(HttpServerTest, SaysWhatIsWrong) {
  EXPECT_EQ(Get("/v1/sellers/nobody")->status, 404);
  const auto nothing = Get("/v1/nothing");
  EXPECT_EQ(nothing->status, 404);
  EXPECT_THAT(nothing->body, HasSubstr("/v1/records"));
  const auto limit = Get("/v1/records?limit=many");
  EXPECT_EQ(limit->status, 400);
  EXPECT_THAT(limit->body, HasSubstr("1 to 10000"));
  EXPECT_EQ(Get("/v1/records?after=x")->status, 400);
  const auto slip = Get("/v1/breaks?sellr=S1");
  EXPECT_EQ(slip->status, 400);
  EXPECT_THAT(slip->body, HasSubstr("seller, after, limit"));
}

TEST_F(HttpServerTest, AnswersOnlyToThisMachinesName) {
  EXPECT_EQ(Get("/v1/sellers", {{"Host", "evil.example:80"}})->status, 400);
  EXPECT_EQ(Get("/v1/sellers", {{"Host", "localhost"}})->status, 200);
  EXPECT_EQ(Get("/v1/sellers", {{"Host", "[::1]:9464"}})->status, 200);
}

TEST_F(HttpServerTest, RefusesOtherAddresses) {
  for (const char* listen : {"0.0.0.0:9464", "10.0.0.1:1", "127.0.0.1", "127.0.0.1:99999", ""}) {
    const absl::Status refused =
        HttpServer::Start(listen, &engine_->read_model(), &engine_->metrics()).status();
    EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << listen;
  }
  const auto taken = HttpServer::Start("127.0.0.1:" + std::to_string(server_->port()),
                                       &engine_->read_model(), &engine_->metrics());
  EXPECT_EQ(taken.status().code(), absl::StatusCode::kUnavailable);
}

// Prometheus' conventions: prefix, counters end in _total, units in the name, help for each.
TEST_F(HttpServerTest, MetricsFollowConventions) {
  const auto metrics = Get("/metrics");
  ASSERT_EQ(metrics->status, 200);
  const std::string& body = metrics->body;
  EXPECT_THAT(body, HasSubstr(R"(tieout_events_total{kind="payout",source="tieout"} 1)"));
  EXPECT_THAT(body, HasSubstr(R"(reason="MISSING_DEPOSIT")"));
  EXPECT_THAT(body, HasSubstr("tieout_commit_seconds_bucket"));
  EXPECT_THAT(body, HasSubstr(R"(tieout_open_items{currency="EUR",side="payout"} 1)"));
  EXPECT_THAT(
      body,
      HasSubstr(
          R"(tieout_conservation_residual_minor{currency="EUR",level="bank",side="payout"} 0)"));
  std::istringstream lines(body);
  for (std::string line; std::getline(lines, line);) {
    if (!line.starts_with("# TYPE ")) continue;
    EXPECT_THAT(line, HasSubstr("# TYPE tieout_"));
    if (line.ends_with(" counter")) {
      EXPECT_THAT(line, HasSubstr("_total counter"));
    }
    EXPECT_THAT(line, Not(HasSubstr("millis")));
  }
}

std::string File(const std::string& name) {
  std::ifstream in(std::string(TIEOUT_SOURCE_DIR "/") + name);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::set<std::string> MetricNames(const std::string& text) {
  const std::regex name("tieout_[a-z_]+");
  return {std::sregex_token_iterator(text.begin(), text.end(), name), std::sregex_token_iterator()};
}

// A metric that nobody can look up is as good as none, and so is one that is gone.
TEST_F(HttpServerTest, EveryMetricIsDocumented) {
  EXPECT_EQ(MetricNames(File("ops/prometheus/README.md")),
            MetricNames(File("engine/runtime/metrics.cc") + File("engine/query/seller_gauges.cc") +
                        File("engine/intake/receiver.cc")));
}

}  // namespace
}  // namespace tieout::query
