// What a dry run says, against what ingest then does; and that it leaves nothing behind.
#include "engine/runtime/ingest_preview.h"

#include <filesystem>
#include <fstream>
#include <map>

#include "engine/codec/codec.h"
#include "engine/runtime/engine.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::runtime {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

const std::string kStripe =
    std::string(TIEOUT_SOURCE_DIR) + "/tests/connectors/stripe/testdata/payout_reconciliation.csv";

class IngestPreviewTest : public ::testing::Test {
 protected:
  IngestPreviewTest() : clock_(base::ParseDay("2026-04-01")->start_us()) {
    options_.data_dir = FreshDirectory("preview") + "/data";
    options_.partitions = 3;
    options_.clock = &clock_;
  }
  static IngestRequest Request(const std::string& file, const std::string& seller = "S1") {
    IngestRequest request;
    request.files = {file};
    request.hints.seller = seller;
    request.hints.connector_options["account"] = "acct_1";
    return request;
  }
  // A bank's CSV beside the data directory.
  std::string BankFile(const std::string& name, const std::string& rows) const {
    const std::string path = std::filesystem::path(options_.data_dir).parent_path() / name;
    std::ofstream(path) << "Date,Text,Amount,Currency,Account\n" << rows;
    return path;
  }
  std::vector<SourcePreview> Preview(const std::vector<IngestRequest>& requests,
                                     std::function<void(const ledger::Event&)> on_event = nullptr) {
    auto preview = IngestPreview::Open(options_, std::move(on_event), nullptr);
    if (!preview.ok()) {
      ADD_FAILURE() << preview.status();
      return {};
    }
    for (const IngestRequest& request : requests) EXPECT_TRUE((*preview)->Take(request).ok());
    return (*preview)->Finish().value();
  }
  std::vector<std::string> LogEvents() const {
    std::vector<std::string> all;
    auto log = OpenLogForReading(options_).value();
    for (int partition = 0; partition < log->identity().partitions; ++partition) {
      for (auto& value : ReadAll(log.get(), log::Stream::kEvents, partition)) all.push_back(value);
    }
    return all;
  }

  ManualClock clock_;
  EngineOptions options_;
};

uint64_t NewOf(const SourcePreview& source) {
  uint64_t count = 0;
  for (const PreviewGroup& group : source.groups) count += group.new_events();
  return count;
}

TEST_F(IngestPreviewTest, MakesNoLogAndShowsWhatIngestThenAppends) {
  std::multiset<std::string> shown;
  const auto sources = Preview({Request(kStripe)}, [&](const ledger::Event& event) {
    shown.insert(codec::EncodeEvent(event));
  });
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir));
  ASSERT_EQ(sources.size(), 1u);
  EXPECT_TRUE(sources[0].report.refusal.ok()) << sources[0].report.refusal;
  EXPECT_EQ(sources[0].appended, shown.size());
  EXPECT_EQ(NewOf(sources[0]), sources[0].report.events);

  auto engine = Engine::Open(options_).value();
  const std::vector<std::string> before = LogEvents();
  ASSERT_TRUE(engine->Ingest(Request(kStripe)).ok());
  std::multiset<std::string> appended;
  for (std::string& wire : LogEvents()) {
    ledger::Event event;
    ASSERT_TRUE(codec::DecodeEvent(wire, &event).ok());
    if (event.kind() == ledger::Kind::kTick) continue;
    // The account stands in every partition.
    if (event.kind() == ledger::Kind::kAccount && appended.contains(wire)) continue;
    appended.insert(wire);
  }
  for (const std::string& wire : before) appended.erase(wire);
  EXPECT_EQ(appended, shown);
}

TEST_F(IngestPreviewTest, SumsByKindAndCurrency) {
  const std::string file = BankFile("bank.csv",
                                    "2026-03-02,Rent,-10.00,EUR,DE1\n2026-03-05,In,25.50,EUR,DE1\n"
                                    "2026-03-04,In,7,JPY,DE1\n");
  const auto sources = Preview({Request(file)});
  ASSERT_EQ(sources.at(0).groups.size(), 2u);
  const PreviewGroup& euros = sources[0].groups[0];
  EXPECT_EQ(euros.kind, ledger::Kind::kBankDeposit);
  EXPECT_EQ(euros.currency, "EUR");
  EXPECT_EQ(euros.events, 2u);
  EXPECT_TRUE(euros.total == 1550);
  EXPECT_TRUE(euros.new_total() == 1550);
  EXPECT_EQ(base::FormatDay(base::DayOf(euros.first_us)), "2026-03-02");
  EXPECT_EQ(base::FormatDay(base::DayOf(euros.last_us)), "2026-03-05");
  EXPECT_EQ(sources[0].groups[1].currency, "JPY");
  EXPECT_TRUE(sources[0].groups[1].total == 7);
  EXPECT_EQ(sources[0].report.accounts.at(0).owner, "S1");
  EXPECT_TRUE(sources[0].report.accounts.at(0).declared);
}

