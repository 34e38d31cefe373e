// Kafka's Java clients hash keys with this variant of MurmurHash2 (seed 0x9747b28c, little-endian
// words). librdkafka's default partitioner is CRC32, so the engine never leaves the choice to it.
#include "engine/base/check.h"
#include "engine/base/hash.h"

namespace tieout::base {
namespace {

constexpr uint32_t kSeed = 0x9747b28c;
constexpr uint32_t kMultiplier = 0x5bd1e995;
constexpr int kShift = 24;

uint32_t Byte(std::string_view key, size_t i) { return static_cast<uint8_t>(key[i]); }

}  // namespace

uint32_t Murmur2(std::string_view key) {
  uint32_t h = kSeed ^ static_cast<uint32_t>(key.size());
  const size_t whole = key.size() & ~size_t{3};
  for (size_t i = 0; i < whole; i += 4) {
    uint32_t k =
        Byte(key, i) | Byte(key, i + 1) << 8 | Byte(key, i + 2) << 16 | Byte(key, i + 3) << 24;
    k *= kMultiplier;
    k ^= k >> kShift;
    k *= kMultiplier;
    h *= kMultiplier;
    h ^= k;
  }
  switch (key.size() - whole) {
    case 3:
      h ^= Byte(key, whole + 2) << 16;
      [[fallthrough]];
    case 2:
      h ^= Byte(key, whole + 1) << 8;
      [[fallthrough]];
    case 1:
      h ^= Byte(key, whole);
      h *= kMultiplier;
  }
  h ^= h >> 13;
  h *= kMultiplier;
  h ^= h >> 15;
  return h;
}

int PartitionOf(std::string_view key, int partitions) {
  TIEOUT_CHECK(partitions > 0);
  // Kafka's toPositive clears the sign bit; it does not take the absolute value.
  return static_cast<int>((Murmur2(key) & 0x7fffffff) % static_cast<uint32_t>(partitions));
}

}  // namespace tieout::base
