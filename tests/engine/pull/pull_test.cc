// Windows, pages, and a cursor that only the log knows.
#include "engine/pull/pull.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "connectors/lex/json.h"
#include "engine/codec/codec.h"
#include "engine/pull/providers.h"
#include "engine/pull/spool.h"
#include "fmt/format.h"
#include "tests/engine/pull/support/fake_stripe.h"
#include "tests/engine/pull/support/pulling.h"

namespace tieout::pull {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

const int64_t kMarch = base::ParseDay("2026-03-01")->start_us();
constexpr int64_t kDay_s = 86'400;
const int64_t kMarch_s = kMarch / base::kMicrosPerSecond;

class PullTest : public ::testing::Test {
 protected:
  PullTest() : engine_("pull", "stripe", "acct_1", kMarch + 10 * base::kMicrosPerDay) {
    for (int i = 0; i < 7; ++i) {
      stripe_.AddCharge(fmt::format("txn_{}", i), kMarch_s + 3600 * i, 1000 + i, "po_1");
    }
    stripe_.AddPayout("po_1", kMarch_s + kDay_s, 7021);
    stripe_.AddCharge("txn_9", kMarch_s + 9 * kDay_s, 500);
  }
  absl::Status Pull(int64_t since_us = 0, int64_t again_us = 0) {
    return engine_.Pull(Stripe(), provider_.url(), {.secret = stripe_.key}, since_us, again_us);
  }
  ledger::AccountProjection Account() {
    for (const auto& account : engine_.Fold().accounts) {
      if (account.provider == "stripe") return account;
    }
    return {};
  }
  void ExpectEverythingOnce() {
    const ledger::AccountProjection account = Account();
    EXPECT_EQ(account.sale_count, 8u);
    EXPECT_EQ(account.sales, 7021 + 500);
    EXPECT_EQ(account.in_transit, 7021);
    EXPECT_EQ(engine_.MatchedPayouts(), 1u);
    EXPECT_THAT(engine_.Reasons(), IsEmpty());
  }

