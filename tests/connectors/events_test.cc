#include "connectors/events/events.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "connectors/registry.h"
#include "tests/connectors/kit.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Context EventsContext() {
  Context context;
  context.file_name = "events.jsonl";
  context.sha256 = std::string(32, '\x07');
  return context;
}

testing::Result RunEvents(std::string_view bytes) {
  return testing::Run(Events(), bytes, EventsContext());
}

constexpr std::string_view kSale =
    R"({"event_id":"shop/s1/o1/gross","account":{"provider":"shop","merchant_account":"s1",)"
    R"("currency":"EUR"},"occurred_at":"2026-03-02T09:00:00Z","amount_minor":"1250","sale":{}})";

TEST(Events, InAndOutAreTheSame) {
  // What a connector made, written as JSON lines, reads as the same events.
  const std::string golden = testing::ReadTestFile("stripe/testdata/payout_reconciliation.jsonl");
  const auto result = RunEvents(golden);
  ASSERT_TRUE(result.status.ok()) << result.status;
  EXPECT_THAT(result.quarantined, ElementsAre());
  EXPECT_EQ(testing::Lines(result), golden);
}

TEST(Events, AnEventWithoutASourceGetsTheLine) {
  const auto result = RunEvents("\n" + std::string(kSale) + "\n");
  ASSERT_EQ(result.events.size(), 1u);
  EXPECT_THAT(testing::Json(result.events[0]),
              HasSubstr(R"("source":{"connector":"events","sha256":"BwcH)"));
  EXPECT_THAT(testing::Json(result.events[0]), HasSubstr(R"("name":"events.jsonl","line":"2")"));
}

TEST(Events, BadLinesAreQuarantinedAndTheOthersGoOn) {
  const std::string tick = R"({"event_id":"t","tick":{"number":"5"}})";
  std::string no_currency(kSale);
  no_currency.replace(no_currency.find("EUR"), 3, "EUX");
  std::string typo(kSale);
  typo.replace(typo.find("amount_minor"), 12, "amount_major");
  const auto result = RunEvents(tick + "\n" + no_currency + "\n" + typo + "\n{\"event_id\":\n" +
                                std::string(kSale));
  EXPECT_THAT(result.quarantined,
              ElementsAre("events.jsonl:1: event \"t\": is written by the log itself",
                          HasSubstr("events.jsonl:2: event \"shop/s1/o1/gross\": "),
                          HasSubstr("events.jsonl:3: "), HasSubstr("events.jsonl:4: ")));
  EXPECT_THAT(result.quarantined[1], HasSubstr("\"EUX\" is no currency of ISO 4217"));
  EXPECT_THAT(result.quarantined[2], HasSubstr("amount_major"));
  EXPECT_EQ(result.events.size(), 1u);
}

TEST(Events, ConfigurationNeedsNoAccount) {
  const auto result =
      RunEvents(R"({"event_id":"rule/r1/1/rule","rule":{"rule_id":"r1","version":1}})"
                "\n");
  EXPECT_THAT(result.quarantined, ElementsAre());
  EXPECT_EQ(result.summary.events, 1u);
  EXPECT_TRUE(result.summary.accounts.empty());
}

TEST(Events, EmptyFileAndTruncation) {
  EXPECT_EQ(RunEvents("").status.message(), "events.jsonl is empty");
  testing::ExpectSurvivesTruncation(Events(), std::string(kSale) + "\n", EventsContext());
}

TEST(Events, DetectedFromContent) {
  const auto found = Detect("x", kSale);
  ASSERT_TRUE(found.ok()) << found.status();
  EXPECT_EQ((*found)->name(), "events");
}

}  // namespace
}  // namespace tieout::connectors
