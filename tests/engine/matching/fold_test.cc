// The fold through its door: events in, records out. The wide coverage is in tests/scenarios and
// tests/properties; here stand the first steps and what those can't reach.
#include "engine/matching/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "tests/engine/matching/fold_harness.h"

namespace tieout::matching {
namespace {

using ledger::Status;

TEST(Fold, RefusesAPartitionThatBeginsOtherwise) {
  MemoryPages pages;
  auto fold = Fold::Open(0, &pages).value();
  Output out;
  ledger::Event tick;
  tick.event_id = "log/tick/1";
  tick.body = ledger::Tick{1, false};
  EXPECT_EQ(fold->Apply("", tick, &out).code(), absl::StatusCode::kFailedPrecondition);
}

TEST(Fold, StopsAtAKindOfALaterNumber) {
  Harness h;
  ledger::Event event = h.Base("x/y/1/gross", "2026-03-01");
  event.body = ledger::Cancellation{};
  Output out;
  const absl::Status status = h.fold->Apply("S1", event, &out);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(std::string(status.message()), testing::HasSubstr("needs semantics number 2"));
}

TEST(Fold, MatchesAPayoutWithADepositThatCitesIt) {
  Harness h;
  h.Sale("txn_1", "pi_1", 10000, "2026-03-02");
  h.Payout("po_12345678", 10000, "2026-03-05");
  EXPECT_TRUE(h.records.empty());
  h.Deposit("b1", 10000, "2026-03-05", "STRIPE PO 12345678");
  ASSERT_EQ(h.records.size(), 1u);
  EXPECT_EQ(h.records[0].status, Status::kMatched);
  EXPECT_EQ(h.records[0].rule_id, "reference_exact");
  EXPECT_EQ(h.records[0].members.size(), 2u);
  const ledger::SellerProjection s = h.fold->Project("S1").value();
  ASSERT_EQ(s.accounts.size(), 2u);
  EXPECT_EQ(s.accounts[0].available, 0);
  EXPECT_EQ(s.accounts[0].in_transit, 0);
  EXPECT_EQ(s.accounts[0].paid, 10000);
  EXPECT_EQ(s.accounts[1].bank, 10000);
  EXPECT_EQ(s.accounts[1].bank_unmatched, 0);
  EXPECT_TRUE(s.open_items.empty());
}

TEST(Fold, SaysAMissingDepositOnlyWhenTheBankHasSpoken) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.TickAt("2026-03-30", true);
  ASSERT_EQ(h.records.size(), 1u);
  EXPECT_EQ(h.records[0].reason, "SOURCE_LATE");
  h.Covered("bank", "DE1", "2026-03-01", "2026-03-20");
  h.TickAt("2026-03-31", true);
  ASSERT_EQ(h.records.size(), 3u);
  EXPECT_EQ(h.records[1].status, Status::kMatched);  // the source is no longer late
  EXPECT_EQ(h.records[2].reason, "MISSING_DEPOSIT");
  EXPECT_EQ(h.records[2].difference, -60000);
  EXPECT_EQ(h.fold->Project("S1")->breaks.size(), 1u);
  // Late, but there: the break heals itself and keeps its id.
  h.Deposit("b1", 60000, "2026-04-02", "PO 12345678");
  ASSERT_EQ(h.records.size(), 4u);
  EXPECT_EQ(h.records[3].status, Status::kMatched);
  EXPECT_EQ(h.records[3].break_id, h.records[2].break_id);
  EXPECT_EQ(h.records[3].supersedes, h.records[2].record_id);
  EXPECT_TRUE(h.fold->Project("S1")->breaks.empty());
}

// Thu 2 April, before Easter, to Wed 8 April: two banking days by a calendar without Good Friday
// and Easter Monday.
TEST(Fold, AnOpenBreakHasItsAgeAndWhatItBlocks) {
  Harness h;
  ledger::Event event;
  event.event_id = "calendar/easter/1";
  event.body =
      ledger::Calendar{.calendar_id = "easter",
                       .version = 1,
                       .holidays = {*base::ParseDay("2026-04-03"), *base::ParseDay("2026-04-06")},
                       .weekend = {6, 7}};
  h.Apply("", event);
  ledger::Rule rule{.rule_id = "payout_expectation", .version = 2};
  rule.bank_match.emplace();
  rule.bank_match->calendar = "easter";
  event.event_id = "rule/payout_expectation/2";
  event.body = rule;
  h.Apply("", event);
  h.Sale("txn_1", "pi_1", 60000, "2026-04-01");
  h.Amend("txn_1", ledger::Amendment::Field::kPayoutId, "po_12345678", "2026-04-01");
  h.Payout("po_12345678", 60000, "2026-04-02");
  h.TickAt("2026-04-08", true);
  ledger::SellerProjection late = h.fold->Project("S1").value();
  ASSERT_EQ(late.breaks.size(), 1u);
  EXPECT_EQ(late.breaks[0].reason, "SOURCE_LATE");
  EXPECT_EQ(late.breaks[0].blocks, "closing April 2026; 1 due item can't be judged");
  h.Covered("bank", "DE1", "2026-03-01", "2026-04-08");
  h.TickAt("2026-04-08", true);
  ledger::SellerProjection missing = h.fold->Project("S1").value();
  ASSERT_EQ(missing.breaks.size(), 1u);
  EXPECT_EQ(missing.breaks[0].reason, "MISSING_DEPOSIT");
  EXPECT_EQ(missing.breaks[0].age_banking_days, 2u);
  EXPECT_EQ(missing.breaks[0].blocks, "closing April 2026; 1 item of 1 payout is not settled");
  // Of a day, so not of the record.
  EXPECT_EQ(h.records.back().blocks, "");
  EXPECT_EQ(h.records.back().age_banking_days, 0u);
}

TEST(Fold, AReportThatDoesNotReachTheDayLeavesTheSourceLate) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.TickAt("2026-03-30", true);
  ASSERT_EQ(h.records.size(), 1u);
  h.Covered("bank", "DE1", "2026-03-01", "2026-03-04");
  EXPECT_EQ(h.records.size(), 1u);
}

