// Hashes whose values are written down (partitions, ids, digests) and so may never change.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace tieout::base {

// Kafka's Java partitioner: murmur2 of the key, positive, modulo the partition count.
// Source: org.apache.kafka.common.utils.Utils.murmur2 / toPositive.
uint32_t Murmur2(std::string_view key);
int PartitionOf(std::string_view key, int partitions);

// XXH3-128 of the bytes: the memory of ids. Not against an adversary; record ids and digests
// are SHA-256.
struct Hash128 {
  uint64_t high = 0;
  uint64_t low = 0;
  friend constexpr auto operator<=>(const Hash128&, const Hash128&) = default;
  template <typename H>
  friend H AbslHashValue(H h, const Hash128& v) {
    return H::combine(std::move(h), v.high, v.low);
  }
};
Hash128 HashBytes128(std::string_view bytes);
uint64_t HashBytes64(std::string_view bytes);

// SHA-256, and a set's digest: the sum mod 2^256 of its members' SHA-256, so that members may be
// added and taken away in any order.
struct Digest {
  std::array<uint8_t, 32> bytes{};
  void Add(const Digest& other);
  void Subtract(const Digest& other);
  std::string hex() const;
  std::string_view view() const {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
  }
  friend bool operator==(const Digest&, const Digest&) = default;
};
Digest Sha256(std::string_view bytes);
// Hash of one logical entry: SHA-256 of the key's length (8 bytes, big endian), key, value.
Digest EntryDigest(std::string_view key, std::string_view value);

std::string HexEncode(std::string_view bytes);

// Incremental SHA-256 for streams of any size.
class Sha256Stream {
 public:
  Sha256Stream();
  ~Sha256Stream();
  Sha256Stream(const Sha256Stream&) = delete;
  Sha256Stream& operator=(const Sha256Stream&) = delete;
  void Update(std::string_view bytes);
  Digest Finish();

 private:
  void* context_;
};

}  // namespace tieout::base
