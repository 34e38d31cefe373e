// Bank files whose rows have no id, end to end: two files of one account go in, and what the bank
// moved is counted once. Where nothing tells whether a row is another, it is held and said.
#include <fstream>
#include <string>
#include <vector>

#include "engine/runtime/engine.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::runtime {
namespace {

struct Ingested {
  ledger::Minor bank = 0;  // all booked movements
  size_t held = 0;         // POSSIBLE_DUPLICATE_ROW
  friend bool operator==(const Ingested&, const Ingested&) = default;
  friend std::ostream& operator<<(std::ostream& out, const Ingested& is) {
    return out << is.bank << " and " << is.held << " held";
  }
};

class RowsWithoutIdsTest : public ::testing::Test {
 protected:
  RowsWithoutIdsTest() : clock_(base::ParseDay("2026-04-01")->start_us()) {}

  // Each text is a file of account DE1, ingested in this order into a log of its own.
  Ingested Take(const std::vector<std::string>& files) {
    EngineOptions options;
    options.data_dir = FreshDirectory("rows_without_ids");
    options.partitions = 1;
    options.clock = &clock_;
    auto engine = Engine::Open(options).value();
    for (size_t i = 0; i < files.size(); ++i) {
      const std::string path = options.data_dir + "/bank" + std::to_string(i) + ".csv";
      std::ofstream(path) << files[i];
      IngestRequest request;
      request.files = {path};
      request.hints.seller = "S1";
      request.hints.connector_options = {{"account", "DE1"}, {"currency", "EUR"}};
      const auto report = engine->Ingest(request);
      EXPECT_TRUE(report.ok()) << report.status();
      EXPECT_TRUE(report->files.at(0).refusal.ok()) << report->files.at(0).refusal;
    }
    EXPECT_TRUE(engine->RunToEnd({}).ok());
    Ingested is;
    const auto seller = engine->read_model().Project("S1").value();
    for (const auto& account : seller.accounts) is.bank = account.bank;
    const auto page = engine->read_model().Records("", 1000).value();
    for (const auto& record : page.records) {
      is.held += record.reason == "POSSIBLE_DUPLICATE_ROW" ? 1 : 0;
    }
    return is;
  }

