// What is spent: withdrawals that a rule calls an expense.
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
  EXPECT_TRUE(std::regex_search(seller.out, std::regex("advertising +2 +-200.50 EUR +DE1")))
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

}  // namespace
}  // namespace tieout::cli
