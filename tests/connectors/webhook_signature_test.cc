// Signatures made by others: the providers' own libraries' tests, and the openssl program.
#include <map>
#include <string>
#include <vector>

#include "connectors/webhook/hmac.h"
#include "connectors/webhook/signature.h"
#include "engine/base/day.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tieout::connectors::webhook {
namespace {

using ::testing::HasSubstr;
using Headers = std::map<std::string, std::string>;

const std::string kFolder = TIEOUT_SOURCE_DIR "/tests/connectors/webhook/testdata/";
constexpr int64_t kSecond = base::kMicrosPerSecond;

Request Signed(std::string_view body, Headers headers) {
  return {body, [headers = std::move(headers)](std::string_view name) {
            const auto found = headers.find(std::string(name));
            return found == headers.end() ? std::string() : found->second;
          }};
}

bool IsRefused(const absl::Status& status) {
  return status.code() == absl::StatusCode::kUnauthenticated;
}

// openssl dgst -sha256 -hmac whsec_test_secret
constexpr std::string_view kStripeBody = R"({"id":"evt_1"})";
constexpr int64_t kStripeTime = 1'700'000'000;
const std::string kStripeSignature =
    "248a374f50f943a28b0f6ab50faf9a7e7e29b710fa26df9fb1618b9bf8ea9c9a";
const std::vector<std::string> kStripeSecret = {"whsec_test_secret"};

absl::Status StripeAt(int64_t seconds) {
  return CheckStripe(
      Signed(kStripeBody, {{"Stripe-Signature", "t=1700000000,v1=" + kStripeSignature}}),
      kStripeSecret, seconds * kSecond);
}

TEST(StripeSignature, HoldsForFiveMinutesEitherWay) {
  EXPECT_TRUE(StripeAt(kStripeTime).ok());
  EXPECT_TRUE(StripeAt(kStripeTime + 300).ok());
  EXPECT_TRUE(StripeAt(kStripeTime - 300).ok());
  const absl::Status late = StripeAt(kStripeTime + 301);
  EXPECT_TRUE(absl::IsOutOfRange(late)) << late;
  EXPECT_THAT(base::Message(late), HasSubstr("301 seconds ago"));
  const absl::Status early = StripeAt(kStripeTime - 301);
  EXPECT_TRUE(absl::IsOutOfRange(early)) << early;
  EXPECT_THAT(base::Message(early), HasSubstr("301 seconds in the future"));
}

TEST(StripeSignature, BelievesOnlyTheSecretsV1OverTimeAndBody) {
  const auto check = [](std::string_view body, const std::string& header,
                        const std::vector<std::string>& secrets) {
    return CheckStripe(Signed(body, {{"Stripe-Signature", header}}), secrets,
                       kStripeTime * kSecond);
  };
  const std::string good = "t=1700000000,v1=" + kStripeSignature;
  EXPECT_TRUE(check(kStripeBody, good, kStripeSecret).ok());
  EXPECT_TRUE(check(kStripeBody, good, {"whsec_next", "whsec_test_secret"}).ok());
  EXPECT_TRUE(
      check(kStripeBody, "t=1700000000,v1=00ff,v1=" + kStripeSignature + ",v0=x", kStripeSecret)
          .ok());
  EXPECT_TRUE(IsRefused(check(kStripeBody, good, {"whsec_next"})));
  EXPECT_TRUE(IsRefused(check(kStripeBody, good, {})));
  EXPECT_TRUE(IsRefused(check(R"({"id":"evt_2"})", good, kStripeSecret)));
  EXPECT_TRUE(IsRefused(check(kStripeBody, "t=1700000001,v1=" + kStripeSignature, kStripeSecret)));
  EXPECT_TRUE(IsRefused(check(kStripeBody, "t=1700000000,v0=" + kStripeSignature, kStripeSecret)));
  EXPECT_TRUE(IsRefused(check(kStripeBody, "v1=" + kStripeSignature, kStripeSecret)));
  EXPECT_TRUE(IsRefused(check(kStripeBody, "", kStripeSecret)));
}

// openssl dgst -sha256 -hmac test-webhook-secret -binary | base64
TEST(ShopifySignature, IsOfTheBody) {
  const std::string body =
      R"({"id":1234567890,"email":"customer@example.com","total_price":"123.45"})";
  const std::vector<std::string> secrets = {"next", "test-webhook-secret"};
  const Headers headers = {
      {"X-Shopify-Hmac-Sha256", "QNyObTlKbMx2qDlPF/ZOZcBqg5OgPg+2oky3zldc0Gw="}};
  EXPECT_TRUE(CheckShopify(Signed(body, headers), secrets).ok());
  EXPECT_TRUE(IsRefused(CheckShopify(Signed(body + " ", headers), secrets)));
  EXPECT_TRUE(IsRefused(CheckShopify(Signed(body, headers), {secrets.data(), 1})));
  EXPECT_TRUE(IsRefused(CheckShopify(Signed(body, {}), secrets)));
  EXPECT_TRUE(
      IsRefused(CheckShopify(Signed(body, {{"X-Shopify-Hmac-Sha256", "no base64!"}}), secrets)));
}

// square-python-sdk tests/integration/test_webhooks_helper.py
TEST(SquareSignature, IsOfUrlAndBody) {
  const std::string body =
      R"({"merchant_id":"MLEFBHHSJGVHD","type":"webhooks.test_notification",)"
      R"("event_id":"ac3ac95b-f97d-458c-a6e6-18981597e05f",)"
      R"("created_at":"2022-07-13T20:30:59.037339943Z",)"
      R"("data":{"type":"webhooks","id":"bc368e64-01aa-407e-b46e-3231809b1129"}})";
  const Headers headers = {
      {"x-square-hmacsha256-signature", "GF4YkrJgGBDZ9NIYbNXBnMzqb2HoL4RW/S6vkZ9/2N4="}};
  const std::vector<std::string> secrets = {"Ibxx_5AKakO-3qeNVR61Dw"};
  const std::string url = "https://webhook.site/679a4f3a-dcfa-49ee-bac5-9d0edad886b9";
  EXPECT_TRUE(CheckSquare(Signed(body, headers), secrets, url).ok());
  EXPECT_TRUE(IsRefused(CheckSquare(Signed(body, headers), secrets, url + "/")));
  EXPECT_TRUE(IsRefused(CheckSquare(Signed(body + "\n", headers), secrets, url)));
  const std::vector<std::string> others = {"MCmhFRxGX82xMwg5FsaoQA"};
  EXPECT_TRUE(IsRefused(CheckSquare(Signed(body, headers), others, url)));
  EXPECT_TRUE(IsRefused(CheckSquare(Signed(body, {}), secrets, url)));
}

// adyen-node-api-library src/__tests__/hmacValidator.spec.ts
const std::vector<std::string> kAdyenKey = {
    "DFB1EB5485895CFA84146406857104ABB4CBCABDC8AAF103A624C8F6A3EAAB00"};

std::string AdyenItem(const std::string& value, const std::string& signature) {
  return R"({"NotificationRequestItem":{"pspReference":"pspReference",)"
         R"("originalReference":"originalReference","merchantAccountCode":"merchantAccount",)"
         R"("merchantReference":"reference","amount":{"currency":"EUR","value":)" +
         value + R"(},"eventCode":"CAPTURE","success":"true","additionalData":{"hmacSignature":")" +
         signature + R"("}}})";
}

