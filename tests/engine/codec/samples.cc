#include "tests/engine/codec/samples.h"

#include <string_view>

#include "engine/base/check.h"

namespace tieout::codec {
namespace {

using ledger::Day;
using ledger::Kind;

constexpr std::string_view kSha256 = "sha-256 of the source, 32 bytes.";
static_assert(kSha256.size() == 32);

constexpr int64_t kNoon = 1'772'712'000'000'000;  // 2026-03-05T12:00:00Z

Day On(std::string_view iso) {
  const auto day = base::ParseDay(iso);
  TIEOUT_CHECK(day.has_value());
  return *day;
}

ledger::Event Envelope() {
  ledger::Event event;
  event.event_id = "stripe/acct_1/txn_1/gross";
  event.semantics = 1;
  event.seller_id = "S1";
  event.account = {.provider = "stripe", .merchant_account = "acct_1", .currency = "EUR"};
  event.source = {.connector = "stripe_csv",
                  .sha256 = kSha256,
                  .name = "march.csv",
                  .line = 42,
                  .as_of_us = kNoon + 1};
  event.occurred_at_us = kNoon + 2;
  event.recorded_at_us = kNoon + 3;
  event.amount = -123456;
  event.refs = {.order_id = "o-1",
                .payment_id = "p-2",
                .payout_id = "po-3",
                .refund_id = "r-4",
                .dispute_id = "d-5",
                .hold_id = "h-6",
                .trace_id = "t-7",
                .bank_reference = "b-8",
                .end_to_end_id = "e-9"};
  event.row = {
      .hash = "16 bytes of hash", .day = On("2026-03-04"), .ordinal = 2, .balance_after = 0};
  event.available_on = On("2026-03-07");
  return event;
}

ledger::Body Sold() {
  return ledger::Sale{
      .lines = {{.item = "cup",
                 .sku = "SKU-1",
                 .category = "kitchen",
                 .owner = "S2",
                 .quantity = 3,
                 .amount = 900,
                 .share_bp = 8500},
                {}},
      .parts = {{.type = "TAX", .amount = 190, .bearer = "customer"}},
      .channel = "web",
      .region = "DE-BE",
      .customer_amount = 1300,
      .customer_currency = "USD",
  };
}

ledger::Body Deposited() {
  return ledger::BankDeposit{
      .booking_date = On("2026-03-06"),
      .value_date = On("2026-03-08"),
      .provisional = true,
      .counterparty = "Stripe Payments Europe",
      .counterparty_account = "DE02120300000000202051",
      .remittance = "PO-3\nGrüße €",
      .return_of = "ret-1",
      .transaction_code = "PMNT-RCDT-ESCT",
      .charges = -15,
  };
}

ledger::Body Reported() {
  return ledger::SourceReport{
      .phase = ledger::SourceReport::Phase::kClosed,
      .coverage_from_us = kNoon - 4,
      .coverage_to_us = kNoon + 4,
      .sequence = "17",
      .rows = 100,
      .events = 205,
      .quarantined = 1,
      .total = -777,
      .opening = 10,
      .closing = 0,
      .stated_total = -778,
  };
}

ledger::Body Ruled() {
  return ledger::Rule{
      .rule_id = "bank-default",
      .version = 4,
      .scope = {.provider = "stripe", .merchant_account = "acct_9", .currency = "GBP"},
      .bank_match = ledger::Rule::BankMatch{.tolerance = 50,
                                            .tolerance_bp = 25,
                                            .window_before_days = 1,
                                            .window_after_days = 5,
                                            .lag_banking_days = 2,
                                            .grace_banking_days = 3,
                                            .chance_bound = 100,
                                            .calendar = "target2"},
      .fee_schedule =
          ledger::Rule::FeeSchedule{.fee_type = "processing",
                                    .percent_bp = 290,
                                    .fixed = 30,
                                    .minimum = 5,
                                    .maximum = 5000,
                                    .rounding = ledger::Rule::FeeSchedule::Rounding::kHalfEven,
                                    .grace_days = 7},
      .withdrawn = true,
      .expense =
          ledger::Rule::Expense{.text = "Google Ads", .category = "advertising", .maximum = 50000},
  };
}

ledger::Body BodyOf(Kind kind) {
  switch (kind) {
    case Kind::kNone:
      return {};
    case Kind::kSale:
      return Sold();
    case Kind::kFee:
      return ledger::Fee{.type = "processing",
                         .bearer = "seller",
                         .applies_to = "stripe/acct_1/txn_1",
                         .period = "2026-03-01/2026-03-02"};
    case Kind::kRefund:
      return ledger::Refund{
          .customer_amount = -500, .customer_currency = "USD", .reason = "requested"};
    case Kind::kChargeback:
      return ledger::Chargeback{.phase = ledger::Chargeback::Phase::kWon,
                                .evidence_due = On("2026-04-01"),
                                .customer_amount = -501,
                                .customer_currency = "CAD"};
    case Kind::kAdjustment:
      return ledger::Adjustment{.reason = "shipping_label", .raw_type = "label_fee"};
    case Kind::kReserve:
      return ledger::Reserve{.release_on = On("2026-06-05")};
    case Kind::kPayout:
      return ledger::Payout{.state = ledger::Payout::State::kReturned,
                            .method = ledger::Payout::Method::kInstant,
                            .arrival_date = On("2026-03-09"),
                            .list_complete = true,
                            .to_seller = true,
                            .destination = "DE…2051"};
    case Kind::kBankDeposit:
      return Deposited();
    case Kind::kAmendment:
      return ledger::Amendment{.entry = "stripe/acct_1/po_3",
                               .field = ledger::Amendment::Field::kArrivalDate,
                               .value = "2026-03-10",
                               .as_of_us = kNoon + 5};
    case Kind::kCancellation:
      return ledger::Cancellation{.reason = "out of stock"};
    case Kind::kPaymentFailed:
      return ledger::PaymentFailed{.reason = "card_declined"};
    case Kind::kSourceReport:
      return Reported();
    case Kind::kAccount:
      return ledger::AccountOpened{.owner = "S3",
                                   .shared = true,
                                   .pays_into = "DE02120300000000202051",
                                   .time_zone = "Europe/Berlin",
                                   .owner_from = On("2026-01-01")};
    case Kind::kSeller:
      return ledger::SellerInfo{.status = ledger::SellerInfo::Status::kPaused,
                                .payout_cadence = "weekly",
                                .payout_minimum = 1000,
                                .time_zone = "Asia/Tokyo",
                                .bank_account = "…4711"};
    case Kind::kStart:
      return ledger::Start{
          .first_day = On("2026-02-28"), .pending = 11, .available = -12, .reserved = 13};
    case Kind::kRule:
      return Ruled();
    case Kind::kCalendar:
      return ledger::Calendar{.calendar_id = "target2",
                              .version = 6,
                              .holidays = {On("2026-01-01"), On("2026-04-03")},
                              .weekend = {6, 7}};
    case Kind::kRetraction:
      return ledger::Retraction{
          .event_ids = {"a/b/c/d", "e/f/g/h"}, .source_sha256 = kSha256, .reason = "wrong file"};
    case Kind::kLog:
      return ledger::LogBeginning{
          .log_id = "log-1", .partitions = 8, .partitioner = "murmur2", .semantics = 1};
    case Kind::kTick:
      return ledger::Tick{.number = 177'271'200, .settled = true};
    case Kind::kSemantics:
      return ledger::SemanticsChange{.number = 1};
    case Kind::kShipment:
      return ledger::Shipment{.status = ledger::Shipment::Status::kReplaced,
                              .tracking_number = "1Z999",
                              .carrier = "UPS",
                              .service = "Ground",
                              .label_cost = 840,
                              .country = "US",
                              .region = "OR",
                              .claim_id = "CL-77",
                              .replaced_by = "1Z998"};
    case Kind::kExpense:
      return ledger::Expense{.category = "packaging",
                             .supplier = "Box & Tape Ltd",
                             .description = "200 mailers",
                             .paid_from = "DE02120300000000202051",
                             .receipt = "receipts/0815.pdf",
                             .receipt_sha256 = kSha256};
  }
  TIEOUT_CHECK(false);
}

}  // namespace

ledger::Event SampleEvent(Kind kind) {
  ledger::Event event = Envelope();
  event.body = BodyOf(kind);
  return event;
}

ledger::Record SampleRecord() {
  ledger::Record record;
  record.record_id = "0123456789abcdef0123456789abcdef";
  record.seller_id = "S1";
  record.provider = "stripe";
  record.merchant_account = "acct_1";
  record.currency = "EUR";
  record.level = ledger::Level::kBank;
  record.status = ledger::Status::kPartiallyMatched;
  record.reason = ledger::reason::kAmountUnder;
  record.rule_id = "reference_partial";
  record.rule_version = 3;
  record.expected = 60000;
  record.actual = 59970;
  record.difference = -30;
  record.members = {{.role = ledger::Role::kPayout,
                     .event_id = "stripe/acct_1/po_23/paid",
                     .position = {.partition = 5, .ordinal = 1000},
                     .amount = 60001,
                     .allocated = 59971,
                     .residual = 31},
                    {.role = ledger::Role::kBankDeposit}};
  record.items = {.count = 3, .sum = 60002, .ordinal_deltas = {7, 1, 300}, .amounts = {1, -2, 0}};
  record.position = {.partition = 6, .ordinal = 2000};
  record.caused_by = "bank/DE02/e-1/entry";
  record.supersedes = "fedcba9876543210fedcba9876543210";
  record.generation = 2;
  record.break_id = "break-1";
  record.opened_on = On("2026-03-11");
  record.due_on = On("2026-03-12");
  record.tick = 177'271'201;
  record.search = {.candidates = 18,
                   .steps = 262'144,
                   .window_from = On("2026-03-01"),
                   .window_to = On("2026-03-15"),
                   .nearest = {{.event_id = "bank/DE02/e-2/entry",
                                .amount_off = -31,
                                .days_off = -2,
                                .why_not = "other payer"}}};
  record.next_action = "Ask the bank with trace TR88.";
  record.heals_when = "600.00 with po_23 arrives";
  return record;
}

ledger::SellerProjection SampleSeller() {
  ledger::SellerProjection seller;
  seller.seller_id = "S1";
  seller.accounts = {{.provider = "stripe",
                      .merchant_account = "acct_1",
                      .currency = "EUR",
                      .pending = 1,
                      .available = 20,
                      .reserved = 300,
                      .in_transit = 4,
                      .paid = 5,
                      .bank = 6,
                      .bank_unmatched = 7,
                      .sales = 8,
                      .fees = -9,
                      .refunds = -10,
                      .chargebacks = -11,
                      .adjustments = 12,
                      .opening = 14,
                      .tolerated = 15,
                      .sale_count = 13,
                      .last_sale = On("2026-03-01"),
                      .last_payout = On("2026-03-02"),
                      .last_bank_value = On("2026-03-03"),
                      .covered_until = On("2026-03-04"),
                      .first_day = On("2026-03-05"),
                      .before_start = 16,
                      .expenses = {{.category = "packaging", .count = 2, .amount = -17}}}};
  seller.open_items = {{.role = ledger::Role::kPayout,
                        .event_id = "stripe/acct_1/po_1/paid",
                        .provider = "stripe",
                        .merchant_account = "acct_1",
                        .currency = "EUR",
                        .position = {.partition = 1, .ordinal = 2},
                        .amount = 500,
                        .residual = 400,
                        .date = On("2026-03-05"),
                        .due = On("2026-03-06"),
                        .references = "po_1 TR88"}};
  seller.breaks = {SampleRecord()};
  seller.tick = 99;
  return seller;
}

}  // namespace tieout::codec
