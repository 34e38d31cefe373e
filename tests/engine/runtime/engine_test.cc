// The engine as the commands use it, on real files and a real embedded log.
#include "engine/runtime/engine.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <optional>
#include <thread>

#include "engine/codec/codec.h"
#include "engine/log/embedded.h"
#include "engine/runtime/ingest_file.h"
#include "engine/runtime/publisher.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/log/support/forwarding_log.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/support/archive.h"

namespace tieout::runtime {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kStripe =
    std::string(TIEOUT_SOURCE_DIR) + "/tests/connectors/stripe/testdata/payout_reconciliation.csv";

class EngineTest : public ::testing::Test {
 protected:
  EngineTest() : clock_(base::ParseDay("2026-04-01")->start_us()) {
    options_.data_dir = FreshDirectory("engine");
    options_.partitions = 3;
    options_.clock = &clock_;
  }
  static IngestRequest Stripe(const std::string& seller) {
    IngestRequest request;
    request.files = {kStripe};
    request.hints.seller = seller;
    request.hints.connector_options["account"] = "acct_1";
    return request;
  }
  std::vector<std::string> Events(const EngineOptions& options) {
    auto log = OpenLogForReading(options).value();
    std::vector<std::string> all;
    for (int partition = 0; partition < log->identity().partitions; ++partition) {
      for (auto& value : ReadAll(log.get(), log::Stream::kEvents, partition)) all.push_back(value);
    }
    return all;
  }

  ManualClock clock_;
  EngineOptions options_;
};

TEST_F(EngineTest, AnAccountNobodyOwnsStopsBeforeAnythingIsAppended) {
  auto engine = Engine::Open(options_).value();
  const size_t before = Events(options_).size();
  const absl::Status refused = engine->Ingest(Stripe("")).value().files.at(0).refusal;
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(), HasSubstr("stripe/acct_1"));
  EXPECT_THAT(refused.ToString(), HasSubstr("--seller"));
  EXPECT_EQ(Events(options_).size(), before);
}

TEST_F(EngineTest, AnOwnerThatIsNoSellersNameStopsBeforeAnythingIsAppended) {
  auto engine = Engine::Open(options_).value();
  const size_t before = Events(options_).size();
  const absl::Status refused = engine->Ingest(Stripe("S/1")).value().files.at(0).refusal;
  EXPECT_EQ(refused.code(), absl::StatusCode::kInvalidArgument) << refused;
  EXPECT_EQ(Events(options_).size(), before);
}

TEST_F(EngineTest, AFileIsTakenOnceAndSkippedAfterwards) {
  auto engine = Engine::Open(options_).value();
  const auto first = engine->Ingest(Stripe("S1"));
  ASSERT_TRUE(first.ok()) << first.status();
  const FileReport& taken = first->files.at(0);
  EXPECT_FALSE(taken.skipped);
  EXPECT_EQ(taken.connector, "stripe");
  EXPECT_GT(taken.events, 0u);
  EXPECT_EQ(taken.accounts.at(0).owner, "S1");
  EXPECT_TRUE(taken.accounts.at(0).declared);
  EXPECT_TRUE(std::filesystem::exists(options_.data_dir + "/sources/" + taken.sha256 + ".zst"));
  const size_t events = Events(options_).size();

  engine.reset();  // another process, reading the index's cache
  engine = Engine::Open(options_).value();
  const auto second = engine->Ingest(Stripe(""));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_TRUE(second->files.at(0).skipped);
  EXPECT_EQ(Events(options_).size(), events);
}

TEST_F(EngineTest, RunsToTheEndAndTheViewAgrees) {
  auto engine = Engine::Open(options_).value();
  ASSERT_TRUE(engine->Ingest(Stripe("S1")).ok());
  ASSERT_TRUE(engine->Settle().ok());
  // Before anything is folded, a view folds all of it in memory.
  auto early = OpenView(options_);
  ASSERT_TRUE(early.ok()) << early.status();
  const auto expected = (*early)->Project("S1");
  ASSERT_TRUE(expected.ok()) << expected.status();
  const RecordsPage early_records = (*early)->Records("", 1000).value();

  const auto run = engine->RunToEnd({});
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_GT(run->events, 0u);
  EXPECT_EQ(run->records, early_records.records.size());
  EXPECT_EQ(run->dead_letters, 0u);
  EXPECT_GT(run->checkpoints, 0u);
  EXPECT_THAT(engine->read_model().Homes().value(), Contains("S1"));
  const auto live = engine->read_model().Project("S1").value();
  auto view = OpenView(options_).value();
  const auto seen = view->Project("S1").value();
  ASSERT_EQ(live.accounts.size(), seen.accounts.size());
  for (size_t i = 0; i < live.accounts.size(); ++i) {
    EXPECT_EQ(live.accounts[i].owed(), seen.accounts[i].owed());
    EXPECT_EQ(live.accounts[i].sales, expected->accounts[i].sales);
  }
  const std::vector<PartitionStatus> partitions = view->Status().value();
  ASSERT_EQ(partitions.size(), 3u);
  for (const PartitionStatus& status : partitions) {
    EXPECT_EQ(status.folded_position, status.end_position);
    EXPECT_EQ(status.stored_position, status.end_position);
  }
  // Nothing new: nothing folded, nothing written.
  EXPECT_EQ(engine->RunToEnd({})->events, 0u);
}

