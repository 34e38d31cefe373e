#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "engine/ledger/event.h"
#include "engine/ledger/record.h"

namespace tieout::ledger {
namespace {

TEST(MakeEventId, EscapesSlashesAndPercents) {
  EXPECT_EQ(MakeEventId("stripe", "acct_1", "txn_1", "gross"), "stripe/acct_1/txn_1/gross");
  EXPECT_EQ(MakeEventId("bank", "DE1/2", "5%/6", "x"), "bank/DE1%2F2/5%25%2F6/x");
  EXPECT_EQ(MakeEventId("a", "b%2Fc", "d", "e"), "a/b%252Fc/d/e");
  EXPECT_NE(MakeEventId("a", "b/c", "d", "e"), MakeEventId("a", "b", "c/d", "e"));
  EXPECT_NE(MakeEventId("a", "b/c", "d", "e"), MakeEventId("a", "b%2Fc", "d", "e"));
}

TEST(EntryOf, DropsTheComponent) {
  EXPECT_EQ(EntryOf(MakeEventId("stripe", "acct", "txn/1", "fee")), "stripe/acct/txn%2F1");
  EXPECT_EQ(EntryOf(MakeEventId("stripe", "acct", "txn", "a/b")), "stripe/acct/txn");
  EXPECT_EQ(EntryOf("no-slash"), "no-slash");
  EXPECT_EQ(EntryOf(""), "");
}

Event Sold() {
  Event event;
  event.event_id = "stripe/acct_1/txn_1/gross";
  event.account = {.provider = "stripe", .merchant_account = "acct_1", .currency = "EUR"};
  event.amount = 1200;
  event.refs.order_id = "o1";
  event.refs.payment_id = "p1";
  event.body = Sale{};
  return event;
}

using Change = std::function<void(Event&)>;

TEST(ContentHash, ChangesWithWhatWasFixedWhenTheEntryArose) {
  const std::vector<Change> changes = {
      [](Event& e) { e.amount = 1201; },
      [](Event& e) { e.amount = -1200; },
      [](Event& e) { e.account.provider = "shopify"; },
      [](Event& e) { e.account.merchant_account = "acct_2"; },
      [](Event& e) { e.account.currency = "USD"; },
      [](Event& e) { e.refs.order_id = "o2"; },
      [](Event& e) { e.refs.payment_id = "p2"; },
      [](Event& e) { e.refs.refund_id = "r1"; },
      [](Event& e) { e.refs.dispute_id = "d1"; },
      [](Event& e) { e.refs.hold_id = "h1"; },
      [](Event& e) { e.body = Refund{}; },
      // The same texts in other fields.
      [](Event& e) { std::swap(e.refs.order_id, e.refs.payment_id); },
      [](Event& e) {
        e.account = {"stripeacct_1", "", "EUR"};
      },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    Event other = Sold();
    changes[i](other);
    EXPECT_NE(ContentHash(other), ContentHash(Sold())) << "change " << i;
  }
}

TEST(ContentHash, StaysWithWhatComesLaterOrDiffersByChannel) {
  const std::vector<Change> changes = {
      [](Event& e) { e.event_id = "another"; },
      [](Event& e) { e.semantics = 1; },
      [](Event& e) { e.seller_id = "S1"; },
      [](Event& e) { e.source = {.connector = "csv", .sha256 = "x", .name = "f", .line = 3}; },
      [](Event& e) { e.occurred_at_us = 5; },
      [](Event& e) { e.recorded_at_us = 5; },
      [](Event& e) { e.available_on = Day{20000}; },
      [](Event& e) { e.refs.payout_id = "po_1"; },
      [](Event& e) { e.refs.trace_id = "tr"; },
      [](Event& e) { e.refs.bank_reference = "br"; },
      [](Event& e) { e.refs.end_to_end_id = "e2e"; },
      [](Event& e) { std::get<Sale>(e.body).channel = "web"; },
      [](Event& e) { std::get<Sale>(e.body).lines.emplace_back(); },
      [](Event& e) { e.row = {.hash = "0123456789abcdef", .balance_after = 5}; },
  };
  for (size_t i = 0; i < changes.size(); ++i) {
    Event other = Sold();
    changes[i](other);
    EXPECT_EQ(ContentHash(other), ContentHash(Sold())) << "change " << i;
  }
}

TEST(ContentHash, LeavesThePaymentToTheRefundOrDisputeThatTellsIt) {
  for (const Change& names : {Change([](Event& e) { e.refs.refund_id = "re_1"; }),
                              Change([](Event& e) { e.refs.dispute_id = "dp_1"; })}) {
    Event with = Sold();
    names(with);
    Event without = with;
    without.refs.payment_id = {};
    EXPECT_EQ(ContentHash(with), ContentHash(without));
    EXPECT_NE(ContentHash(with), ContentHash(Sold()));
  }
}

template <typename B>
uint64_t HashOf(B body) {
  Event event = Sold();
  event.body = std::move(body);
  return ContentHash(event);
}

TEST(ContentHash, KnowsPhasesAndStates) {
  EXPECT_NE(HashOf(Chargeback{.phase = Chargeback::Phase::kOpened}),
            HashOf(Chargeback{.phase = Chargeback::Phase::kWon}));
  EXPECT_EQ(HashOf(Chargeback{.evidence_due = Day{5}}), HashOf(Chargeback{}));
  EXPECT_NE(HashOf(Payout{.state = Payout::State::kPaid}),
            HashOf(Payout{.state = Payout::State::kFailed}));
  EXPECT_EQ(HashOf(Payout{.arrival_date = Day{5}, .list_complete = true, .destination = "x"}),
            HashOf(Payout{}));
  EXPECT_EQ(HashOf(BankDeposit{.remittance = "SEPA"}), HashOf(BankDeposit{.remittance = "Sepa"}));
}

TEST(ContentHash, TakesConfigurationWhole) {
  EXPECT_NE(HashOf(AccountOpened{.owner = "a"}), HashOf(AccountOpened{.owner = "b"}));
  EXPECT_NE(HashOf(AccountOpened{.time_zone = "UTC"}), HashOf(AccountOpened{}));
  EXPECT_NE(HashOf(Start{.pending = 1}), HashOf(Start{.available = 1}));
  EXPECT_NE(HashOf(Rule{.bank_match = Rule::BankMatch{}}), HashOf(Rule{}));
  EXPECT_NE(HashOf(Rule{.bank_match = Rule::BankMatch{.tolerance = 1}}),
            HashOf(Rule{.bank_match = Rule::BankMatch{}}));
  EXPECT_NE(HashOf(Rule{.withdrawn = true}), HashOf(Rule{}));
  EXPECT_NE(HashOf(Rule{.expense = Rule::Expense{}}), HashOf(Rule{}));
  EXPECT_NE(HashOf(Rule{.expense = Rule::Expense{.category = "a"}}),
            HashOf(Rule{.expense = Rule::Expense{.category = "b"}}));
  EXPECT_NE(HashOf(Calendar{.holidays = {Day{1}}}), HashOf(Calendar{.holidays = {Day{2}}}));
  EXPECT_NE(HashOf(Calendar{.weekend = {6, 7}}), HashOf(Calendar{.weekend = {5, 6}}));
  EXPECT_NE(HashOf(Retraction{.event_ids = {"ab", "c"}}),
            HashOf(Retraction{.event_ids = {"a", "bc"}}));
  EXPECT_NE(HashOf(SourceReport{.opening = 0}), HashOf(SourceReport{}));
  EXPECT_NE(HashOf(Tick{.number = 1}), HashOf(Tick{.number = 2}));
  Event active = Sold();
  active.body = SellerInfo{};
  Event another = active;
  another.seller_id = "S2";
  EXPECT_NE(ContentHash(active), ContentHash(another));
}

// Hashes stand in the state of existing logs. If this fails, the canonical bytes changed: that
// needs a new semantics number, not a new expectation.
TEST(ContentHash, NeverChanges) {
  EXPECT_EQ(ContentHash(Sold()), 7487029350539462046u);
  EXPECT_EQ(HashOf(Payout{.state = Payout::State::kPaid}), 634546900458584221u);
  EXPECT_EQ(HashOf(Rule{.rule_id = "r", .version = 2, .fee_schedule = Rule::FeeSchedule{}}),
            12408679003505812592u);
}

TEST(Names, AreTheDomains) {
  EXPECT_EQ(KindName(Kind::kNone), "none");
  EXPECT_EQ(KindName(Kind::kBankDeposit), "bank_deposit");
  EXPECT_EQ(KindName(Kind::kSemantics), "semantics");
  EXPECT_EQ(KindName(Sold().kind()), "sale");
  EXPECT_EQ(LevelName(Level::kBank), "bank");
  EXPECT_EQ(LevelName(Level::kSource), "source");
  EXPECT_EQ(StatusName(Status::kPartiallyMatched), "PARTIALLY_MATCHED");
  EXPECT_EQ(StatusName(Status::kForceMatched), "FORCE_MATCHED");
  EXPECT_EQ(RoleName(Role::kSourceReport), "source_report");
}

TEST(RoleOf, IsNamedLikeItsKind) {
  for (int k = 0; k < kKindCount; ++k) {
    const auto kind = static_cast<Kind>(k);
    const Role role = RoleOf(kind);
    if (role != Role::kUnspecified) {
      EXPECT_EQ(RoleName(role), KindName(kind));
    }
    if (IsBalanceItem(kind)) {
      EXPECT_NE(role, Role::kUnspecified) << KindName(kind);
    }
  }
}

TEST(NamesDeathTest, RefuseWhatIsNoEnumerator) {
  EXPECT_DEATH(StatusName(static_cast<Status>(99)), "check failed");
}

}  // namespace
}  // namespace tieout::ledger
