// What is refused, and with which error: kDataLoss becomes a dead letter, kFailedPrecondition stops
// the partition. Mixing them up would lose events or stand still for a typo.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/codec/codec.h"
#include "schemas/event.pb.h"
#include "tests/engine/codec/samples.h"

namespace tieout::codec {
namespace {

using ::testing::HasSubstr;

absl::Status Read(const std::string& bytes) {
  ledger::Event event;
  return DecodeEvent(bytes, &event);
}
absl::Status Read(const v1::Event& event) { return Read(event.SerializeAsString()); }

std::string NewerThanThisBuild(const std::string& bytes) {
  const absl::Status status = Read(bytes);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  return base::Message(status);
}
std::string Lost(const std::string& bytes) {
  const absl::Status status = Read(bytes);
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  return base::Message(status);
}
std::string Lost(const v1::Event& event) { return Lost(event.SerializeAsString()); }

TEST(Newer, SemanticsNumberIsNamed) {
  v1::Event event;
  event.set_event_id("a/b/c/d");
  event.set_semantics(7);
  EXPECT_EQ(NewerThanThisBuild(event.SerializeAsString()),
            "event \"a/b/c/d\" was written for semantics number 7; this build folds up to 1: "
            "upgrade tieout");
  event.set_semantics(kSemanticsNumber);
  EXPECT_TRUE(Read(event).ok());
}

TEST(Newer, SemanticsOfLogAndChangeAreNamed) {
  v1::Event event;
  event.mutable_semantics_change()->set_number(2);
  EXPECT_THAT(NewerThanThisBuild(event.SerializeAsString()), HasSubstr("semantics number 2"));
  event.mutable_log()->set_semantics(3);
  EXPECT_THAT(NewerThanThisBuild(event.SerializeAsString()), HasSubstr("semantics number 3"));
}

TEST(Newer, NumberSpeaksBeforeWhatOnlyItsBuildUnderstands) {
  v1::Event event;
  event.set_semantics(2);
  event.set_available_on("spring");
  EXPECT_THAT(NewerThanThisBuild(event.SerializeAsString()), HasSubstr("semantics number 2"));
  // Also when it comes after an unknown body: field 41, empty.
  EXPECT_THAT(NewerThanThisBuild(std::string("\xca\x02\x00\x10\x02", 5)),
              HasSubstr("semantics number 2"));
}

TEST(Newer, UnknownFieldsStopAtAnyDepth) {
  // Field 41: the place kept for `message`. Field 12 of the envelope. Field 7 of payout.
  EXPECT_THAT(NewerThanThisBuild(std::string("\xca\x02\x00", 3)),
              HasSubstr("Event has a field 41"));
  EXPECT_THAT(NewerThanThisBuild("\x60\x01"), HasSubstr("Event has a field 12"));
  EXPECT_THAT(NewerThanThisBuild("\xd2\x01\x02\x38\x01"), HasSubstr("payout has a field 7"));
  EXPECT_THAT(NewerThanThisBuild("\xa2\x01\x04\x0a\x02\x40\x01"),
              HasSubstr("sale.lines has a field 8"));
}

TEST(Newer, UnknownEnumeratorsStop) {
  v1::Event event;
  event.mutable_chargeback()->set_phase(static_cast<v1::Chargeback_Phase>(6));
  EXPECT_THAT(NewerThanThisBuild(event.SerializeAsString()),
              HasSubstr("chargeback.phase has the value 6"));
  event.mutable_chargeback()->set_phase(static_cast<v1::Chargeback_Phase>(-1));
  EXPECT_THAT(NewerThanThisBuild(event.SerializeAsString()), HasSubstr("has the value -1"));
}

// Garbage may begin like a field of the future; it must not stop the partition.
TEST(Malformed, BytesAreLostEvenAfterAnUnknownField) {
  Lost(std::string("\xca\x02\x05x", 4));
  Lost("\x60\x01\x0a\x7f");
  Lost("{\"event_id\": \"a JSON object\"}");
  Lost(std::string(20, '\xff'));
  Lost("\x0b");                  // a group
  Lost(std::string("\x00", 1));  // field 0
}

TEST(Malformed, KnownFieldOfAnotherTypeIsLost) {
  EXPECT_THAT(Lost("\x08\x01"), HasSubstr("event_id: has another wire type"));
  EXPECT_THAT(Lost("\xd2\x01\x02\x10\x01"),
              HasSubstr("payout.arrival_date: has another wire type"));
}

TEST(Malformed, TextMustBeUtf8) {
  EXPECT_THAT(Lost("\x0a\x02\xc3\x28"), HasSubstr(R"(event_id: "\xc3(" is no UTF-8)"));
  EXPECT_THAT(Lost("\x22\x03\x0a\x01\xff"), HasSubstr("account.provider"));
  EXPECT_TRUE(Read("\x2a\x03\x12\x01\xff").ok()) << "sha256 is bytes";
}

TEST(Malformed, DatesAreCivilDays) {
  v1::Event event;
  event.set_event_id("a/b/c/d");
  event.mutable_bank_deposit()->set_value_date("5.3.2026");
  EXPECT_EQ(Lost(event),
            "event \"a/b/c/d\": bank_deposit.value_date: \"5.3.2026\" is no date; write it as "
            "2026-03-05");
  event.mutable_calendar()->add_holidays("2026-02-30");
  EXPECT_THAT(Lost(event), HasSubstr("calendar.holidays: \"2026-02-30\""));
}

TEST(Malformed, TimesAreMicrosecondsOfOurEra) {
  v1::Event event;
  event.mutable_occurred_at()->set_nanos(1500);
  EXPECT_THAT(Lost(event), HasSubstr("occurred_at: 1500 ns is finer than a microsecond"));
  event.mutable_occurred_at()->set_nanos(-1000);
  EXPECT_THAT(Lost(event), HasSubstr("occurred_at: 0 s -1000 ns is no time"));
  event.mutable_occurred_at()->set_nanos(1'000'000'000);
  EXPECT_THAT(Lost(event), HasSubstr("is no time"));
  event.mutable_occurred_at()->set_nanos(0);
  for (const int64_t seconds : {253'402'300'800, -62'135'596'801, INT64_MAX, INT64_MIN}) {
    event.mutable_occurred_at()->set_seconds(seconds);
    EXPECT_THAT(Lost(event), HasSubstr("between the years 1 and 9999"));
  }
  event.mutable_occurred_at()->set_seconds(253'402'300'799);
  EXPECT_TRUE(Read(event).ok());
}

TEST(Time, BeforeTheEpochKeepsItsMicroseconds) {
  v1::Event message;
  message.mutable_occurred_at()->set_seconds(-1);
  message.mutable_occurred_at()->set_nanos(999'999'000);
  const std::string bytes = message.SerializeAsString();
  ledger::Event event;
  ASSERT_TRUE(DecodeEvent(bytes, &event).ok());
  EXPECT_EQ(event.occurred_at_us, -1);
  EXPECT_EQ(EncodeEvent(event), bytes);
}

std::string JsonRefusal(std::string_view json) {
  const auto bytes = EventFromJson(json);
  EXPECT_TRUE(absl::IsInvalidArgument(bytes.status())) << bytes.status();
  return base::Message(bytes.status());
}

TEST(Json, ErrorsSayWhatAndWhere) {
  EXPECT_THAT(JsonRefusal(R"({"event_idd": "x"})"), HasSubstr("event_idd: Cannot find field"));
  EXPECT_THAT(JsonRefusal(R"({"payout": {"arrival": "x"}})"), HasSubstr("arrival"));
  EXPECT_THAT(JsonRefusal(R"({"amount_minor": 1.5})"), HasSubstr("amount_minor"));
  EXPECT_THAT(JsonRefusal(R"({"amount_minor": "9223372036854775808"})"), HasSubstr("amount_minor"));
  EXPECT_THAT(JsonRefusal(R"({"available_on": "5.3.2026"})"),
              HasSubstr("available_on: \"5.3.2026\""));
  EXPECT_THAT(JsonRefusal(R"({"occurred_at": "2026-03-05T10:00:00.0000001Z"})"),
              HasSubstr("occurred_at: 100 ns"));
  EXPECT_THAT(JsonRefusal(R"({"payout": {"state": "PAYED"}})"), HasSubstr("PAYED"));
  EXPECT_THAT(JsonRefusal(R"({"sale": {}, "fee": {}})"), HasSubstr("fee"));
  EXPECT_THAT(JsonRefusal("{"), HasSubstr("is no event in JSON"));
  EXPECT_THAT(JsonRefusal(""), HasSubstr("is no event in JSON"));
  EXPECT_THAT(JsonRefusal("[]"), HasSubstr("is no event in JSON"));
  EXPECT_TRUE(absl::IsFailedPrecondition(EventFromJson(R"({"semantics": 2})").status()));
}

TEST(Json, TakesCamelCaseToo) {
  EXPECT_EQ(*EventFromJson(R"({"eventId": "x", "bankDeposit": {"valueDate": "2026-03-05"}})"),
            *EventFromJson(R"({"event_id": "x", "bank_deposit": {"value_date": "2026-03-05"}})"));
}

TEST(Json, RefusesBytesThatAreNoEvent) {
  EXPECT_TRUE(absl::IsDataLoss(EventToJson("garbage").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(EventToJson("\x60\x01").status()));
}

TEST(Record, RefusesWhatANewerBuildWrote) {
  // Field 30 of Record, varint; a level beyond the last.
  EXPECT_TRUE(absl::IsFailedPrecondition(DecodeRecord("\xf0\x01\x01").status()));
  EXPECT_TRUE(absl::IsFailedPrecondition(DecodeRecord("\x30\x05").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeRecord("\x0a\x05x").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeProgress("\x0a\x05x").status()));
  EXPECT_TRUE(absl::IsDataLoss(DecodeDeadLetter("\x0a\x05x").status()));
}

TEST(DeadLetter, KeepsTheBytesAndMakesTheErrorReadable) {
  ledger::DeadLetter letter;
  letter.reason = ledger::reason::kUndecodable;
  letter.error = "starts with \xff";
  letter.key = "S1";
  letter.value = std::string("\0\xff\x80", 3);
  const auto back = DecodeDeadLetter(EncodeDeadLetter(letter));
  ASSERT_TRUE(back.ok()) << back.status();
  EXPECT_EQ(back->value, letter.value);
  EXPECT_EQ(back->error, "starts with \xEF\xBF\xBD");
  EXPECT_THAT(DeadLetterToJson(letter), HasSubstr("\"value\":\"AP+A\""));
}

}  // namespace
}  // namespace tieout::codec
