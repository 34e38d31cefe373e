// What webhooks become: the events that the same fact becomes by API or file, or nothing.
#include "connectors/webhook/webhook.h"

#include <algorithm>
#include <map>

#include "connectors/paypal/paypal.h"
#include "connectors/square/square.h"
#include "connectors/stripe/stripe.h"
#include "engine/codec/codec.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using testing::Brief;
using ::testing::HasSubstr;
using testing::Identities;
using ::testing::IsEmpty;
using ::testing::IsSubsetOf;
using testing::Result;
using ::testing::SizeIs;
using Became = Webhooks::Became;

class Keeping : public Sink {
 public:
  explicit Keeping(Result* result) : result_(result) {}
  absl::Status OnEvent(const ledger::Event& event) override {
    result_->events.push_back(codec::EncodeEvent(event));
    return absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const Quarantined&) override { return absl::OkStatus(); }

 private:
  Result* const result_;
};

struct Read {
  Webhooks::Told told;
  Result result;
};

Read ReadHook(const std::string& provider, const std::string& body,
              const std::string& currency = "", const std::string& topic = "") {
  Read read;
  Context context;
  context.file_name = provider + " webhook";
  context.sha256 = std::string(32, 'h');
  context.merchant_account = "A1";
  context.currency = currency;
  Keeping sink(&read.result);
  const auto told = FindWebhooks(provider)->Read(
      {body,
       [&](std::string_view name) { return name == "X-Shopify-Topic" ? topic : std::string(); }},
      context, sink);
  read.told = told.value_or(Webhooks::Told{Became::kUnreadable, "", "", ""});
  return read;
}

Result Parse(const Connector& connector, const std::string& bytes) {
  Context context;
  context.file_name = "list.json";
  context.merchant_account = "A1";
  return testing::Run(connector, bytes, context);
}

// Each event of the webhook is one of the list's, with the same content.
void ExpectAmong(const Read& hook, const Result& list) {
  ASSERT_TRUE(list.status.ok()) << list.status;
  EXPECT_EQ(hook.told.became, Became::kEvents) << hook.told.why;
  EXPECT_THAT(Identities(hook.result), IsSubsetOf(Identities(list)));
}

std::string StripeEvent(const std::string& type, const std::string& object,
                        const std::string& more = "") {
  return R"({"id":"evt_1","created":1772798000,"type":")" + type + "\"" + more +
         R"(,"data":{"object":)" + object + "}}";
}

TEST(StripeWebhook, ConnectedAccountIsTheEvents) {
  const std::string payout =
      R"({"id":"po_1","object":"payout","amount":100,"currency":"eur","created":1772665200,)"
      R"("status":"in_transit"})";
  const Read own = ReadHook("stripe", StripeEvent("payout.created", payout));
  EXPECT_EQ(Brief(own.result), "stripe/A1/po_1/initiated payout 1.00 EUR\n");
  const Read connected =
      ReadHook("stripe", StripeEvent("payout.created", payout, R"(,"account":"acct_2")"));
  EXPECT_EQ(Brief(connected.result), "stripe/acct_2/po_1/initiated payout 1.00 EUR\n");
}

// Created and paid within one second, as instant payouts are: two changes, not one with two values.
TEST(StripeWebhook, ChangesOfOneSecondAreTold) {
  const auto hook = [](const std::string& id, const std::string& type, const std::string& status) {
    return ReadHook("stripe", R"({"id":")" + id + R"(","created":1772798000,"type":")" + type +
                                  R"(","data":{"object":{"id":"po_1","object":"payout","amount":1,)"
                                  R"("currency":"eur","created":1772665200,"status":")" +
                                  status + R"("}}})");
  };
  const auto status_ids = [](const Read& read) {
    std::string id;
    for (const std::string& wire : read.result.events) {
      ledger::Event event;
      EXPECT_TRUE(codec::DecodeEvent(wire, &event).ok());
      if (event.kind() == ledger::Kind::kAmendment) id = event.event_id;
    }
    return id;
  };
  const std::string created = status_ids(hook("evt_1", "payout.created", "pending"));
  const std::string updated = status_ids(hook("evt_2", "payout.updated", "in_transit"));
  const std::string paid = status_ids(hook("evt_3", "payout.paid", "paid"));
  EXPECT_THAT(created, HasSubstr("amend:status:1772798000"));
  EXPECT_LT(created, updated);
  EXPECT_LT(updated, paid);
  EXPECT_EQ(status_ids(hook("evt_3", "payout.paid", "paid")), paid);
}