  FakeStripe stripe_;
  FakeProvider provider_{[this](const auto& request) { return stripe_(request); }};
  EngineUnderTest engine_;
};

TEST_F(PullTest, TakesEveryPageAndEachPayoutsOwnList) {
  ASSERT_TRUE(Pull(kMarch).ok());
  ExpectEverythingOnce();
  EXPECT_EQ(Account().covered_until, *base::ParseDay("2026-03-11"));
  EXPECT_THAT(engine_.taken, ElementsAre("pull:stripe/acct_1/balance_transactions "
                                         "2026-03-01T00:00:00Z..2026-03-02T00:00:00Z",
                                         "pull:stripe/acct_1/balance_transactions "
                                         "2026-03-02T00:00:00Z..2026-03-04T00:00:00Z",
                                         "pull:stripe/acct_1/balance_transactions "
                                         "2026-03-04T00:00:00Z..2026-03-08T00:00:00Z",
                                         "pull:stripe/acct_1/balance_transactions "
                                         "2026-03-08T00:00:00Z..2026-03-11T00:00:00Z",
                                         "pull:stripe/acct_1/payout po_1",
                                         "pull:stripe/acct_1/payouts "
                                         "2026-03-01T00:00:00Z..2026-03-11T00:00:00Z"));
}

TEST_F(PullTest, GoesOnWhereTheLogEndsAndReadsTheOverlapAgain) {
  ASSERT_TRUE(Pull(kMarch).ok());
  // It came late, within the overlap of an hour; and one that came since.
  stripe_.balance_transactions.pop_back();
  stripe_.AddCharge("txn_9", kMarch_s + 9 * kDay_s, 500);
  stripe_.AddCharge("txn_late", kMarch_s + 10 * kDay_s - 1800, 30);
  stripe_.AddCharge("txn_new", kMarch_s + 10 * kDay_s + 60, 7);
  engine_.clock().Set(kMarch + 10 * base::kMicrosPerDay + 3600 * base::kMicrosPerSecond);
  ASSERT_TRUE(Pull().ok());
  EXPECT_THAT(engine_.taken, ElementsAre("pull:stripe/acct_1/balance_transactions "
                                         "2026-03-10T23:00:00Z..2026-03-11T01:00:00Z",
                                         "pull:stripe/acct_1/payouts "
                                         "2026-03-01T00:00:00Z..2026-03-11T01:00:00Z"));
  EXPECT_EQ(Account().sales, 7021 + 500 + 30 + 7);
  // Nothing new: quiet windows are reported too, so the cursor goes on.
  engine_.clock().Set(kMarch + 12 * base::kMicrosPerDay);
  ASSERT_TRUE(Pull().ok());
  engine_.clock().Set(kMarch + 13 * base::kMicrosPerDay);
  ASSERT_TRUE(Pull().ok());
  EXPECT_EQ(engine_.taken.front(),
            "pull:stripe/acct_1/balance_transactions 2026-03-12T23:00:00Z..2026-03-13T23:00:00Z");
  EXPECT_EQ(Account().covered_until, *base::ParseDay("2026-03-14"));
  EXPECT_THAT(engine_.Reasons(), IsEmpty());
}

TEST_F(PullTest, APullThatDiedIsGoneOnWith) {
  for (int at = 0; at < 6; ++at) {
    engine_.refuse_after = 1;  // each gets one source further
    const absl::Status status = Pull(kMarch);
    if (status.ok()) break;
    EXPECT_THAT(base::Message(status), HasSubstr("no room"));
  }
  engine_.refuse_after = -1;
  ASSERT_TRUE(Pull(kMarch).ok());
  ExpectEverythingOnce();
}

TEST_F(PullTest, FaultsOnTheWayChangeNothing) {
  provider_.Fail({.on = "/v1/balance_transactions", .skip = 1, .status = 429, .retry_after = "2"});
  provider_.Fail({.on = "/v1/balance_transactions", .skip = 1, .times = 2, .status = 500});
  provider_.Fail({.on = "payout=po_1", .skip = 1});                           // cut
  provider_.Fail({.on = "starting_after=txn_3", .status = 400});              // cursor expired
  provider_.Fail({.on = "starting_after=txn_5", .skip = 1, .repeat = true});  // page repeated
  provider_.Fail({.on = "/v1/payouts", .status = 200, .body = "<html>maintenance"});
  ASSERT_TRUE(Pull(kMarch).ok());
  ExpectEverythingOnce();
  EXPECT_EQ(engine_.counts.repeated, 4u);
}

TEST_F(PullTest, PagesThatNeverEndAreGivenUp) {
  provider_.Fail({.on = "starting_after", .times = 100, .repeat = true});
  const absl::Status status = Pull(kMarch);
  EXPECT_TRUE(absl::IsUnavailable(status));
  EXPECT_THAT(base::Message(status), HasSubstr("repeats an earlier page, 3 times in a row"));
}

TEST_F(PullTest, AnAnswerWithoutItsListIsNoEmptyOne) {
  provider_.Fail({.on = "/v1/balance_transactions", .status = 200, .body = R"({"object":"list"})"});
  const absl::Status status = Pull(kMarch);
  EXPECT_TRUE(absl::IsInvalidArgument(status));
  EXPECT_THAT(base::Message(status), HasSubstr("has no list `data`"));
  EXPECT_THAT(engine_.taken, IsEmpty());
}

TEST_F(PullTest, APayoutsListIsTakenOnceItIsFinal) {
  stripe_.AddPayout("po_2", kMarch_s + 9 * kDay_s + 60, 500, "in_progress");
  ASSERT_TRUE(Pull(kMarch).ok());
  EXPECT_EQ(provider_.Count("payout=po_2"), 0u);
  stripe_.payouts.pop_back();
  stripe_.balance_transactions.pop_back();
  for (auto& row : stripe_.balance_transactions) {
    if (row.id == "txn_9") row.payout = "po_2";
  }
  stripe_.AddPayout("po_2", kMarch_s + 9 * kDay_s + 60, 500);
  engine_.clock().Set(kMarch + 11 * base::kMicrosPerDay);
  ASSERT_TRUE(Pull().ok());
  EXPECT_GT(provider_.Count("payout=po_2"), 0u);
  EXPECT_THAT(engine_.Reasons(), IsEmpty());
}

// What was taken back is pulled again: the log is the cursor.
TEST_F(PullTest, ARetractedWindowIsAHoleThatIsFilled) {
  ASSERT_TRUE(Pull(kMarch).ok());
  std::string sha256;
  ASSERT_TRUE(engine_.Pulled("pull:stripe/acct_1/balance_transactions ").ok());
  auto reader = engine_.engine().log().NewReader(log::Stream::kEvents, 0, 0).value();
  for (const auto& entry : reader->Read(100'000, std::chrono::milliseconds(100)).value()) {
    ledger::Event event;
    if (!codec::DecodeEvent(entry.value, &event).ok()) continue;
    if (event.source.name.find("2026-03-02T") < event.source.name.find("..")) {
      sha256 = event.source.sha256;
    }
  }
  ledger::Event retraction;
  retraction.event_id = "operator/retraction/1";
  retraction.occurred_at_us = kMarch;
  retraction.body = ledger::Retraction{.source_sha256 = sha256};
  ASSERT_TRUE(engine_.engine().AppendConfig({&retraction, 1}).ok());
  ASSERT_TRUE(Pull().ok());
  EXPECT_EQ(engine_.taken.front(),
            "pull:stripe/acct_1/balance_transactions 2026-03-01T23:00:00Z..2026-03-02T23:00:00Z");
}

TEST_F(PullTest, TheFirstOneNeedsADay) {
  const absl::Status status = Pull();
  EXPECT_TRUE(absl::IsFailedPrecondition(status));
  EXPECT_THAT(base::Message(status), HasSubstr("--since"));
  EXPECT_THAT(provider_.requests(), IsEmpty());
}

// The report of the same facts, ingested after the API told them.
TEST_F(PullTest, ReportAndPullAreTheSameFacts) {
  const std::string data = TIEOUT_SOURCE_DIR "/tests/connectors/stripe/testdata/";
  std::ifstream in(data + "balance_transactions.json");
  const std::string list((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  stripe_ = {};
  stripe_.page_size = 3;
  connectors::MemoryInput bytes(list);
  connectors::JsonEntries entries(bytes, "list");
  connectors::JsonEntries::Entry entry;
  while (entries.Next(&entry).value()) {
    const auto fields = connectors::JsonFields::Parse(entry.json).value();
    stripe_.balance_transactions.insert(
        stripe_.balance_transactions.begin(),
        {std::string(fields.Text("id")), std::stoll(std::string(fields.Token("created"))),
         "po_0301", std::string(entry.json)});
  }
  ASSERT_EQ(stripe_.balance_transactions.size(), 10u);
  FakeStripe payout;
  payout.AddPayout("po_0301", 1'772'665'200, 11'500);
  stripe_.payouts = payout.payouts;
  ASSERT_TRUE(Pull(kMarch).ok());
  const ledger::AccountProjection pulled = Account();
  EXPECT_NE(pulled.sales, 0);
  EXPECT_EQ(pulled.in_transit, 11'500);
  const std::vector<std::string> reasons = engine_.Reasons();
  ASSERT_TRUE(engine_.IngestFile(data + "payout_reconciliation.csv").ok());
  const ledger::AccountProjection both = Account();
  EXPECT_EQ(both.sales, pulled.sales);
  EXPECT_EQ(both.fees, pulled.fees);
  EXPECT_EQ(both.refunds, pulled.refunds);
  EXPECT_EQ(both.chargebacks, pulled.chargebacks);
  EXPECT_EQ(both.adjustments, pulled.adjustments);
  EXPECT_EQ(both.owed(), pulled.owed());
  EXPECT_EQ(both.in_transit, pulled.in_transit);
  EXPECT_EQ(engine_.Reasons(), reasons);
}

runtime::PulledSource Covering(int64_t from, int64_t to) {
  return {.name = "n", .from_us = from, .to_us = to};
}

TEST(CoveredUntil, IsTheFirstHole) {
  EXPECT_EQ(CoveredUntil({}), 0);
  EXPECT_EQ(CoveredUntil({Covering(10, 20)}), 20);
  EXPECT_EQ(CoveredUntil({Covering(20, 30), Covering(10, 20)}), 30);
  EXPECT_EQ(CoveredUntil({Covering(10, 40), Covering(15, 20), Covering(40, 50)}), 50);
  EXPECT_EQ(CoveredUntil({Covering(10, 20), Covering(21, 30)}), 20);
}

TEST(PageLine, KeepsWhatWasAnsweredOnOneLineBehindWhatWasAsked) {
  EXPECT_EQ(PageLine("/a?b=\"c\"", "\n{\n  \"x\": [\r\n    {\"y\": \"two  blanks\"}\n  ]\n}\n"),
            "{\"request\":\"/a?b=\\\"c\\\"\",\"x\": [{\"y\": \"two  blanks\"}]}\n");
  EXPECT_EQ(PageLine("/a", "{ }"), "{\"request\":\"/a\"}\n");
}

}  // namespace
}  // namespace tieout::pull