TEST_F(IngestPreviewTest, TellsNewFromKnownTwiceAndConflicting) {
  const auto events = [&](const std::string& name, const std::string& second_amount) {
    const std::string path = std::filesystem::path(options_.data_dir).parent_path() / name;
    std::ofstream out(path);
    for (const auto& [id, amount] :
         {std::pair<std::string, std::string>{"a", "100"}, {"b", second_amount}}) {
      out << R"({"event_id":"shop/s1/)" << id << R"(/gross","account":{"provider":"shop",)"
          << R"("merchant_account":"s1","currency":"EUR"},"occurred_at":"2026-03-01T00:00:00Z",)"
          << R"("amount_minor":")" << amount << R"(","sale":{}})" << '\n';
    }
    return path;
  };
  const std::string first = events("first.jsonl", "200");
  const std::string other = events("other.jsonl", "999");
  const auto both = Preview({Request(first), Request(other)});
  EXPECT_EQ(NewOf(both.at(0)), 2u);
  EXPECT_EQ(both.at(1).groups.at(0).known.twice, 1u);
  EXPECT_EQ(both.at(1).groups.at(0).known.conflicting, 1u);
  EXPECT_EQ(NewOf(both.at(1)), 0u);
  EXPECT_TRUE(both.at(0).conflicts.empty());
  const KnownEvents::Conflict here = both.at(1).conflicts.at(0);
  EXPECT_EQ(here.event_id, "shop/s1/b/gross");
  EXPECT_EQ(here.line, 2u);
  EXPECT_EQ(here.amount, 999);
  EXPECT_EQ(here.known, 200);
  EXPECT_FALSE(here.in_log);

  ASSERT_TRUE(Engine::Open(options_).value()->Ingest(Request(first)).ok());
  const auto later = Preview({Request(first), Request(other)});
  EXPECT_TRUE(later.at(0).report.skipped);
  const PreviewGroup& group = later.at(1).groups.at(0);
  EXPECT_EQ(group.events, 2u);
  EXPECT_EQ(group.known.in_log, 1u);
  EXPECT_EQ(group.known.conflicting, 1u);
  EXPECT_EQ(later.at(1).conflicts.at(0).known, 200);
  EXPECT_TRUE(later.at(1).conflicts.at(0).in_log);
  EXPECT_TRUE(group.total == 1099);
  EXPECT_TRUE(group.new_total() == 0);
}

TEST_F(IngestPreviewTest, ShowsWhatHasNoOwnerYetAndWhatCannotBeTaken) {
  const std::string broken = BankFile("broken.csv", "2026-03-02,Rent,12..34,EUR,DE1\n");
  const std::string nothing = BankFile("nothing.csv", "");
  std::ofstream(nothing) << "what is this";
  ASSERT_TRUE(Engine::Open(options_).ok());
  const size_t before = LogEvents().size();
  const auto sources = Preview({Request(broken, ""), Request(nothing, ""), Request(kStripe, "")});
  ASSERT_EQ(sources.size(), 3u);
  EXPECT_EQ(sources[0].report.quarantined, 1u);
  EXPECT_EQ(sources[0].report.first_quarantined.at(0).line, 2u);
  EXPECT_THAT(sources[1].report.refusal.ToString(), HasSubstr("nothing.csv"));
  EXPECT_THAT(sources[2].report.accounts.at(0).owner, IsEmpty());
  EXPECT_GT(NewOf(sources[2]), 0u);
  EXPECT_EQ(LogEvents().size(), before);
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir + "/sources"));
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir + "/quarantine"));
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir + "/index"));
}

// More events than are gathered at a time: the log is read once for each part of them.
TEST_F(IngestPreviewTest, ComparesInParts) {
  auto engine = Engine::Open(options_).value();
  ASSERT_TRUE(engine->Ingest(Request(kStripe)).ok());
  std::vector<std::string> wires;
  for (const std::string& wire : LogEvents()) wires.push_back(wire);
  KnownEvents known(&engine->log(), nullptr, 3);
  size_t sales = 0;
  for (const std::string& wire : wires) {
    ledger::Event event;
    ASSERT_TRUE(codec::DecodeEvent(wire, &event).ok());
    if (!ledger::IsBalanceItem(event.kind())) continue;
    ++sales;
    ASSERT_TRUE(known.Add(event, 0).ok());
  }
  ASSERT_GT(sales, 6u);
  EXPECT_EQ(known.Finish().value().at(0).in_log, sales);
}

}  // namespace
}  // namespace tieout::runtime