TEST(StripeWebhook, ChargeOfAConnectedAccountIsKept) {
  const std::string charge =
      R"({"id":"ch_1","object":"charge","amount":2000,"amount_captured":2000,)"
      R"("balance_transaction":"txn_1","created":1772614790,"currency":"eur"})";
  EXPECT_EQ(ReadHook("stripe", StripeEvent("charge.succeeded", charge), "EUR").told.became,
            Became::kEvents);
  EXPECT_EQ(ReadHook("stripe", StripeEvent("charge.succeeded", charge), "USD").told.became,
            Became::kKept);
  const std::string other = StripeEvent("charge.succeeded", charge, R"(,"account":"acct_2")");
  EXPECT_EQ(ReadHook("stripe", other, "EUR").told.became, Became::kKept);
}

TEST(StripeWebhook, ChargeCapturedInPartIsKept) {
  const Read hook = ReadHook(
      "stripe",
      StripeEvent("charge.captured",
                  R"({"id":"ch_1","object":"charge","amount":2000,"amount_captured":1500,)"
                  R"("balance_transaction":"txn_1","created":1772614790,"currency":"eur"})"),
      "EUR");
  EXPECT_EQ(hook.told.became, Became::kKept);
  EXPECT_THAT(hook.result.events, IsEmpty());
}

TEST(StripeWebhook, RefundThatFailedIsKept) {
  const Read hook =
      ReadHook("stripe",
               StripeEvent("refund.failed",
                           R"({"id":"re_1","object":"refund","amount":500,"currency":"eur",)"
                           R"("balance_transaction":"txn_2","charge":"ch_1","created":1772614890,)"
                           R"("status":"failed"})"),
               "EUR");
  EXPECT_EQ(hook.told.became, Became::kKept);
}

TEST(StripeWebhook, InquiryMovesNoMoney) {
  const Read hook = ReadHook(
      "stripe", StripeEvent("charge.dispute.created",
                            R"({"id":"dp_1","object":"dispute","balance_transactions":[]})"));
  EXPECT_EQ(hook.told.became, Became::kNoMoney);
}

TEST(StripeWebhook, SaysWhatCantBeRead) {
  const Read hook = ReadHook(
      "stripe", StripeEvent("payout.paid", R"({"id":"po_1","object":"payout","amount":"1.5",)"
                                           R"("currency":"eur","created":1,"status":"paid"})"));
  EXPECT_EQ(hook.told.became, Became::kUnreadable);
  EXPECT_THAT(hook.told.why, HasSubstr("amount"));
  EXPECT_THAT(hook.result.events, IsEmpty());
}

// A payment with its refund and payout as Square's API lists them.
const std::string kSquareList =
    R"({"payout_entries":[)"
    R"({"id":"poe_1","payout_id":"po_1","type":"CHARGE","effective_at":"2026-03-05T10:00:00Z",)"
    R"("gross_amount_money":{"amount":2500,"currency":"EUR"},)"
    R"("fee_amount_money":{"amount":60,"currency":"EUR"},)"
    R"("net_amount_money":{"amount":2440,"currency":"EUR"},)"
    R"("type_charge_details":{"payment_id":"pay_1"}},)"
    R"({"id":"poe_2","payout_id":"po_1","type":"REFUND","effective_at":"2026-03-05T11:00:00Z",)"
    R"("gross_amount_money":{"amount":-500,"currency":"EUR"},)"
    R"("fee_amount_money":{"amount":0,"currency":"EUR"},)"
    R"("net_amount_money":{"amount":-500,"currency":"EUR"},)"
    R"("type_refund_details":{"payment_id":"pay_1","refund_id":"ref_1"}}]})";

std::string SquareEvent(const std::string& type, const std::string& object) {
  return R"({"merchant_id":"M1","type":")" + type +
         R"(","event_id":"e1","created_at":"2026-03-05T10:01:00Z","data":{"type":"x","id":"1",)"
         R"("object":)" +
         object + "}}";
}

std::string SquarePayment(const std::string& source, const std::string& more) {
  return R"({"payment":{"id":"pay_1","status":"COMPLETED","source_type":")" + source +
         R"(","created_at":"2026-03-05T09:59:00Z","amount_money":{"amount":2300,"currency":"EUR"},)"
         R"("tip_money":{"amount":200,"currency":"EUR"},)"
         R"("total_money":{"amount":2500,"currency":"EUR"})" +
         more + "}}";
}

