#include "engine/base/hash.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <vector>

namespace tieout::base {
namespace {

Digest Number(uint8_t low) {
  Digest digest;
  digest.bytes.back() = low;
  return digest;
}

// XXH3's published values for seed 0: they stand in logs' states and may not move.
TEST(HashBytes, AreXxh3WithSeedNought) {
  EXPECT_EQ(HashBytes64(""), 0x2d06800538d394c2);
  EXPECT_EQ(HashBytes128("").high, 0x99aa06d3014798d8);
  EXPECT_EQ(HashBytes128("").low, 0x6001c324468d497f);
}

TEST(HashBytes, TellsNeighboursApart) {
  EXPECT_NE(HashBytes64("po_1"), HashBytes64("po_2"));
  EXPECT_NE(HashBytes128("po_1"), HashBytes128("po_2"));
  EXPECT_NE(HashBytes128(std::string_view("\0", 1)), HashBytes128(""));
}

// FIPS 180-2, appendix B.
TEST(Sha256, AgreesWithTheStandardsExamples) {
  EXPECT_EQ(Sha256("abc").hex(),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Sha256("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq").hex(),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(Sha256("").hex(), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256Stream, IsTheWholesHashHoweverItIsCut) {
  const std::string text(100'000, 'x');
  Sha256Stream stream;
  for (size_t i = 0; i < text.size(); i += 977)
    stream.Update(std::string_view(text).substr(i, 977));
  EXPECT_EQ(stream.Finish(), Sha256(text));
  stream.Update("abc");
  EXPECT_EQ(stream.Finish(), Sha256("abc")) << "a finished stream begins anew";
}

TEST(EntryDigest, IsOfLengthKeyAndValue) {
  EXPECT_EQ(EntryDigest("key", "value"), Sha256(std::string("\0\0\0\0\0\0\0\x03keyvalue", 16)));
  EXPECT_NE(EntryDigest("ab", "c"), EntryDigest("a", "bc"));
}

TEST(Digest, CarriesAndBorrowsThroughAllBytes) {
  Digest digest;
  digest.Subtract(Number(1));
  EXPECT_EQ(digest.hex(), std::string(64, 'f')) << "mod 2^256";
  digest.Add(Number(2));
  EXPECT_EQ(digest, Number(1));
  Digest carried = Number(0xff);
  carried.Add(Number(1));
  EXPECT_EQ(carried.bytes[30], 1);
  EXPECT_EQ(carried.bytes[31], 0);
}

TEST(Digest, IsTheSameWhateverTheOrder) {
  std::mt19937_64 random(7);
  std::vector<Digest> entries;
  for (int i = 0; i < 200; ++i) entries.push_back(EntryDigest(std::to_string(random()), "v"));
  Digest forward;
  for (const Digest& entry : entries) forward.Add(entry);
  std::shuffle(entries.begin(), entries.end(), random);
  Digest shuffled;
  for (const Digest& entry : entries) shuffled.Add(entry);
  EXPECT_EQ(forward, shuffled);
  for (const Digest& entry : entries) shuffled.Subtract(entry);
  EXPECT_EQ(shuffled, Digest());
}

TEST(HexEncode, WritesLowerCase) {
  EXPECT_EQ(HexEncode(std::string_view("\x00\xab\xFF", 3)), "00abff");
}

}  // namespace
}  // namespace tieout::base