TEST(Fold, AFeeThatComesBeforeItsSaleIsHeldAgainstIt) {
  Harness h;
  h.FeeSchedule(325, 30);
  h.Fee("txn_1", "pi_1", -25, "2026-03-02");
  h.Sale("txn_1", "pi_1", 3500, "2026-03-02");
  h.TickAt("2026-03-03");
  ASSERT_EQ(h.records.size(), 1u);
  EXPECT_EQ(h.records[0].reason, "FEE_VARIANCE");
  EXPECT_EQ(h.records[0].expected, -144);  // 35.00 x 3.25 % = 1.1375, half up 1.14, + 0.30
  EXPECT_EQ(h.records[0].actual, -25);
}

TEST(Fold, AFailedPayoutLeavesItsRivalUnique) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.Payout("po_87654321", 60000, "2026-03-05");
  h.Deposit("b1", 60000, "2026-03-05", "STRIPE");
  ASSERT_EQ(h.records.size(), 1u);
  EXPECT_EQ(h.records[0].reason, "AMBIGUOUS");
  h.Payout("po_12345678", 60000, "2026-03-06", ledger::Payout::State::kFailed);
  ASSERT_EQ(h.records.size(), 3u);
  EXPECT_EQ(h.records[1].status, Status::kMatched);
  EXPECT_EQ(h.records[1].members[0].event_id, "stripe/acct_1/po_87654321/initiated");
  EXPECT_EQ(h.records[2].reason, "PAYOUT_FAILED");
}

TEST(Fold, TwoDepositsPayOnePayout) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.Deposit("b1", 40000, "2026-03-05", "PO 12345678 1/2");
  h.Deposit("b2", 20000, "2026-03-06", "PO 12345678 2/2");
  ASSERT_EQ(h.records.size(), 2u);
  EXPECT_EQ(h.records[0].status, Status::kPartiallyMatched);
  EXPECT_EQ(h.records[0].difference, -20000);
  EXPECT_EQ(h.records[1].status, Status::kMatched);
  EXPECT_EQ(h.records[1].rule_id, "reference_partial");
  EXPECT_EQ(h.records[1].supersedes, h.records[0].record_id);
}