// Temporary files go to a folder of the test's own, beside whatever else runs here.
class OwnTemporaryFolder {
 public:
  OwnTemporaryFolder() : path_(FreshDirectory("temporary")) {
    if (const char* former = std::getenv("TMPDIR")) former_ = former;
    setenv("TMPDIR", path_.c_str(), 1);
  }
  ~OwnTemporaryFolder() { former_ ? setenv("TMPDIR", former_->c_str(), 1) : unsetenv("TMPDIR"); }
  size_t Files() const {
    return static_cast<size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }

 private:
  const std::string path_;
  std::optional<std::string> former_;
};

// A view whose memory is too small for what it folds writes to temporary files, and says the same.
TEST_F(EngineTest, AViewIsBounded) {
  RandomLogShape shape;
  shape.sales_a_day = 120;  // several batches a partition
  WriteRandomLog(options_.data_dir + "/log", shape);
  EngineOptions small = options_;
  small.memory.dirty_bytes = 1;
  small.memory.pages_bytes = 1;
  const OwnTemporaryFolder temporary;
  const auto first = OpenView(options_).value();
  const RecordsPage records = first->Records("", 1'000'000).value();
  ASSERT_FALSE(records.records.empty());
  const auto expect_the_same = [&](ReadModel& bounded) {
    EXPECT_EQ(temporary.Files(), 1u);
    const std::vector<std::string> homes = first->Homes().value();
    ASSERT_FALSE(homes.empty());
    EXPECT_EQ(bounded.Homes().value(), homes);
    for (const std::string& home : homes) {
      EXPECT_EQ(codec::SellerToJson(bounded.Project(home).value()),
                codec::SellerToJson(first->Project(home).value()));
    }
    const RecordsPage same = bounded.Records("", 1'000'000).value();
    ASSERT_EQ(same.records.size(), records.records.size());
    for (size_t i = 0; i < same.records.size(); ++i) {
      EXPECT_EQ(codec::RecordToJson(same.records[i]), codec::RecordToJson(records.records[i]));
    }
  };
  {
    uint64_t seen = 0;
    const auto bounded =
        OpenView(small, [&](const RunProgress& now) { seen = now.events; }).value();
    expect_the_same(*bounded);
    EXPECT_GT(seen, 0u);
    const std::vector<PartitionStatus> partitions = bounded->Status().value();
    for (const PartitionStatus& partition : partitions) {
      EXPECT_EQ(partition.committed_position, 0);
      EXPECT_EQ(partition.stored_position, 0);
      EXPECT_EQ(partition.folded_position, partition.end_position);
      EXPECT_EQ(partition.dirty_bytes, 0u);
    }
  }
  EXPECT_EQ(temporary.Files(), 0u);
  // Once committed, up to there muted: no record is counted twice.
  ASSERT_TRUE(Engine::Open(options_).value()->RunToEnd({}).ok());
  std::filesystem::remove_all(options_.data_dir + "/store");
  expect_the_same(*OpenView(small).value());
}

TEST_F(EngineTest, RecordsComeInPagesWithACursor) {
  WriteRandomLog(options_.data_dir + "/log", {});
  auto engine = Engine::Open(options_).value();
  const auto run = engine->RunToEnd({});
  ASSERT_TRUE(run.ok()) << run.status();
  std::string cursor;
  uint64_t read = 0;
  for (bool more = true; more;) {
    const RecordsPage page = engine->read_model().Records(cursor, 7).value();
    ASSERT_LE(page.records.size(), 7u);
    read += page.records.size();
    cursor = page.next;
    more = page.more;
  }
  EXPECT_EQ(read, run->records);
  EXPECT_TRUE(engine->read_model().Records(cursor, 7)->records.empty());
  EXPECT_THAT(engine->read_model().Records("1.2", 7).status().ToString(),
              HasSubstr("has 3 partitions"));
}

