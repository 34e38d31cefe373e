#include "connectors/expenses/expenses.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

Context Books() {
  Context context;
  context.file_name = "march.csv";
  context.merchant_account = "books";
  context.currency = "EUR";
  return context;
}

constexpr std::string_view kHead =
    "Date,Amount,Category,Supplier,Paid from,Receipt,Receipt SHA-256\n";

std::string Refused(std::string_view row, const Context& context = Books()) {
  const auto result = testing::Run(Expenses(), std::string(kHead) + std::string(row), context);
  EXPECT_TRUE(result.status.ok()) << result.status;
  return result.quarantined.empty() ? "accepted" : result.quarantined.front();
}

TEST(Expenses, Golden) {
  testing::ExpectGolden(Expenses(), "expenses/testdata/march.csv", "expenses/testdata/march.jsonl",
                        Books());
}

// -80.00 - 12.00 - 12.00 + 5.50 = -98.50; equal rows both count.
TEST(Expenses, WhatIsPaidIsNegative) {
  const auto result =
      testing::Run(Expenses(), testing::ReadTestFile("expenses/testdata/march.csv"), Books());
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.quarantined, IsEmpty());
  EXPECT_EQ(result.summary.accounts.at(0).total, -9850);
}

TEST(Expenses, IsKnownByItsHeadings) {
  const auto found = Detect("march.csv", kHead);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->name(), "expenses");
  EXPECT_EQ(Expenses().Detect("Date,Amount,Category,Payee\n"), Confidence::kNone) << "a bank's";
}

TEST(Expenses, IdentityIsWhatWasFixedWhenItWasPaid) {
  const std::string file =
      "Date,Amount,Currency,Category,Supplier,Description,Paid from,Reference,Receipt SHA-256\n"
      "2026-03-02,80.00,EUR,packaging,Box,mailers,DE1,INV-1,\n";
  EXPECT_THAT(testing::OriginColumns(Expenses(), file, Books(),
                                     {{"Date", "2026-03-03"},
                                      {"Amount", "81.00"},
                                      {"Currency", "USD"},
                                      {"Receipt SHA-256", std::string(64, 'a')}}),
              ElementsAre("Date", "Amount", "Currency", "Supplier", "Paid from", "Reference"));
}

TEST(Expenses, SurvivesTruncation) {
  testing::ExpectSurvivesTruncation(Expenses(),
                                    testing::ReadTestFile("expenses/testdata/march.csv"), Books());
}

TEST(Expenses, AReceiptIsHashedBesideTheFile) {
  Context context = Books();
  context.beside = [](const std::string& path) -> absl::StatusOr<std::string> {
    if (path == "box.pdf") return std::string(32, 'x');
    return base::NotFound("is no file: receipts/" + path + " is not there");
  };
  const std::string row = "2026-03-02,80.00,packaging,Box,,box.pdf,\n";
  const auto result = testing::Run(Expenses(), std::string(kHead) + row, context);
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_THAT(testing::Lines(result),
              HasSubstr("\"receipt\":\"box.pdf\",\"receipt_sha256\":\"eHh4"));
  EXPECT_EQ(Refused("2026-03-02,80.00,packaging,Box,,no.pdf,\n", context),
            "march.csv:2: Receipt \"no.pdf\": is no file: receipts/no.pdf is not there; or say its "
            "SHA-256 in a column receipt sha256");
  EXPECT_THAT(Refused(row), HasSubstr("files beside this one can't be read here"));
}

TEST(Expenses, RefusesWhatItWouldHaveToGuess) {
  EXPECT_EQ(Refused("2026-03-02,80.00,,Box,,,\n"),
            "march.csv:2: Category \"\": is empty: what was it spent on?");
  EXPECT_THAT(Refused("2026-03-02,\"80,00\",packaging,Box,,,\n"), HasSubstr("Amount \"80,00\""));
  EXPECT_THAT(Refused("02/03/2026,80.00,packaging,Box,,,\n"), HasSubstr("Date \"02/03/2026\""));
  EXPECT_THAT(Refused("2026-03-02,80.00,packaging,Box,,,abc\n"),
              HasSubstr("Receipt SHA-256 \"abc\": is no SHA-256: 64 hex digits"));
  Context nobody = Books();
  nobody.merchant_account.clear();
  EXPECT_THAT(testing::Run(Expenses(), kHead, nobody).status.message(),
              HasSubstr("--account NAME"));
  Context bare = Books();
  bare.currency.clear();
  const std::string row = "2026-03-02,80.00,packaging,Box,,,\n";
  EXPECT_THAT(testing::Run(Expenses(), std::string(kHead) + row, bare).status.message(),
              HasSubstr("--currency EUR"));
}

TEST(Expenses, ABankAccountHasOneName) {
  Context context = Books();
  context.same_as["bank/532013000"] = "DE89370400440532013000";
  const auto result = testing::Run(
      Expenses(), std::string(kHead) + "2026-03-02,8.00,packaging,Box,532013000,,\n", context);
  EXPECT_THAT(testing::Lines(result), HasSubstr("\"paid_from\":\"DE89370400440532013000\""));
}

}  // namespace
}  // namespace tieout::connectors