TEST(Fold, AReferenceRevokesAMatchByAmount) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.Deposit("b1", 60000, "2026-03-05", "STRIPE");
  ASSERT_EQ(h.records.size(), 1u);
  EXPECT_EQ(h.records[0].rule_id, "amount_date");
  h.Deposit("b2", 60000, "2026-03-06", "STRIPE PO 12345678");
  ASSERT_EQ(h.records.size(), 3u);
  EXPECT_EQ(h.records[1].status, Status::kRevoked);
  EXPECT_EQ(h.records[2].rule_id, "reference_exact");
}

TEST(Fold, EqualPayoutsAreProposedNeverGuessed) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.Payout("po_87654321", 60000, "2026-03-05");
  h.Deposit("b1", 60000, "2026-03-05", "STRIPE");
  h.Deposit("b2", 60000, "2026-03-05", "STRIPE");
  for (const ledger::Record& r : h.records) EXPECT_NE(r.status, Status::kMatched);
  EXPECT_EQ(h.fold->Project("S1")->breaks.size(), 2u);
}

TEST(Fold, AListThatAddsUpIsMatched) {
  Harness h;
  h.Sale("txn_1", "pi_1", 10000, "2026-03-02");
  h.Payout("po_12345678", 10000, "2026-03-05");
  h.Amend("txn_1", ledger::Amendment::Field::kPayoutId, "po_12345678", "2026-03-02");
  EXPECT_TRUE(h.records.empty());
  h.Amend("po_12345678", ledger::Amendment::Field::kListComplete, "true", "2026-03-03");
  ASSERT_EQ(h.records.size(), 1u);
  EXPECT_EQ(h.records[0].level, ledger::Level::kPayout);
  EXPECT_EQ(h.records[0].items.count, 1u);
}

TEST(Fold, AnAmendmentFindsItsEntryOnAnotherDayInEitherOrder) {
  for (const bool amendment_first : {false, true}) {
    Harness h;
    const auto amend = [&] {
      h.Amend("txn_1", ledger::Amendment::Field::kPayoutId, "po_12345678", "2026-03-04");
    };
    if (amendment_first) amend();
    h.Sale("txn_1", "pi_1", 10000, "2026-03-02");
    if (!amendment_first) amend();
    h.Restart();
    h.Payout("po_12345678", 10000, "2026-03-05");
    h.Amend("po_12345678", ledger::Amendment::Field::kListComplete, "true", "2026-03-06");
    ASSERT_EQ(h.records.size(), 1u) << amendment_first;
    EXPECT_EQ(h.records[0].items.count, 1u);
  }
}

TEST(Fold, ACheckpointKeepsEverything) {
  Harness h;
  h.Payout("po_12345678", 60000, "2026-03-05");
  h.Deposit("b1", 40000, "2026-03-05", "PO 12345678 1/2");
  const base::Digest before = h.Restart();
  h.Deposit("b2", 20000, "2026-03-06", "PO 12345678 2/2");
  ASSERT_EQ(h.records.size(), 2u);
  EXPECT_EQ(h.records[1].supersedes, h.records[0].record_id);
  EXPECT_NE(before, h.Restart());
}

// Its filter over all ids goes on in pages of its own: what is written with the home stays small.
TEST(Fold, ALargeHomeKnowsItsIdsAndItsPageStaysSmall) {
  Harness h;
  constexpr int kSales = 60'000;
  const auto sell = [&](int i, ledger::Minor amount) {
    const std::string number = std::to_string(i);
    h.Sale("txn_" + number, h.Keep("pi_" + number), amount,
           i % 2 == 0 ? "2026-03-02" : "2026-04-02");
    if (i % 20'000 == 0) h.Restart();
  };
  for (int i = 0; i < kSales; ++i) sell(i, 100);
  h.Restart();
  const auto first = h.pages.pages.lower_bound("p"), last = h.pages.pages.lower_bound("q");
  EXPECT_EQ(std::distance(first, last), 2) << "parts of 131,072 and 1,048,576 ids";
  EXPECT_LT(h.pages.pages.at("hS1").size(), 100'000u);
  for (int i = 1; i < kSales; i += 997) sell(i, 101);
  ASSERT_EQ(h.records.size(), (kSales - 2) / 997 + 1u);
  for (const ledger::Record& record : h.records) {
    EXPECT_EQ(record.reason, ledger::reason::kConflictingDuplicate);
  }
}

}  // namespace
}  // namespace tieout::matching