  ManualClock clock_;
};

std::string Join(std::string text, const std::vector<std::string>& rows) {
  for (const std::string& row : rows) text += row + "\n";
  return text;
}

std::vector<std::string> Slice(const std::vector<std::string>& rows, size_t from, size_t to) {
  return {rows.begin() + static_cast<ptrdiff_t>(from), rows.begin() + static_cast<ptrdiff_t>(to)};
}

// --- with a running balance: it settles everything ----------------------------------------------

// Three equal rows on the 3rd, among others. 10.00 + 3 * 5.00 + 7.00 + 5.00 = 37.00
const std::string kWithBalance = "Date,Description,Amount,Balance\n";
const std::vector<std::string> kBalanced = {
    "2026-03-02,rent,10.00,110.00", "2026-03-03,card,5.00,115.00", "2026-03-03,card,5.00,120.00",
    "2026-03-03,card,5.00,125.00",  "2026-03-04,rent,7.00,132.00", "2026-03-05,card,5.00,137.00"};

TEST_F(RowsWithoutIdsTest, BalanceSettlesWhateverTheFilesShare) {
  const Ingested once = {3700, 0};
  const std::string whole = Join(kWithBalance, kBalanced);
  std::vector<std::string> reversed(kBalanced.rbegin(), kBalanced.rend());
  EXPECT_EQ(Take({whole}), once);
  EXPECT_EQ(Take({whole, Join(kWithBalance, reversed)}), once) << "other order";
  EXPECT_EQ(Take({Join(kWithBalance, reversed), whole}), once) << "other order";
  for (size_t from = 1; from < 4; ++from) {
    for (size_t to = from + 1; to <= 4; ++to) {
      const std::string part = Join(kWithBalance, Slice(kBalanced, from, to));
      EXPECT_EQ(Take({whole, part}), once) << "contained " << from << ".." << to;
      EXPECT_EQ(Take({part, whole}), once) << "contained " << from << ".." << to;
    }
  }
  for (const size_t cut : {2, 3}) {
    const std::string head = Join(kWithBalance, Slice(kBalanced, 0, cut));
    const std::string tail = Join(kWithBalance, Slice(kBalanced, cut, kBalanced.size()));
    const std::string overlapping = Join(kWithBalance, Slice(kBalanced, cut - 1, kBalanced.size()));
    EXPECT_EQ(Take({head, tail}), once) << "cut in the middle, at " << cut;
    EXPECT_EQ(Take({tail, head}), once) << "cut in the middle, at " << cut;
    EXPECT_EQ(Take({head, overlapping}), once) << "overlapping at " << cut;
    EXPECT_EQ(Take({head, tail, whole}), once) << "all of it, at " << cut;
  }
}

TEST_F(RowsWithoutIdsTest, ThereAndBackAgainIsTwoRowsOfOneBalance) {
  const std::vector<std::string> rows = {
      "2026-03-03,card,5.00,105.00", "2026-03-03,card,-5.00,100.00", "2026-03-03,card,5.00,105.00"};
  const std::string whole = Join(kWithBalance, rows);
  EXPECT_EQ(Take({whole}), (Ingested{500, 0}));
  EXPECT_EQ(Take({Join(kWithBalance, Slice(rows, 0, 1)), whole}), (Ingested{500, 0}));
}

// --- with a time of day -------------------------------------------------------------------------

const std::string kPlain = "Date,Description,Amount\n";

TEST_F(RowsWithoutIdsTest, FilesThatAdjoinAtNoonAdd) {
  const std::string morning = Join(kPlain, {"2026-03-02 08:00:00,card,5.00",  //
                                            "2026-03-03 11:59:00,card,5.00"});
  const std::string afternoon =
      Join(kPlain, {"2026-03-03 12:00:00,card,5.00", "2026-03-04 09:00:00,card,5.00"});
  const std::string day = Join(kPlain, {"2026-03-03 11:59:00,card,5.00",  //
                                        "2026-03-03 12:00:00,card,5.00"});
  EXPECT_EQ(Take({morning, afternoon}), (Ingested{2000, 0}));
  EXPECT_EQ(Take({morning, afternoon, day}), (Ingested{2000, 0}));
  EXPECT_EQ(Take({day, afternoon, morning}), (Ingested{2000, 0}));
}

// --- with nothing but dates ---------------------------------------------------------------------

TEST_F(RowsWithoutIdsTest, EqualRowsOfOverlappingDaysAreTheSame) {
  const std::vector<std::string> rows = {"2026-03-02,card,5.00", "2026-03-03,card,5.00",
                                         "2026-03-03,card,5.00", "2026-03-04,card,5.00",
                                         "2026-03-05,card,5.00"};
  const std::string whole = Join(kPlain, rows);
  const Ingested once = {2500, 0};
  EXPECT_EQ(Take({whole, Join(kPlain, {rows.rbegin(), rows.rend()})}), once) << "other order";
  EXPECT_EQ(Take({whole, Join(kPlain, Slice(rows, 1, 3))}), once) << "contained";
  EXPECT_EQ(Take({Join(kPlain, Slice(rows, 1, 3)), whole}), once) << "contained";
  EXPECT_EQ(Take({Join(kPlain, Slice(rows, 0, 4)), Join(kPlain, Slice(rows, 1, 5))}), once)
      << "overlapping";
  EXPECT_EQ(Take({Join(kPlain, Slice(rows, 0, 2)), whole}), once) << "cut short, then all of it";
  EXPECT_EQ(Take({Join(kPlain, Slice(rows, 0, 3)), Join(kPlain, Slice(rows, 3, 5))}), once)
      << "adjoining at midnight";
}

// One of the equal rows of the 3rd stands in each file: the same one, or another? Nothing tells.
TEST_F(RowsWithoutIdsTest, WhereNothingTellsTheRowIsHeldAndNotSwallowed) {
  const std::string head = Join(kPlain, {"2026-03-02,rent,10.00", "2026-03-03,card,5.00"});
  const std::string tail = Join(kPlain, {"2026-03-03,card,5.00", "2026-03-04,rent,7.00"});
  EXPECT_EQ(Take({head, tail}), (Ingested{2200, 1}));
  EXPECT_EQ(Take({tail, head}), (Ingested{2200, 1}));
}

}  // namespace
}  // namespace tieout::runtime