TEST(AdyenSignature, IsOfEachItemsFields) {
  const std::string good = AdyenItem("1000", "xhpHvYq2u2Np0rstbZ6QjLGu7JWhvf7Iwaa6EviJSX0=");
  const auto check = [](const std::string& items) {
    return CheckAdyen(Signed(R"({"live":"false","notificationItems":[)" + items + "]}", {}),
                      kAdyenKey);
  };
  EXPECT_TRUE(check(good).ok());
  EXPECT_TRUE(check(good + "," + good).ok());
  EXPECT_TRUE(IsRefused(check(good + "," + AdyenItem("1000", "notValidSign"))));
  EXPECT_TRUE(IsRefused(check(AdyenItem("1001", "xhpHvYq2u2Np0rstbZ6QjLGu7JWhvf7Iwaa6EviJSX0="))));
  EXPECT_TRUE(IsRefused(check(AdyenItem("1000", ""))));
  EXPECT_TRUE(IsRefused(check("")));
  EXPECT_TRUE(IsRefused(CheckAdyen(Signed("no JSON", {}), kAdyenKey)));
}

// openssl dgst -sha256 -mac HMAC -macopt hexkey:DFB1… -binary | base64
TEST(AdyenSignature, IsAHeaderOverABalancePlatformsBody) {
  const std::string body = R"({"type":"balancePlatform.transaction.created"})";
  const Headers headers = {{"HmacSignature", "3SlPWrquOMIPkCIZ52CEgojIOOp5GB1DHqLbo3Rd/BU="}};
  EXPECT_TRUE(CheckAdyen(Signed(body, headers), kAdyenKey).ok());
  EXPECT_TRUE(IsRefused(CheckAdyen(Signed(body + " ", headers), kAdyenKey)));
  const std::vector<std::string> no_hex = {"DFB1EB54 85895CFA"};
  EXPECT_TRUE(IsRefused(CheckAdyen(Signed(body, headers), no_hex)));
}

