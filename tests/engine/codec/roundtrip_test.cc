// Two readings of an event exist, views and generated code: this holds them equal.
#include <gtest/gtest.h>

#include <random>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "schemas/event.pb.h"
#include "schemas/record.pb.h"
#include "tests/engine/codec/random_message.h"
#include "tests/engine/codec/readings.h"
#include "tests/engine/codec/samples.h"

namespace tieout::codec {
namespace {

constexpr int kRounds = 20'000;

std::string RandomEvent(uint64_t seed) {
  std::mt19937_64 random(seed);
  v1::Event message;
  FillAtRandom(random, &message);
  return message.SerializeAsString();
}

TEST(Event, GeneratedBytesComeBackUnchanged) {
  for (int seed = 0; seed < kRounds; ++seed) {
    const std::string bytes = RandomEvent(seed);
    ledger::Event event;
    const absl::Status read = DecodeEvent(bytes, &event);
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read;
    ASSERT_EQ(base::HexEncode(EncodeEvent(event)), base::HexEncode(bytes)) << "seed " << seed;
  }
}

TEST(Event, RandomEventsReachEveryKind) {
  std::array<int, ledger::kKindCount> seen{};
  for (int seed = 0; seed < 1000; ++seed) {
    const std::string bytes = RandomEvent(seed);
    ledger::Event event;
    ASSERT_TRUE(DecodeEvent(bytes, &event).ok());
    ++seen[static_cast<size_t>(event.kind())];
  }
  for (int k = 1; k < ledger::kKindCount; ++k) {
    EXPECT_GT(seen[k], 0) << ledger::KindName(static_cast<ledger::Kind>(k));
  }
}

TEST(Event, JsonRoundTrips) {
  for (int seed = 0; seed < kRounds / 10; ++seed) {
    const std::string bytes = RandomEvent(seed);
    const auto json = EventToJson(bytes);
    ASSERT_TRUE(json.ok()) << json.status();
    const auto back = EventFromJson(*json);
    ASSERT_TRUE(back.ok()) << "seed " << seed << ": " << back.status() << "\n" << *json;
    ASSERT_EQ(*back, bytes) << "seed " << seed << "\n" << *json;
  }
}

// Occurrences of a field may repeat on the wire; parsers merge messages and take the last scalar.
TEST(Event, MergesRepeatedFieldsAsGeneratedCodeDoes) {
  for (int seed = 0; seed < kRounds / 4; ++seed) {
    const std::string both = RandomEvent(seed) + RandomEvent(seed + kRounds);
    v1::Event generated;
    ASSERT_TRUE(generated.ParseFromString(both));
    ledger::Event event;
    const absl::Status read = DecodeEvent(both, &event);
    ASSERT_TRUE(read.ok()) << "seed " << seed << ": " << read;
    ASSERT_EQ(base::HexEncode(EncodeEvent(event)), base::HexEncode(generated.SerializeAsString()))
        << "seed " << seed;
  }
}

TEST(Event, ReusedForManyRowsKeepsNothing) {
  ledger::Event reused;
  for (int seed = 0; seed < 1000; ++seed) {
    const std::string bytes = RandomEvent(seed);
    ASSERT_TRUE(DecodeEvent(bytes, &reused).ok());
    ASSERT_EQ(EncodeEvent(reused), bytes) << "seed " << seed;
  }
}

TEST(Event, ReadsListsPackedOrNot) {
  v1::Event message;
  message.mutable_calendar()->add_weekend(6);
  message.mutable_calendar()->add_weekend(300);
  std::string bytes = message.SerializeAsString();
  // calendar { weekend: 6, weekend: 300 } one by one: tag 0x20 (field 4, varint).
  const std::string unpacked = std::string("\xa2\x02\x05\x20\x06\x20\xac\x02", 8);
  ASSERT_NE(unpacked, bytes);
  ledger::Event event;
  ASSERT_TRUE(DecodeEvent(unpacked, &event).ok());
  EXPECT_EQ(EncodeEvent(event), bytes);
}

TEST(Event, KeepsPresenceOfEmptyBodies) {
  for (int k = 1; k < ledger::kKindCount; ++k) {
    const v1::Event message = [&] {
      v1::Event empty;
      const auto* field = v1::Event::descriptor()->FindOneofByName("body")->field(k - 1);
      empty.GetReflection()->MutableMessage(&empty, field);
      return empty;
    }();
    const std::string bytes = message.SerializeAsString();
    ledger::Event event;
    ASSERT_TRUE(DecodeEvent(bytes, &event).ok());
    EXPECT_EQ(static_cast<int>(event.kind()), k) << "the variant's order is the schema's";
    EXPECT_EQ(EncodeEvent(event), bytes);
  }
}

template <typename Schema, typename Decode, typename Encode>
void ExpectRoundTrips(Decode decode, Encode encode) {
  for (int seed = 0; seed < kRounds / 4; ++seed) {
    std::mt19937_64 random(seed);
    Schema message;
    FillAtRandom(random, &message);
    const std::string bytes = message.SerializeAsString();
    const auto value = decode(bytes);
    ASSERT_TRUE(value.ok()) << "seed " << seed << ": " << value.status();
    ASSERT_EQ(base::HexEncode(encode(*value)), base::HexEncode(bytes)) << "seed " << seed;
  }
}

TEST(Record, GeneratedBytesComeBackUnchanged) {
  ExpectRoundTrips<v1::Record>(DecodeRecord, EncodeRecord);
}
TEST(DeadLetter, GeneratedBytesComeBackUnchanged) {
  ExpectRoundTrips<v1::DeadLetter>(DecodeDeadLetter, EncodeDeadLetter);
}
TEST(Progress, GeneratedBytesComeBackUnchanged) {
  ExpectRoundTrips<v1::Progress>(DecodeProgress, EncodeProgress);
}

TEST(AnyBytes, TruncatedAtEveryByteNeverConfuse) {
  for (int k = 0; k < ledger::kKindCount; ++k) {
    const std::string whole = EncodeEvent(SampleEvent(static_cast<ledger::Kind>(k)));
    for (size_t size = 0; size <= whole.size(); ++size) {
      // A buffer of its own, so that a sanitizer sees reading past the end.
      const std::string cut(whole, 0, size);
      ASSERT_EQ(Disagreement(cut), "") << "kind " << k << " cut at " << size;
    }
  }
  const std::string record = EncodeRecord(SampleRecord());
  for (size_t size = 0; size < record.size(); ++size) {
    (void)DecodeRecord(std::string(record, 0, size));
  }
}

void Mutate(std::mt19937_64& random, std::string* bytes) {
  const size_t at = bytes->empty() ? 0 : random() % bytes->size();
  switch (random() % 5) {
    case 0:
      if (!bytes->empty()) (*bytes)[at] ^= static_cast<char>(1 << random() % 8);
      break;
    case 1:
      if (!bytes->empty()) (*bytes)[at] = static_cast<char>(random());
      break;
    case 2:
      bytes->insert(at, 1, static_cast<char>(random()));
      break;
    case 3:
      bytes->erase(at, random() % 4);
      break;
    case 4:  // a piece of another place, lengths and tags with it
      bytes->insert(at,
                    bytes->substr(bytes->empty() ? 0 : random() % bytes->size(), random() % 16));
      break;
  }
}

TEST(AnyBytes, MutatedAtRandomNeverConfuse) {
  int read = 0;
  for (uint64_t seed = 0; seed < kRounds; ++seed) {
    std::mt19937_64 random(seed);
    std::string bytes = RandomEvent(seed);
    for (uint64_t left = 1 + random() % 4; left > 0; --left) Mutate(random, &bytes);
    ASSERT_EQ(Disagreement(bytes), "") << "seed " << seed << ": " << base::HexEncode(bytes);
    ledger::Event event;
    read += DecodeEvent(bytes, &event).ok();
    (void)DecodeRecord(bytes);
    (void)DecodeDeadLetter(bytes);
    (void)DecodeProgress(bytes);
  }
  // The test would be idle if nearly everything were refused at once.
  EXPECT_GT(read, kRounds / 20);
}

TEST(AnyBytes, RandomNeverConfuse) {
  std::mt19937_64 random(5);
  for (int i = 0; i < kRounds; ++i) {
    std::string bytes(random() % 64, '\0');
    for (char& byte : bytes) byte = static_cast<char>(random());
    ASSERT_EQ(Disagreement(bytes), "") << base::HexEncode(bytes);
  }
}

}  // namespace
}  // namespace tieout::codec