// A log whose n-th append fails, as when the machine goes down there.
class FailingLog : public log::ForwardingLog {
 public:
  FailingLog(log::EventLog* log, int appends) : ForwardingLog(log), left_(appends) {}
  absl::Status Append(std::span<const log::Entry> entries) override {
    if (left_-- == 0) return base::Unavailable("the power went");
    return ForwardingLog::Append(entries);
  }

 private:
  int left_;
};

TEST_F(EngineTest, AnIngestCutOffIsDoneAgainWithTheSameEvents) {
  auto whole = Engine::Open(options_).value();
  ASSERT_TRUE(whole->Ingest(Stripe("S1")).ok());
  whole.reset();
  const std::vector<std::string> expected = Events(options_);

  for (int appends = 0; appends < 3; ++appends) {  // opened, rows, closed
    EngineOptions options = options_;
    options.data_dir = FreshDirectory("engine_cut");
    auto engine = Engine::Open(options).value();
    FailingLog failing(&engine->log(), appends);
    LogIndex index(&failing, "");
    ASSERT_TRUE(index.Refresh().ok());
    Publisher publisher(&failing, &index);
    SourceStore sources(options.data_dir + "/sources");
    FileIngest ingest(&publisher, &index, &sources,
                      {.quarantine_directory = options.data_dir + "/quarantine",
                       .now_us = clock_.NowMicros(),
                       .before_first_append = [] { return absl::OkStatus(); }});
    const absl::Status cut =
        ingest.Take(Stripe("S1"), kStripe, [](FileReport) { return absl::OkStatus(); });
    EXPECT_EQ(cut.code(), absl::StatusCode::kUnavailable);
    const auto again = engine->Ingest(Stripe("S1"));
    ASSERT_TRUE(again.ok()) << again.status();
    EXPECT_FALSE(again->files.at(0).skipped);
    engine.reset();

    // Every event that stands there stands in the uninterrupted log, and the other way round.
    std::set<std::string> once(expected.begin(), expected.end());
    for (const std::string& event : Events(options)) {
      if (event.find("log/beginning") != std::string::npos) continue;
      EXPECT_TRUE(once.contains(event));
    }
    const std::vector<std::string> found = Events(options);
    const std::set<std::string> seen(found.begin(), found.end());
    for (const std::string& event : once) {
      if (event.find("log/beginning") != std::string::npos) continue;
      EXPECT_TRUE(seen.contains(event));
    }
  }
}

TEST_F(EngineTest, OthersAppendThroughServe) {
  std::atomic<bool> stop{false};
  std::promise<void> ready;
  auto serving = Engine::Open(options_).value();
  absl::StatusOr<RunReport> served = base::Internal("not ended");
  std::thread thread([&] {
    served = serving->Serve(stop, [&] {
      ready.set_value();
      return absl::OkStatus();
    });
  });
  ready.get_future().wait();

  auto beside = Engine::Open(options_);
  ASSERT_TRUE(beside.ok()) << beside.status();
  EXPECT_TRUE((*beside)->remote());
  const auto report = (*beside)->Ingest(Stripe("S1"));
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_TRUE((*beside)->Settle().ok());
  const auto run = (*beside)->RunToEnd({});
  ASSERT_TRUE(run.ok()) << run.status();
  EXPECT_THAT((*beside)->read_model().Homes().value(), ElementsAre("S1"));
  EXPECT_THAT(serving->read_model().Homes().value(), ElementsAre("S1"));
  EXPECT_EQ(serving->read_model().Records("", 1000)->records.size(),
            (*beside)->read_model().Records("", 1000)->records.size());
  EXPECT_EQ((*beside)->Serve(stop, {}).status().code(), absl::StatusCode::kFailedPrecondition);

  stop = true;
  thread.join();
  ASSERT_TRUE(served.ok()) << served.status();
  EXPECT_GT(served->checkpoints, 0u);
  EXPECT_FALSE(std::filesystem::exists(options_.data_dir + "/socket"));
  const absl::Status gone = (*beside)->Settle();
  EXPECT_EQ(gone.code(), absl::StatusCode::kUnavailable) << gone;
}

TEST_F(EngineTest, ADirectoryHeldByARunIsRefused) {
  auto held = Engine::Open(options_).value();
  const absl::Status refused = Engine::Open(options_).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition) << refused;
}

TEST_F(EngineTest, AFileWhoseSumIsBeyond64BitsStopsBeforeAnythingIsAppended) {
  const std::string file = options_.data_dir + "-large.jsonl";
  std::ofstream out(file);
  for (const char* id : {"a", "b"}) {
    out << R"({"event_id":"shop/s1/)" << id << R"(/gross","account":{"provider":"shop",)"
        << R"("merchant_account":"s1","currency":"EUR"},"occurred_at":"2026-03-01T00:00:00Z",)"
        << R"("amount_minor":"9000000000000000000","sale":{}})" << '\n';
  }
  out.close();
  auto engine = Engine::Open(options_).value();
  const size_t before = Events(options_).size();
  IngestRequest request;
  request.files = {file};
  request.hints.seller = "S1";
  EXPECT_THAT(engine->Ingest(request).value().files.at(0).refusal.ToString(),
              HasSubstr("the sum of its EUR amounts is beyond 64 bits"));
  EXPECT_EQ(Events(options_).size(), before);
}