// eBay/event-notification-nodejs-sdk test/test.json, VALID and SIGNATURE_MISMATCH
constexpr std::string_view kEbayBody =
    R"({"metadata":{"topic":"MARKETPLACE_ACCOUNT_DELETION","schemaVersion":"1.0",)"
    R"("deprecated":false},"notification":{"notificationId":)"
    R"("49feeaeb-4982-42d9-a377-9645b8479411_33f7e043-fed8-442b-9d44-791923bd9a6d",)"
    R"("eventDate":"2021-03-19T20:43:59.462Z","publishDate":"2021-03-19T20:43:59.679Z",)"
    R"("publishAttemptCount":1,"data":{"username":"test_user","userId":"ma8vp1jySJC",)"
    R"("eiasToken":"nY+sHZ2PrBmdj6wVnY+sEZ2PrA2dj6wJnY+gAZGEpwmdj6x9nY+seQ=="}}})";
const std::string kEbayValid =
    "eyJhbGciOiJlY2RzYSIsImtpZCI6Ijk5MzYyNjFhLTdkN2ItNDYyMS1hMGYxLTk2Y2NiNDI4YWY0OSIsInNpZ25hdHVy"
    "ZSI6Ik1FWUNJUUNmeGZJV3V4bVdjSUJRSjljNS9YN2lHREpxczJSQ0dzQkVhQWppbnlycmZBSWhBSVY2d0djVGlCdVY1"
    "S0pVaWYyaG9reXJMK1E5c3NIa2FkK214Mm5FRTI1dyIsImRpZ2VzdCI6IlNIQTEifQ==";
const std::string kEbayMismatch =
    "eyJhbGciOiJlY2RzYSIsImtpZCI6Ijk5MzYyNjFhLTdkN2ItNDYyMS1hMGYxLTk2Y2NiNDI4YWY0OSIsInNpZ25hdHVy"
    "ZSI6Ik1FWUNJUUNHY1NubUFrVGZyK1paMlZnMGJXRW9zOGEvdGVCcWk3UGU2OCtoR21MTUNRSWdlRnZrcnRvKzhkczhS"
    "VndJM0dnbjFtTUdDck5NRVpKM1NSbE8yZngveHFJPSIsImRpZ2VzdCI6IlNIQTEifQ==";