TEST(SquareWebhook, PaymentAndRefundAreThePayoutsEntries) {
  const Result list = Parse(Square(), kSquareList);
  const Read early = ReadHook("square", SquareEvent("payment.created", SquarePayment("CARD", "")));
  ExpectAmong(early, list);
  EXPECT_EQ(Brief(early.result), "square/A1/pay_1/gross sale 25.00 EUR\n") << "no fee told yet";
  const Read later = ReadHook(
      "square",
      SquareEvent("payment.updated",
                  SquarePayment("CARD", R"(,"processing_fee":[{"type":"INITIAL",)"
                                        R"("amount_money":{"amount":60,"currency":"EUR"}}])")));
  ExpectAmong(later, list);
  EXPECT_THAT(later.result.events, SizeIs(2));
  const Read refund = ReadHook(
      "square", SquareEvent("refund.updated",
                            R"({"refund":{"id":"ref_1","status":"COMPLETED","payment_id":"pay_1",)"
                            R"("created_at":"2026-03-05T10:59:00Z",)"
                            R"("amount_money":{"amount":500,"currency":"EUR"}}})"));
  ExpectAmong(refund, list);
}

TEST(SquareWebhook, PayoutIsTheApis) {
  const std::string payout =
      R"({"payout":{"id":"po_1","status":"PAID","location_id":"L1",)"
      R"("created_at":"2026-03-05T12:00:00Z","updated_at":"2026-03-06T12:00:00Z",)"
      R"("amount_money":{"amount":1940,"currency_code":"EUR"},"arrival_date":"2026-03-07"}})";
  const Read hook = ReadHook("square", SquareEvent("payout.paid", payout));
  ExpectAmong(hook, Parse(Square(), payout));
  EXPECT_THAT(Identities(hook.result), SizeIs(2));
}

TEST(SquareWebhook, WhatDoesntPassTheBalanceIsNone) {
  const auto became = [](const std::string& type, const std::string& object) {
    return ReadHook("square", SquareEvent(type, object)).told.became;
  };
  EXPECT_EQ(became("payment.updated", SquarePayment("CASH", "")), Became::kNoMoney);
  EXPECT_EQ(became("payment.updated", R"({"payment":{"id":"p","status":"APPROVED"}})"),
            Became::kNoMoney);
  EXPECT_EQ(became("payment.updated",
                   SquarePayment("CARD", R"(,"app_fee_money":{"amount":1,"currency":"EUR"})")),
            Became::kKept);
  EXPECT_EQ(became("dispute.created", "{}"), Became::kKept);
  EXPECT_EQ(became("catalog.version.updated", "{}"), Became::kUnknown);
}

const std::string kPayPalSearch =
    R"({"account_number":"A1","transaction_details":[{"transaction_info":{)"
    R"("transaction_id":"8AB1","transaction_event_code":"T0006",)"
    R"("transaction_initiation_date":"2026-03-05T10:00:00+0000","transaction_status":"S",)"
    R"("transaction_amount":{"currency_code":"EUR","value":"21.00"},)"
    R"("fee_amount":{"currency_code":"EUR","value":"-0.91"},"invoice_id":"1001"}},)"
    R"({"transaction_info":{"transaction_id":"9CD2","transaction_event_code":"T1107",)"
    R"("paypal_reference_id":"8AB1","paypal_reference_id_type":"TXN",)"
    R"("transaction_initiation_date":"2026-03-06T10:00:00+0000","transaction_status":"S",)"
    R"("transaction_amount":{"currency_code":"EUR","value":"-5.00"}}}]})";

std::string PayPalEvent(const std::string& type, const std::string& resource) {
  return R"({"id":"WH-1","event_type":")" + type + R"(","resource":)" + resource + "}";
}

