// A filter over ids that may only say "no": blocked Bloom, in chunks that grow eightfold, so that a
// small seller's is tiny and a giant's is few. About 16 bits an id; a lookup touches one block of
// 64 bytes a chunk. A plain value that lives in a page.
//
// Chunks belong to generations of log time, so that one whose ids are all forgotten can go.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/hash.h"

namespace tieout::matching {

class IdFilter {
 public:
  bool MayHold(const base::Hash128& id) const {
    for (const Chunk& chunk : chunks_) {
      if (Probe(chunk.bits, id)) return true;
    }
    return false;
  }

  // Makes room for so many at once.
  void Reserve(size_t ids) {
    const size_t capacity = (ids + kFirst - 1) / kFirst * kFirst;
    if (capacity > 0) chunks_.push_back(Chunk{0, 0, std::string(capacity * 2, '\0')});
  }

  void Insert(const base::Hash128& id, int32_t generation = 0) {
    Chunk& chunk = Room(generation);
    ++chunk.count;
    const size_t block = BlockOf(chunk.bits, id);
    for (int i = 0; i < kBits; ++i) {
      const uint32_t bit = BitOf(id, i);
      char& byte = chunk.bits[block + bit / 8];
      byte = static_cast<char>(byte | (1 << (bit % 8)));
    }
  }

  // Forgets the ids of generations before this one.
  void DropBefore(int32_t generation) {
    std::erase_if(chunks_, [&](const Chunk& c) { return c.generation < generation; });
  }

  template <typename A>
  friend void Visit(A& a, IdFilter& f) {
    a(f.chunks_);
  }

 private:
  struct Chunk {
    int32_t generation = 0;
    uint64_t count = 0;
    std::string bits;
    template <typename A>
    friend void Visit(A& a, Chunk& c) {
      a(c.generation), a(c.count), a(c.bits);
    }
  };

  static constexpr uint64_t kFirst = 32;  // ids in a generation's first chunk
  static constexpr size_t kBlock = 64;
  static constexpr int kBits = 7;

  static uint64_t Capacity(const std::string& bits) { return bits.size() / 2; }

  // The newest chunk of the generation that has room, made when there is none.
  Chunk& Room(int32_t generation) {
    uint64_t capacity = kFirst;
    for (size_t i = chunks_.size(); i-- > 0;) {
      if (chunks_[i].generation != generation) continue;
      if (chunks_[i].count < Capacity(chunks_[i].bits)) return chunks_[i];
      capacity = 8 * Capacity(chunks_[i].bits);
      break;
    }
    return chunks_.emplace_back(Chunk{generation, 0, std::string(capacity * 2, '\0')});
  }
  static size_t BlockOf(const std::string& bits, const base::Hash128& id) {
    return id.high % (bits.size() / kBlock) * kBlock;
  }
  static uint32_t BitOf(const base::Hash128& id, int i) { return (id.low >> (9 * i)) & 511; }
  static bool Probe(const std::string& bits, const base::Hash128& id) {
    const size_t block = BlockOf(bits, id);
    for (int i = 0; i < kBits; ++i) {
      const uint32_t bit = BitOf(id, i);
      if (!(bits[block + bit / 8] & (1 << (bit % 8)))) return false;
    }
    return true;
  }

  std::vector<Chunk> chunks_;
};

}  // namespace tieout::matching