TEST(EbaySignature, IsTheKeysOverTheBody) {
  const std::string folder = kFolder + "ebay";
  const Headers headers = {{"X-EBAY-SIGNATURE", kEbayValid}};
  EXPECT_TRUE(CheckEbay(Signed(kEbayBody, headers), folder).ok());
  EXPECT_TRUE(
      IsRefused(CheckEbay(Signed(kEbayBody, {{"X-EBAY-SIGNATURE", kEbayMismatch}}), folder)));
  EXPECT_TRUE(IsRefused(CheckEbay(Signed("{}", headers), folder)));
  EXPECT_TRUE(IsRefused(CheckEbay(Signed(kEbayBody, {}), folder)));
  // base64 of {"kid":"../../secret","signature":"AAAA"}: no way out of the folder.
  EXPECT_TRUE(IsRefused(CheckEbay(
      Signed(kEbayBody,
             {{"X-EBAY-SIGNATURE", "eyJraWQiOiIuLi8uLi9zZWNyZXQiLCJzaWduYXR1cmUiOiJBQUFBIn0="}}),
      folder)));
  const absl::Status missing = CheckEbay(Signed(kEbayBody, headers), kFolder + "nowhere");
  EXPECT_TRUE(absl::IsUnavailable(missing));
  EXPECT_THAT(base::Message(missing), HasSubstr("9936261a-7d7b-4621-a0f1-96ccb428af49.pem"));
}

// printf 'CODE''TOKEN''URL' | openssl dgst -sha256
TEST(EbaySignature, ChallengeIsHashedWithTokenAndUrl) {
  EXPECT_EQ(EbayChallengeResponse("a71607740aa5CODE", "token-of-at-least-32-characters-x",
                                  "https://hooks.example.com/webhooks/ebay"),
            "430afd86a447f5a7439e833838af145a36426de2fb7e5f036e7e102be5ccf28e");
}

// An authority and certificates by openssl; openssl dgst -sha256 -sign.
constexpr std::string_view kPayPalBody =
    R"({"id":"WH-9UG43882HX7271132-6E0871324L7949614","event_type":"PAYMENT.SALE.COMPLETED"})";
const std::string kPayPalSignature =
    "sIK1flUPgpSkBlAJ1RBbyaNITBF2ZG5M5w2MQsxZ1Mq0GQy4FW99nSMFO8gfPbfVhj8sSn48OVuYBvESqKyq"
    "cMPRzgDJ2L/0RFYoCM6GZQZa1quDNgUwWHZryPYYYqkutxiLWHKqz4lFnbvH4MJFpZJCLqaj71+boSo78qCU"
    "QoG6gq84ETZ/AZUHFds7J60PvSgdiFo1Ao13sRDnvHnjPqiogdxtJGjI2fI1wSlyddSKScuZt1Ys03i+7LgA"
    "2f9xbyveBOsU+lvt3ty1TPMqUO9oTXcCzDJ/onKKsZTn+yQyFTbsOqBIPa+aSJElpEDo0oxhcYh9WgfigWAZ"
    "zRW0fQ==";
const std::string kOthersSignature =
    "J69mWwAPEG/+DydwkiHxp9UnEaV1nEI0jJIkGCL0/ojBfvCPh1pdbusB4a1LiA/9oJvNtZHrQvXPmJIYvrCJ"
    "If0AMtTLSouSZ0guODqE6fvwdcE59bH0PSABGr/c/xfjsChlr0OTpmrdtkbD32R5L+EbgErh6h1jfkguKyuH"
    "V170xr7sFAcYXEnFVmXa72kLEln/HJozBk09cKI7T4SNqqfXtyQ3USab2LANkjKxwrCx4ZFu0rw5Ng5qW8Zs"
    "IXTQMBUEQlHmUJoDGGhRCRPsrb/xRov4BH/HWSTOzZlxLuTDJRng+/2aKq2NASzWBS2dK46s0zm4OarbRsJW"
    "toU9pw==";
const std::string kSelfSignature =
    "J65la0hFo1LOPC18MnVbf8V3XFnzQPuZlTPM8jkdp9qGCBCWf3gebw6QQRHH+IAUbHV2UaviJ3hUriI001yA"
    "lsVDDiim5puvKmTwuZKXglOPxjd7JEEXFeNfAM90zzwlT0aRfHEiOeK11VQwWSCoXcOb/VwAFdsud3HqbrY+"
    "Vifkm01uJNuV+2kcxuAthrpAj3dioByMJhpb8J+EYLjsBgeHDZgW+yPbatVVvCrWH87wSfDbR6nJSOiT1I+T"
    "KbEh7iMrQZlXBV5jRt5T5xqjYrVVTCBnkRLnaY3whlj7+HullTQILA+MMdBd0GUor6RId+wkQYQ6xqxoeg7m"
    "kmIr3A==";