// The files of a zip are sources of their own: what can't be taken of them is named, and the others
// go on.
TEST_F(EngineTest, TakesEachFileOfAZip) {
  const std::string zip = options_.data_dir + ".zip";
  std::ifstream in(kStripe);
  const std::string stripe{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  const std::string bank = "Date,Text,Amount,Currency,Account\n2026-03-02,Rent,-10.00,EUR,DE1\n";
  std::ofstream(zip, std::ios::binary)
      << Zipped({{"read me.txt", "hello"}, {"a/stripe.csv", stripe}, {"bank.csv", bank}});
  IngestRequest request = Stripe("S1");
  request.files = {zip};
  request.member_hints = [&](const std::string& file, const std::string& member) {
    EXPECT_EQ(file, zip);
    SourceHints hints = request.hints;
    if (member == "bank.csv") hints.seller = "S2";
    return hints;
  };
  auto engine = Engine::Open(options_).value();
  const auto report = engine->Ingest(request);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->files.size(), 3u);
  EXPECT_THAT(report->files[0].refusal.ToString(), HasSubstr(zip + ":read me.txt: no connector"));
  EXPECT_TRUE(report->files[1].refusal.ok()) << report->files[1].refusal;
  EXPECT_EQ(report->files[1].file, zip + ":a/stripe.csv");
  EXPECT_EQ(report->files[1].accounts.at(0).owner, "S1");
  EXPECT_EQ(report->files[2].accounts.at(0).owner, "S2");
  // Unpacked, it is the same source.
  EXPECT_TRUE(engine->Ingest(Stripe("S1"))->files.at(0).skipped);
  const auto again = engine->Ingest(request);
  EXPECT_FALSE(again->files.at(0).refusal.ok());
  EXPECT_TRUE(again->files.at(1).skipped);
}

// A `start` in a file of events is configuration as any other: every partition sees it.
TEST_F(EngineTest, ConfigurationInAFileGoesToEveryPartition) {
  const std::string file = options_.data_dir + "-start.jsonl";
  std::ofstream(file)
      << R"({"event_id":"shop/s1/start","account":{"provider":"shop","merchant_account":"s1",)"
      << R"("currency":"EUR"},"occurred_at":"2026-03-01T00:00:00Z",)"
      << R"("start":{"first_day":"2026-03-01","available_minor":"5000"}})" << '\n';
  auto engine = Engine::Open(options_).value();
  IngestRequest request;
  request.files = {file};
  request.hints.seller = "S1";
  const auto report = engine->Ingest(request);
  ASSERT_TRUE(report.ok()) << report.status();
  int starts = 0;
  for (const std::string& value : Events(options_)) {
    starts += value.find("shop/s1/start") != std::string::npos ? 1 : 0;
  }
  EXPECT_EQ(starts, options_.partitions);
  ASSERT_TRUE(engine->RunToEnd({}).ok());
  EXPECT_EQ(engine->read_model().Project("S1")->accounts.at(0).available, 5000);
}

TEST_F(EngineTest, RowsThatAreNoEventAreKeptWithTheirReason) {
  std::ifstream in(kStripe);
  std::stringstream content;
  content << in.rdbuf();
  std::string text = content.str();
  const size_t at = text.find(",120.00,3.80,");
  ASSERT_NE(at, std::string::npos);
  text.replace(at, 8, ",12..34,");
  const std::string file = options_.data_dir + "/broken.csv";
  std::ofstream(file) << text;

  auto engine = Engine::Open(options_).value();
  IngestRequest request = Stripe("S1");
  request.files = {file};
  const auto report = engine->Ingest(request);
  ASSERT_TRUE(report.ok()) << report.status();
  const FileReport& taken = report->files.at(0);
  ASSERT_EQ(taken.quarantined, 1u);
  EXPECT_EQ(taken.first_quarantined.at(0).line, 2u);
  EXPECT_THAT(taken.first_quarantined.at(0).value, HasSubstr("12..34"));
  std::ifstream kept(taken.quarantine_file);
  std::string line;
  ASSERT_TRUE(std::getline(kept, line));
  EXPECT_THAT(line, HasSubstr("\"line\":2"));
  EXPECT_THAT(line, HasSubstr("12..34"));
}

}  // namespace
}  // namespace tieout::runtime
