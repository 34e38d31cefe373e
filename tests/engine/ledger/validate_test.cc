#include "engine/ledger/validate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>
#include <string>

#include "engine/base/status.h"

namespace tieout::ledger {
namespace {

using ::testing::HasSubstr;

constexpr Minor kMax = std::numeric_limits<Minor>::max();
constexpr Minor kMin = std::numeric_limits<Minor>::min();
const Day kMarch5 = *base::ParseDay("2026-03-05");

// The least that each kind needs.
Event Sound(Body body) {
  Event event;
  event.event_id = "stripe/acct_1/txn_1/gross";
  event.account = {.provider = "stripe", .merchant_account = "acct_1", .currency = "EUR"};
  event.occurred_at_us = kMarch5.start_us();
  event.body = std::move(body);
  return event;
}

std::vector<Event> OneOfEachKind() {
  std::vector<Event> events = {
      Sound(Sale{}),
      Sound(Fee{.type = "processing"}),
      Sound(Refund{}),
      Sound(Chargeback{.phase = Chargeback::Phase::kOpened}),
      Sound(Adjustment{.reason = "topup"}),
      Sound(Reserve{}),
      Sound(Payout{.state = Payout::State::kPaid}),
      Sound(BankDeposit{.value_date = kMarch5}),
      Sound(Amendment{.entry = "stripe/acct_1/po_1",
                      .field = Amendment::Field::kTraceId,
                      .value = "TR88",
                      .as_of_us = 1}),
      Sound(Cancellation{}),
      Sound(PaymentFailed{}),
      Sound(SourceReport{.phase = SourceReport::Phase::kOpened}),
      Sound(AccountOpened{.owner = "S1"}),
      Sound(SellerInfo{}),
      Sound(Start{.first_day = kMarch5}),
      Sound(Rule{.rule_id = "r"}),
      Sound(Calendar{.calendar_id = "weekends", .weekend = {6, 7}}),
      Sound(Retraction{.event_ids = {"a/b/c/d"}}),
      Sound(LogBeginning{.log_id = "L", .partitions = 8, .partitioner = "murmur2"}),
      Sound(Tick{.number = 177'000'000}),
      Sound(SemanticsChange{.number = 1}),
      Sound(Shipment{.status = Shipment::Status::kLost}),
      Sound(Expense{.category = "packaging"}),
  };
  for (Event& event : events) {
    if (event.kind() == Kind::kExpense) event.account.provider = kExpensesProvider;
    if (event.kind() == Kind::kSeller) event.seller_id = "S1";
    if (event.kind() == Kind::kShipment) event.account.provider = kShippingProvider;
  }
  return events;
}

std::string Refusal(const Event& event) {
  const absl::Status status = Validate(event);
  if (status.ok()) return "accepted";
  EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
  return base::Message(status);
}
std::string Refusal(Body body) { return Refusal(Sound(std::move(body))); }

TEST(Validate, TakesTheLeastOfEachKind) {
  const std::vector<Event> events = OneOfEachKind();
  ASSERT_EQ(events.size(), static_cast<size_t>(kKindCount - 1));
  for (const Event& event : events) EXPECT_EQ(Refusal(event), "accepted");
}

TEST(Validate, NamesKindEventFieldAndValue) {
  Event event = Sound(Sale{});
  event.account.currency = "EURO";
  EXPECT_EQ(Refusal(event),
            "sale event \"stripe/acct_1/txn_1/gross\": account.currency \"EURO\" is no currency of "
            "ISO 4217; write it as EUR");
}

TEST(Validate, AParcelMovesNoMoneyAndIsOfShipping) {
  Event parcel = Sound(Shipment{.status = Shipment::Status::kLabelled, .label_cost = 699});
  EXPECT_THAT(Refusal(parcel), HasSubstr("account.provider \"stripe\" isn't shipping"));
  parcel.account.provider = kShippingProvider;
  EXPECT_EQ(Refusal(parcel), "accepted");
  parcel.amount = -699;
  EXPECT_THAT(Refusal(parcel),
              HasSubstr("amount_minor -699 isn't 0: what a label cost is label_cost_minor"));
  parcel.amount = 0;
  parcel.body = Shipment{};
  EXPECT_THAT(Refusal(parcel), HasSubstr("shipment.status is missing"));
  parcel.body = Shipment{.status = Shipment::Status::kLabelled, .label_cost = -1};
  EXPECT_THAT(Refusal(parcel), HasSubstr("shipment.label_cost_minor -1 is below zero"));
}

TEST(Validate, NeedsAnIdOfBoundedLength) {
  for (Event& event : OneOfEachKind()) {
    event.event_id = "";
    EXPECT_THAT(Refusal(event), HasSubstr("event_id is missing")) << KindName(event.kind());
    const std::string longest(kMaxEventId, 'x');
    event.event_id = longest;
    EXPECT_EQ(Refusal(event), "accepted");
    const std::string longer(kMaxEventId + 1, 'x');
    event.event_id = longer;
    EXPECT_THAT(Refusal(event), HasSubstr("has 513 bytes; at most 512"));
  }
}

TEST(Validate, NeedsAccountAndTimeWhereTheKindStandsAtAHome) {
  for (const Event& sound : OneOfEachKind()) {
    const Kind kind = sound.kind();
    const bool at_home = !IsForEveryPartition(kind) && kind != Kind::kSeller;
    const bool of_account = at_home || kind == Kind::kAccount || kind == Kind::kStart;
    Event event = sound;
    event.account = {.currency = "EUR"};
    EXPECT_THAT(Refusal(event), HasSubstr(of_account ? "account.provider is missing" : "accepted"))
        << KindName(kind);
    event = sound;
    event.occurred_at_us = 0;
    EXPECT_THAT(Refusal(event),
                HasSubstr(IsForEveryPartition(kind) ? "accepted" : "occurred_at is missing"))
        << KindName(kind);
    event = sound;
    event.account.currency = "";
    const bool money = IsBalanceItem(kind) || kind == Kind::kPayout || kind == Kind::kBankDeposit ||
                       kind == Kind::kExpense || kind == Kind::kStart;
    EXPECT_THAT(Refusal(event), HasSubstr(money ? "account.currency \"\" is no" : "accepted"))
        << KindName(kind);
  }
}

TEST(Validate, RefusesImpossibleEnvelopes) {
  Event event = Sound(Sale{});
  event.occurred_at_us = base::ParseDay("2201-01-01")->start_us();
  EXPECT_THAT(Refusal(event), HasSubstr("occurred_at 2201-01-01T00:00:00Z is outside"));
  event.occurred_at_us = -1;
  EXPECT_THAT(Refusal(event), HasSubstr("occurred_at 1969-12-31T23:59:59.999999Z is outside"));
  event = Sound(Sale{});
  event.seller_id = "shop/1";
  EXPECT_THAT(Refusal(event), HasSubstr("seller_id \"shop/1\" contains a '/'"));
  event = Sound(Sale{});
  event.account.provider = "Stripe";
  EXPECT_THAT(Refusal(event), HasSubstr("account.provider \"Stripe\" must be lower case"));
  event = Sound(Sale{});
  event.amount = kMin;
  EXPECT_THAT(Refusal(event), HasSubstr("amount_minor -9223372036854775808 has no opposite"));
  event.amount = kMax;
  EXPECT_EQ(Refusal(event), "accepted");
  event.source.sha256 = "short";
  EXPECT_THAT(Refusal(event), HasSubstr("source.sha256 has 5 bytes, not 32"));
  event = Sound(Sale{});
  event.row.hash = "short";
  EXPECT_THAT(Refusal(event), HasSubstr("row.hash has 5 bytes, not 16"));
  event.row.hash = "0123456789abcdef";
  EXPECT_THAT(Refusal(event), HasSubstr("row.day is missing"));
  event = Sound(Sale{});
  event.available_on = Day{-1};
  EXPECT_THAT(Refusal(event), HasSubstr("available_on 1969-12-31 is outside"));
  event = Sound(Sale{});
  const std::string longer(kMaxName + 1, 'x');
  event.refs.trace_id = longer;
  EXPECT_THAT(Refusal(event), HasSubstr("refs.trace_id"));
}

TEST(Validate, RefusesImpossibleMoney) {
  EXPECT_THAT(Refusal(Body()), HasSubstr("the body is missing"));
  EXPECT_THAT(Refusal(Sale{.lines = {{.amount = kMax}, {.amount = 1}}}),
              HasSubstr("sale.lines.amount_minor add up to more than 64 bits"));
  EXPECT_EQ(Refusal(Sale{.lines = {{.amount = kMax}, {.amount = 1}, {.amount = -1}}}), "accepted");
  EXPECT_THAT(Refusal(Sale{.parts = {{.type = "TAX", .amount = kMin}}}),
              HasSubstr("sale.parts.amount_minor"));
  EXPECT_THAT(Refusal(Sale{.parts = {{.amount = 1}}}), HasSubstr("sale.parts.type is missing"));
  EXPECT_THAT(Refusal(Sale{.lines = {{.share_bp = 10'001}}}), HasSubstr("10001 is more than"));
  EXPECT_THAT(Refusal(Sale{.lines = {{.owner = "a/b"}}}), HasSubstr("sale.lines.owner \"a/b\""));
  EXPECT_THAT(Refusal(Sale{.customer_currency = "XXX"}), HasSubstr("sale.customer_currency"));
  EXPECT_THAT(Refusal(Fee{}), HasSubstr("fee.type is missing"));
  EXPECT_THAT(Refusal(Refund{.customer_currency = "eur"}), HasSubstr("refund.customer_currency"));
  EXPECT_THAT(Refusal(Chargeback{}), HasSubstr("chargeback.phase is missing"));
  EXPECT_THAT(Refusal(Adjustment{}), HasSubstr("adjustment.reason is missing"));
  EXPECT_THAT(Refusal(Reserve{.release_on = Day{200'000}}), HasSubstr("reserve.release_on"));
  EXPECT_THAT(Refusal(Payout{}), HasSubstr("payout.state is missing"));
  EXPECT_THAT(Refusal(BankDeposit{}), HasSubstr("bank_deposit.value_date is missing"));
}

TEST(Validate, RefusesAmendmentsThatSayNothing) {
  using Field = Amendment::Field;
  const Amendment sound{.entry = "a/b/c", .field = Field::kArrivalDate, .value = "2026-03-05"};
  EXPECT_EQ(Refusal(Body(sound)), "accepted");
  const auto with = [&](auto change) {
    Amendment amendment = sound;
    change(amendment);
    return Refusal(Body(amendment));
  };
  EXPECT_THAT(with([](Amendment& a) { a.entry = ""; }), HasSubstr("amendment.entry is missing"));
  EXPECT_THAT(with([](Amendment& a) { a.field = Field::kUnspecified; }),
              HasSubstr("field is miss"));
  EXPECT_THAT(with([](Amendment& a) { a.value = ""; }), HasSubstr("amendment.value is missing"));
  EXPECT_THAT(with([](Amendment& a) { a.value = "soon"; }), HasSubstr("\"soon\" is no date"));
  EXPECT_THAT(with([](Amendment& a) { a.as_of_us = -1; }), HasSubstr("amendment.as_of"));
  EXPECT_THAT(with([](Amendment& a) { a.field = Field::kListComplete; }),
              HasSubstr("only \"true\""));
}

TEST(Validate, RefusesImpossibleConfiguration) {
  EXPECT_THAT(Refusal(SourceReport{}), HasSubstr("source_report.phase is missing"));
  EXPECT_THAT(Refusal(SourceReport{.phase = SourceReport::Phase::kOpened, .coverage_from_us = 1}),
              HasSubstr("is before its beginning"));
  EXPECT_THAT(Refusal(AccountOpened{}), HasSubstr("account_opened.owner is missing"));
  EXPECT_THAT(Refusal(AccountOpened{.owner = "a/b"}), HasSubstr("contains a '/'"));
  EXPECT_THAT(Refusal(SellerInfo{}), HasSubstr("seller_id is missing"));
  EXPECT_THAT(Refusal(Start{}), HasSubstr("start.first_day is missing"));
  EXPECT_THAT(Refusal(Start{.first_day = kMarch5, .pending = kMax, .reserved = 1}),
              HasSubstr("add up to more than 64 bits"));
  EXPECT_THAT(Refusal(Rule{}), HasSubstr("rule.rule_id is missing"));
  EXPECT_THAT(Refusal(Rule{.rule_id = "r", .bank_match = BankMatch{.tolerance = -1}}),
              HasSubstr("tolerance_minor -1 is below zero"));
  EXPECT_THAT(
      Refusal(Rule{.rule_id = "r",
                   .fee_schedule = FeeSchedule{.fee_type = "p", .minimum = 2, .maximum = 1}}),
      HasSubstr("2 is more than the maximum 1"));
  const auto expense = [](ExpenseRule rule) {
    return Refusal(Rule{.rule_id = "r", .expense = rule});
  };
  EXPECT_THAT(expense({.category = "c"}), HasSubstr("rule.expense.text is missing"));
  EXPECT_THAT(expense({.text = "*", .category = "c"}), HasSubstr("\"*\" has no word"));
  EXPECT_THAT(expense({.text = "t"}), HasSubstr("rule.expense.category is missing"));
  EXPECT_THAT(expense({.text = "t", .category = "c", .maximum = -1}), HasSubstr("is below zero"));
  EXPECT_THAT(expense({.text = "t", .category = "c", .maximum = 1}), HasSubstr("needs a currency"));
  Event spent = OneOfEachKind().back();
  spent.body = Expense{};
  EXPECT_THAT(Refusal(spent), HasSubstr("expense.category is missing"));
  spent.body = Expense{.category = "c", .receipt_sha256 = "x"};
  EXPECT_THAT(Refusal(spent), HasSubstr("expense.receipt_sha256 has 1 bytes, not 32"));
  EXPECT_THAT(Refusal(Expense{.category = "c"}), HasSubstr("only \"expenses\" is one"));
  EXPECT_THAT(Refusal(Calendar{.calendar_id = "c", .weekend = {8}}), HasSubstr("8 is no weekday"));
  EXPECT_THAT(Refusal(Calendar{.calendar_id = "c", .weekend = {1, 2, 3, 4, 5, 6, 7}}),
              HasSubstr("leaves no banking day"));
  EXPECT_THAT(Refusal(Calendar{.calendar_id = "c", .holidays = {Day{}}}), HasSubstr("holidays"));
  EXPECT_THAT(Refusal(Retraction{}), HasSubstr("and so is source_sha256"));
  EXPECT_THAT(Refusal(Retraction{.source_sha256 = "x"}), HasSubstr("has 1 bytes, not 32"));
  EXPECT_THAT(Refusal(LogBeginning{.log_id = "L"}), HasSubstr("log.partitions is missing"));
  EXPECT_THAT(Refusal(Tick{.number = ~uint64_t{0}}), HasSubstr("tick.number"));
  EXPECT_THAT(Refusal(SemanticsChange{}), HasSubstr("semantics_change.number is missing"));
}

}  // namespace
}  // namespace tieout::ledger
