#include "engine/runtime/log_index.h"

#include <fstream>

#include "engine/codec/codec.h"
#include "engine/log/embedded.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/publisher.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::runtime {
namespace {

const std::string kSha(32, 'x');

class LogIndexTest : public ::testing::Test {
 protected:
  LogIndexTest() : directory_(FreshDirectory("index")) {
    const log::Identity identity{"one", 2};
    EXPECT_TRUE(
        log::CreateEmbedded(directory_ + "/log", identity, BeginningOf(identity, 0), {}).ok());
    log_ = OpenTestLog(directory_ + "/log");
  }
  std::string cache() const { return directory_ + "/index"; }

  void AppendAccountAndClosedReport(std::string_view name = "") {
    LogIndex index(log_.get(), "");
    Publisher publisher(log_.get(), &index);
    ledger::Event account;
    account.event_id = "stripe/a/account/o";
    account.account = {"stripe", "a", ""};
    account.occurred_at_us = base::kMicrosPerDay;
    ledger::AccountOpened opened;
    opened.owner = "S1";
    account.body = opened;
    ASSERT_TRUE(publisher.AppendConfig({&account, 1}).ok());
    ledger::Event report;
    report.event_id = "stripe/a/EUR.x/closed";
    report.account = {"stripe", "a", "EUR"};
    report.source.sha256 = kSha;
    report.source.name = name;
    ledger::SourceReport body;
    body.phase = ledger::SourceReport::Phase::kClosed;
    body.coverage_to_us = 7;
    report.body = body;
    ASSERT_TRUE(publisher.Add(report).ok());
    ASSERT_TRUE(publisher.Flush().ok());
  }

  void TakeBack(LogIndex* index) {
    Publisher publisher(log_.get(), index);
    ledger::Event retraction;
    retraction.event_id = "log/retraction/1";
    retraction.occurred_at_us = base::kMicrosPerDay;
    ledger::Retraction body;
    body.source_sha256 = kSha;
    retraction.body = body;
    ASSERT_TRUE(publisher.AppendConfig({&retraction, 1}).ok());
  }

  const std::string directory_;
  std::unique_ptr<log::EventLog> log_;
};

TEST_F(LogIndexTest, KnowsOwnersAndClosedSourcesAlsoFromItsCache) {
  ASSERT_NO_FATAL_FAILURE(AppendAccountAndClosedReport());
  {
    LogIndex index(log_.get(), cache());
    EXPECT_FALSE(index.IsClosed(kSha));
    ASSERT_TRUE(index.Refresh().ok());
    EXPECT_TRUE(index.IsClosed(kSha));
    EXPECT_EQ(index.accounts().OwnerOn({"stripe", "a", "EUR"}, base::Day{100}), "S1");
    ASSERT_TRUE(index.Save().ok());
  }
  LogIndex cached(log_.get(), cache());
  EXPECT_TRUE(cached.IsClosed(kSha)) << "without reading the log again";
  EXPECT_EQ(cached.accounts().OwnerOn({"stripe", "a", "EUR"}, base::Day{100}), "S1");
  EXPECT_FALSE(cached.IsClosed(std::string(32, 'y')));
}

TEST_F(LogIndexTest, ARetractionOpensTheSourceAgain) {
  ASSERT_NO_FATAL_FAILURE(AppendAccountAndClosedReport());
  LogIndex index(log_.get(), cache());
  ASSERT_TRUE(index.Refresh().ok());
  TakeBack(&index);
  EXPECT_FALSE(index.IsClosed(kSha));
}

TEST_F(LogIndexTest, KnowsWhatWasPulledUntilItIsTakenBack) {
  ASSERT_NO_FATAL_FAILURE(AppendAccountAndClosedReport("pull:stripe/a/payouts x"));
  {
    LogIndex index(log_.get(), cache());
    ASSERT_TRUE(index.Refresh().ok());
    ASSERT_TRUE(index.Save().ok());
  }
  LogIndex cached(log_.get(), cache());
  const std::vector<PulledSource> pulled = cached.Pulled("pull:stripe/a/payouts ");
  ASSERT_EQ(pulled.size(), 1u);
  EXPECT_EQ(pulled[0].name, "pull:stripe/a/payouts x");
  EXPECT_EQ(pulled[0].merchant_account + pulled[0].currency, "aEUR");
  EXPECT_EQ(pulled[0].to_us, 7);
  EXPECT_TRUE(cached.Pulled("pull:stripe/a/payout ").empty());
  TakeBack(&cached);
  EXPECT_TRUE(cached.Pulled("pull:").empty());
}

TEST_F(LogIndexTest, ADamagedOrForeignCacheIsIgnored) {
  ASSERT_NO_FATAL_FAILURE(AppendAccountAndClosedReport());
  {
    LogIndex index(log_.get(), cache());
    ASSERT_TRUE(index.Refresh().ok());
    ASSERT_TRUE(index.Save().ok());
  }
  {
    std::fstream file(cache(), std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(80);
    file.put('!');
  }
  LogIndex damaged(log_.get(), cache());
  EXPECT_FALSE(damaged.IsClosed(kSha));
  ASSERT_TRUE(damaged.Refresh().ok());
  EXPECT_TRUE(damaged.IsClosed(kSha));
  ASSERT_TRUE(damaged.Save().ok());

  const log::Identity other{"two", 2};
  ASSERT_TRUE(log::CreateEmbedded(directory_ + "/two", other, BeginningOf(other, 0), {}).ok());
  auto other_log = OpenTestLog(directory_ + "/two");
  LogIndex foreign(other_log.get(), cache());
  EXPECT_FALSE(foreign.IsClosed(kSha));
}

}  // namespace
}  // namespace tieout::runtime
