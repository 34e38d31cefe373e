// Bytes of semantics number 1 as they stand on logs. Each compiler and protobuf version must make
// and read the same ones; what differs here needs a new semantics number, not a new file.
//
//   events.hex    kind, space, the encoded event in hex; samples.cc says what is in it
//   events.jsonl  the same events in the schema's JSON, in the same order
//   record.hex    the encoded record
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "tests/engine/codec/samples.h"

namespace tieout::codec {
namespace {

const std::string kFolder = TIEOUT_SOURCE_DIR "/tests/golden/1/";

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

std::string Golden(const std::string& name) {
  std::ifstream file(kFolder + name);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// On a difference, what would be golden now is left beside for a person to compare.
void ExpectGolden(const std::string& name, const std::string& now) {
  const std::string golden = Golden(name);
  if (golden == now) return;
  const std::string beside = testing::TempDir() + name;
  std::ofstream(beside) << now;
  ADD_FAILURE() << kFolder << name << " differs from what this build makes; see " << beside;
}

std::string Encoded(int kind) { return EncodeEvent(SampleEvent(static_cast<ledger::Kind>(kind))); }

TEST(Golden, EventsHaveTheirBytes) {
  std::string now;
  for (int k = 1; k < ledger::kKindCount; ++k) {
    now += ledger::KindName(static_cast<ledger::Kind>(k));
    now += ' ' + base::HexEncode(Encoded(k)) + '\n';
  }
  ExpectGolden("events.hex", now);
}

TEST(Golden, EventsHaveTheirJson) {
  std::string now;
  for (int k = 1; k < ledger::kKindCount; ++k) {
    const auto json = EventToJson(Encoded(k));
    ASSERT_TRUE(json.ok()) << json.status();
    now += *json + '\n';
  }
  ExpectGolden("events.jsonl", now);
}

TEST(Golden, JsonGivesTheBytes) {
  const std::vector<std::string> lines = Lines(Golden("events.jsonl"));
  ASSERT_EQ(lines.size(), static_cast<size_t>(ledger::kKindCount - 1));
  for (int k = 1; k < ledger::kKindCount; ++k) {
    const auto bytes = EventFromJson(lines[k - 1]);
    ASSERT_TRUE(bytes.ok()) << bytes.status();
    EXPECT_EQ(base::HexEncode(*bytes), base::HexEncode(Encoded(k))) << lines[k - 1];
  }
}

TEST(Golden, RecordHasItsBytes) {
  const std::string bytes = EncodeRecord(SampleRecord());
  ExpectGolden("record.hex", base::HexEncode(bytes) + '\n');
  const auto record = DecodeRecord(bytes);
  ASSERT_TRUE(record.ok());
  EXPECT_EQ(EncodeRecord(*record), bytes);
}

TEST(Golden, RecordHasItsJson) { ExpectGolden("record.json", RecordToJson(SampleRecord()) + '\n'); }

TEST(Golden, SellerHasItsJson) { ExpectGolden("seller.json", SellerToJson(SampleSeller()) + '\n'); }

}  // namespace
}  // namespace tieout::codec
