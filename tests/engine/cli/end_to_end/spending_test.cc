// What is spent: withdrawals that a rule calls an expense, and what the books tell.
#include <filesystem>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/cli/support/program.h"

namespace tieout::cli {
namespace {

using ::testing::HasSubstr;

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// What a rule speaks of is spent; what none does is unexpected.
TEST(SpendingTest, GoesByRule) {
  const Program program;
  program.WriteFile("tieout.toml",
                    "[[rules]]\nid = \"google-ads\"\ncurrency = \"EUR\"\n"
                    "expense = { text = \"google ads\", category = \"advertising\", "
                    "maximum = \"500.00\" }\n");
  program.WriteFile("bank.csv",
                    "Date,Text,Amount,Currency,Account\n"
                    "2026-03-09,GOOGLE*ADS 4411,-120.00,EUR,DE1\n"
                    "2026-03-19,GOOGLE*ADS 4412,-80.50,EUR,DE1\n"
                    "2026-03-20,GOOGLE*ADS 4413,-500.01,EUR,DE1\n");
  EXPECT_THAT(program.Run("rule apply").out, HasSubstr("withdrawals of \"google ads\" are"));
  EXPECT_THAT(program.Run("rule apply").out, HasSubstr("in force already"));
  ASSERT_EQ(program.Run("ingest bank.csv --seller acme").exit_code, 0);
  const Ran breaks = program.Run("breaks --format jsonl");
  EXPECT_EQ(Lines(breaks.out).size(), 1u);
  EXPECT_THAT(breaks.out, HasSubstr("\"reason\":\"UNEXPECTED_WITHDRAWAL\""));
  const Ran seller = program.Run("seller acme");
  EXPECT_TRUE(std::regex_search(seller.out, std::regex("advertising +2 +-200.50 EUR +bank/DE1")))
      << seller.out;
  EXPECT_THAT(program.Run("seller acme --format jsonl").out,
              HasSubstr("\"expenses\":[{\"category\":\"advertising\",\"count\":\"2\","
                        "\"amount_minor\":\"-20050\"}]"));
  ASSERT_EQ(program.Run("run").exit_code, 0);
  const std::vector<std::string> records =
      Lines(program.Run("records --status matched --format jsonl").out);
  ASSERT_EQ(records.size(), 2u);
  EXPECT_THAT(records[0], HasSubstr("\"category\":\"advertising\""));
  const std::string id = records[0].substr(records[0].find("record_id") + 12, 32);
  const Ran explained = program.Run("explain " + id);
  EXPECT_THAT(explained.out, HasSubstr("rule google-ads version 1\n  expense: advertising"));
  EXPECT_THAT(explained.out, HasSubstr("2026-03-09,GOOGLE*ADS 4411,-120.00,EUR,DE1"));
  EXPECT_EQ(program.Run("verify").exit_code, 0);
}

// The books' row and the bank's line are one; the receipt is hashed, kept and shown.
TEST(SpendingTest, ReadsTheBooksWithTheirReceipts) {
  const Program program;
  std::filesystem::create_directories(program.folder() + "/receipts");
  program.WriteFile("receipts/box.txt", "test");
  program.WriteFile("books.csv",
                    "Date,Amount,Currency,Category,Supplier,Paid from,Reference,Receipt\n"
                    "2026-03-02,80.00,EUR,packaging,Box & Tape,DE1,INV-4711-8,receipts/box.txt\n"
                    "2026-03-03,12.00,EUR,materials,Wool Barn,,,\n"
                    "2026-03-04,7.00,EUR,materials,Wool Barn,,,receipts/gone.txt\n"
                    "2026-03-04,8.00,EUR,materials,Wool Barn,,,../secret\n");
  program.WriteFile("bank.csv",
                    "Date,Text,Amount,Currency,Account\n"
                    "2026-03-04,Box INV-4711-8,-80.00,EUR,DE1\n");
  const Ran ingested = program.Run("ingest books.csv --account books --seller acme");
  EXPECT_EQ(ingested.exit_code, 1) << "some rows are set aside";
  EXPECT_THAT(ingested.out + ingested.err, HasSubstr("receipts/gone.txt is not there"));
  EXPECT_THAT(ingested.out + ingested.err, HasSubstr("is not below this file's folder"));
  const Ran waiting = program.Run("seller acme");
  EXPECT_TRUE(std::regex_search(waiting.out, std::regex("materials +1 +-12.00 EUR")));
  EXPECT_TRUE(std::regex_search(waiting.out, std::regex("expense .*-80.00 EUR"))) << waiting.out;
  ASSERT_EQ(program.Run("ingest bank.csv --seller acme").exit_code, 0);
  ASSERT_EQ(program.Run("run").exit_code, 0);
  const Ran seller = program.Run("seller acme");
  EXPECT_TRUE(std::regex_search(seller.out, std::regex("packaging +1 +-80.00 EUR +expenses/books")))
      << seller.out;
  const Ran explained = program.Run("explain INV-4711-8");
  EXPECT_THAT(explained.out, HasSubstr("expense: packaging"));
  EXPECT_THAT(explained.out,
              HasSubstr("receipt receipts/box.txt, SHA-256 "
                        "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"));
  EXPECT_EQ(program.Run("verify").exit_code, 0);
}

}  // namespace
}  // namespace tieout::cli