TEST(PayPalWebhook, CaptureSaleAndRefundAreTheSearchs) {
  const Result list = Parse(PayPal(), kPayPalSearch);
  const Read capture = ReadHook(
      "paypal",
      PayPalEvent("PAYMENT.CAPTURE.COMPLETED",
                  R"({"id":"8AB1","amount":{"currency_code":"EUR","value":"21.00"},)"
                  R"("seller_receivable_breakdown":{)"
                  R"("paypal_fee":{"currency_code":"EUR","value":"0.91"}},"invoice_id":"1001",)"
                  R"("create_time":"2026-03-05T10:00:02Z","status":"COMPLETED"})"));
  ExpectAmong(capture, list);
  EXPECT_THAT(Identities(capture.result), SizeIs(2));
  const Read sale =
      ReadHook("paypal", PayPalEvent("PAYMENT.SALE.COMPLETED",
                                     R"({"id":"8AB1","amount":{"currency":"EUR","total":"21.00"},)"
                                     R"("transaction_fee":{"currency":"EUR","value":"0.91"},)"
                                     R"("create_time":"2026-03-05T10:00:02Z"})"));
  ExpectAmong(sale, list);
  const Read refund = ReadHook(
      "paypal",
      PayPalEvent("PAYMENT.CAPTURE.REFUNDED",
                  R"({"id":"9CD2","amount":{"currency_code":"EUR","value":"5.00"},)"
                  R"("create_time":"2026-03-06T10:00:00Z","links":[{"rel":"self","href":"x/9CD2"},)"
                  R"({"rel":"up","href":"https://api.paypal.com/v2/payments/captures/8AB1"}]})"));
  ExpectAmong(refund, list);
}

TEST(PayPalWebhook, WhatDoesntTellEnoughIsKept) {
  const auto became = [](const std::string& type, const std::string& resource) {
    return ReadHook("paypal", PayPalEvent(type, resource)).told.became;
  };
  EXPECT_EQ(became("PAYMENT.CAPTURE.COMPLETED", R"({"id":"8AB1","payee":{"merchant_id":"B2"}})"),
            Became::kKept);
  EXPECT_EQ(became("PAYMENT.CAPTURE.COMPLETED",
                   R"({"id":"8AB1","seller_receivable_breakdown":{"platform_fees":[{"a":"b"}]}})"),
            Became::kKept);
  EXPECT_EQ(became("PAYMENT.CAPTURE.COMPLETED", R"({"id":"8AB1"})"), Became::kUnreadable);
  EXPECT_EQ(became("CUSTOMER.DISPUTE.CREATED", "{}"), Became::kKept);
  EXPECT_EQ(became("PAYMENT.CAPTURE.PENDING", "{}"), Became::kNoMoney);
  EXPECT_EQ(became("VAULT.CREDIT-CARD.CREATED", "{}"), Became::kUnknown);
}

TEST(OtherWebhooks, AreKeptWhereTheyAreAboutMoney) {
  const auto adyen = [](const std::string& code) {
    return ReadHook(
               "adyen",
               R"({"notificationItems":[{"NotificationRequestItem":{"eventCode":"OFFER_CLOSED"}},)"
               R"({"NotificationRequestItem":{"eventCode":")" +
                   code + R"("}}]})")
        .told;
  };
  EXPECT_EQ(adyen("CAPTURE").became, Became::kKept);
  EXPECT_EQ(adyen("CAPTURE").type, "CAPTURE");
  EXPECT_EQ(adyen("RECURRING_CONTRACT").became, Became::kNoMoney);
  EXPECT_EQ(ReadHook("adyen", R"({"type":"balancePlatform.transaction.created"})").told.became,
            Became::kKept);
  EXPECT_EQ(ReadHook("adyen", R"({"type":"somethingElse"})").told.became, Became::kUnknown);
  EXPECT_EQ(FindWebhooks("adyen")->acknowledgement(), "[accepted]");

  EXPECT_EQ(ReadHook("shopify", "{}", "", "orders/paid").told.became, Became::kKept);
  EXPECT_EQ(ReadHook("shopify", "{}", "", "products/update").told.became, Became::kUnknown);
  EXPECT_EQ(ReadHook("shopify", "{}", "", "orders/paid").told.id, "") << "none is signed";

  const auto ebay = [](const std::string& topic) {
    return ReadHook("ebay", R"({"metadata":{"topic":")" + topic +
                                R"("},"notification":{"notificationId":"n1"}})")
        .told;
  };
  EXPECT_EQ(ebay("ORDER_CONFIRMATION").became, Became::kKept);
  EXPECT_EQ(ebay("ORDER_CONFIRMATION").id, "n1");
  EXPECT_EQ(ebay("MARKETPLACE_ACCOUNT_DELETION").became, Became::kNoMoney);
  EXPECT_EQ(ebay("NEW_TOPIC").became, Became::kUnknown);
}

TEST(OtherWebhooks, SayWhichSettingIsMissing) {
  const auto missing = [](const std::string& provider, const Webhooks::Keys& keys) {
    return base::Message(FindWebhooks(provider)->CheckKeys(keys));
  };
  for (const Webhooks* one : AllWebhooks()) EXPECT_FALSE(one->CheckKeys({}).ok());
  EXPECT_THAT(missing("stripe", {}), HasSubstr("secret_file"));
  EXPECT_THAT(missing("square", {{"s"}, "", "", ""}), HasSubstr("url"));
  EXPECT_THAT(missing("paypal", {{}, "", "", "f"}), HasSubstr("webhook_id"));
  EXPECT_THAT(missing("paypal", {{}, "", "W1", ""}), HasSubstr("keys"));
  EXPECT_THAT(missing("ebay", {{"s"}, "u", "", ""}), HasSubstr("keys"));
  EXPECT_THAT(missing("adyen", {{"not hex!"}, "", "", ""}), HasSubstr("hexadecimal"));
  EXPECT_EQ(missing("square", {{"s"}, "u", "", ""}), "");
}

}  // namespace
}  // namespace tieout::connectors