const int64_t kPayPalTime = base::ParseDay("2026-12-01")->start_us();

Headers PayPalHeaders(const std::string& url, const std::string& signature) {
  return {{"PAYPAL-TRANSMISSION-ID", "d938e770-8046-11e6-8103-6b62a8a99ac4"},
          {"PAYPAL-TRANSMISSION-TIME", "2026-11-26T21:00:46Z"},
          {"PAYPAL-AUTH-ALGO", "SHA256withRSA"},
          {"PAYPAL-CERT-URL", url},
          {"PAYPAL-TRANSMISSION-SIG", signature}};
}

const std::string kPayPalUrl = "https://api.paypal.com/v1/notifications/certs/";

absl::Status PayPal(const Headers& headers, int64_t now_us = kPayPalTime,
                    std::string_view webhook_id = "9XL90610J3647323C",
                    std::string_view body = kPayPalBody) {
  return CheckPayPal(Signed(body, headers), webhook_id, kFolder + "paypal", now_us);
}

TEST(PayPalSignature, IsACertificatesOverIdTimeAndChecksum) {
  const Headers good = PayPalHeaders(kPayPalUrl + "CERT-test", kPayPalSignature);
  EXPECT_TRUE(PayPal(good).ok()) << PayPal(good);
  EXPECT_TRUE(IsRefused(PayPal(good, kPayPalTime, "ANOTHER")));
  EXPECT_TRUE(IsRefused(PayPal(good, kPayPalTime, "9XL90610J3647323C", "{}")));
  Headers later = good;
  later["PAYPAL-TRANSMISSION-TIME"] = "2026-11-26T21:00:47Z";
  EXPECT_TRUE(IsRefused(PayPal(later)));
  Headers weaker = good;
  weaker["PAYPAL-AUTH-ALGO"] = "SHA1withRSA";
  EXPECT_TRUE(IsRefused(PayPal(weaker)));
  EXPECT_TRUE(IsRefused(PayPal({})));
}

TEST(PayPalSignature, CertificateIsPayPalsValidAndTrusted) {
  const Headers good = PayPalHeaders(kPayPalUrl + "CERT-test", kPayPalSignature);
  const absl::Status expired = PayPal(good, base::ParseDay("2028-01-01")->start_us());
  EXPECT_TRUE(IsRefused(expired));
  EXPECT_THAT(base::Message(expired), HasSubstr("expired"));
  EXPECT_TRUE(IsRefused(PayPal(PayPalHeaders(kPayPalUrl + "CERT-other", kOthersSignature))));
  EXPECT_TRUE(IsRefused(PayPal(PayPalHeaders(kPayPalUrl + "CERT-self", kSelfSignature))));
  for (const std::string url :
       {"http://api.paypal.com/CERT-test", "https://paypal.com.example.com/CERT-test",
        "https://evilpaypal.com/CERT-test", "https://api.paypal.com@example.com/CERT-test",
        "https://api.paypal.com/../CERT-test.", "CERT-test"}) {
    EXPECT_TRUE(IsRefused(PayPal(PayPalHeaders(url, kPayPalSignature)))) << url;
  }
  const absl::Status missing = PayPal(PayPalHeaders(kPayPalUrl + "CERT-new", kPayPalSignature));
  EXPECT_TRUE(absl::IsUnavailable(missing));
  EXPECT_THAT(base::Message(missing), HasSubstr("CERT-new.pem isn't there"));
}

TEST(Hmac, ComparesWhole) {
  EXPECT_TRUE(EqualInConstantTime("abc", "abc"));
  EXPECT_FALSE(EqualInConstantTime("abc", "abd"));
  EXPECT_FALSE(EqualInConstantTime("abc", "ab"));
  EXPECT_FALSE(EqualInConstantTime("", "a"));
}

}  // namespace
}  // namespace tieout::connectors::webhook
