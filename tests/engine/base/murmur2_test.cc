// Partitions must agree with those of Java's clients, so the expected numbers are theirs: the
// vectors of Kafka's UtilsTest.testMurmur2 and of librdkafka's rdmurmur2.c.
#include <gtest/gtest.h>

#include "engine/base/hash.h"

namespace tieout::base {
namespace {

int32_t JavaMurmur2(std::string_view key) { return static_cast<int32_t>(Murmur2(key)); }

TEST(Murmur2, AgreesWithKafkasOwnVectors) {
  EXPECT_EQ(JavaMurmur2("21"), -973932308);
  EXPECT_EQ(JavaMurmur2("foobar"), -790332482);
  EXPECT_EQ(JavaMurmur2("a-little-bit-long-string"), -985981536);
  EXPECT_EQ(JavaMurmur2("a-little-bit-longer-string"), -1486304829);
  EXPECT_EQ(JavaMurmur2("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), -58897971);
  EXPECT_EQ(JavaMurmur2("abc"), 479470107);
}

TEST(Murmur2, AgreesForEachLengthOfTheLastWord) {
  EXPECT_EQ(JavaMurmur2(""), 275646681);
  EXPECT_EQ(JavaMurmur2("1"), -1993445489);
  EXPECT_EQ(JavaMurmur2("12"), 126087238);
  EXPECT_EQ(JavaMurmur2("123"), -267702483);
  EXPECT_EQ(JavaMurmur2("1234"), -1614185708);
  EXPECT_EQ(JavaMurmur2("12345"), -1188365604);
}

TEST(Murmur2, AgreesWithLibrdkafka) {
  EXPECT_EQ(Murmur2("kafka"), 0xd067cf64);
  EXPECT_EQ(Murmur2("giberish123456789"), 0x8f552b0c);
}

TEST(PartitionOf, ClearsTheSignInsteadOfTakingTheAbsoluteValue) {
  EXPECT_EQ(PartitionOf("foobar", 50), 16);  // the absolute value would give 32
  EXPECT_EQ(PartitionOf("", 8), 275646681 % 8);
  EXPECT_EQ(PartitionOf("anything", 1), 0);
}

TEST(PartitionOfDeathTest, NeedsAPartition) {
  EXPECT_DEATH(PartitionOf("key", 0), "partitions > 0");
}

}  // namespace
}  // namespace tieout::base
