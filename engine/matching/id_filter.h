// A filter over ids that may only say "no": blocked Bloom, in chunks that grow eightfold, so that a
// small seller's is tiny and a giant's is few. 32 bits an id, of which fourteen are set: about one
// id in half a million is said to be in a full chunk though it isn't, since a wrong "maybe" of a
// giant's filter costs a look at the filters of thousands of pages. A lookup touches one block of
// 64 bytes a chunk. A plain value that lives in a page.
//
// Chunks belong to generations of log time, so that one whose ids are all forgotten can go.
#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/hash.h"

namespace tieout::matching {

class IdFilter {
 public:
  bool MayHold(const base::Hash128& id) const {
    const Places places(id);
    for (const Chunk& chunk : chunks_) {
      if (Probe(chunk.bits, id, places)) return true;
    }
    return false;
  }

  // Makes room for so many at once.
  void Reserve(size_t ids) {
    if (ids > 0) chunks_.push_back(Chunk{0, 0, Bits(ids)});
  }

  // An Insert of generation 0 adds no chunk.
  bool HasRoom() const {
    return !chunks_.empty() && chunks_.back().count < Capacity(chunks_.back().bits);
  }

  void Insert(const base::Hash128& id, int32_t generation = 0) {
    TryInsert(id, generation, UINT64_MAX);
  }

  // False, and nothing is done: its chunk is full and the next would hold more ids than `most`.
  bool TryInsert(const base::Hash128& id, int32_t generation, uint64_t most) {
    Chunk* const room = Room(generation, most);
    if (room == nullptr) return false;
    Chunk& chunk = *room;
    ++chunk.count;
    const size_t block = BlockOf(chunk.bits, id);
    const Places places(id);
    for (int i = 0; i < kBits; ++i) {
      const uint32_t bit = places[i];
      char& byte = chunk.bits[block + bit / 8];
      byte = static_cast<char>(byte | (1 << (bit % 8)));
    }
    return true;
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
  static constexpr uint64_t kBytes = 4;  // an id
  static constexpr int kBits = 14;

  static std::string Bits(uint64_t ids) {
    return std::string((ids * kBytes + kBlock - 1) / kBlock * kBlock, '\0');
  }
  static uint64_t Capacity(const std::string& bits) { return bits.size() / kBytes; }

  // The newest chunk of the generation that has room, made when there is none.
  Chunk* Room(int32_t generation, uint64_t most) {
    uint64_t capacity = kFirst;
    for (size_t i = chunks_.size(); i-- > 0;) {
      if (chunks_[i].generation != generation) continue;
      if (chunks_[i].count < Capacity(chunks_[i].bits)) return &chunks_[i];
      capacity = 8 * Capacity(chunks_[i].bits);
      break;
    }
    if (capacity > most) return nullptr;
    return &chunks_.emplace_back(Chunk{generation, 0, Bits(capacity)});
  }
  static size_t BlockOf(const std::string& bits, const base::Hash128& id) {
    const uint64_t blocks = bits.size() / kBlock;
    return static_cast<size_t>(static_cast<unsigned __int128>(id.high) * blocks >> 64) * kBlock;
  }

  // Which bits of its block an id sets. Some keys' two words follow from one another: both are
  // mixed.
  struct Places {
    explicit Places(const base::Hash128& id)
        : words{Mix(id.low + std::rotl(id.high, 32) * 0xc2b2ae3d27d4eb4fu), Mix(words[0])} {}
    uint32_t operator[](int i) const { return (words[i / kPerWord] >> (9 * (i % kPerWord))) & 511; }

    static constexpr int kPerWord = 7;
    uint64_t words[2];

   private:
    static uint64_t Mix(uint64_t w) {
      w = (w ^ w >> 33) * 0xff51afd7ed558ccdu;
      w = (w ^ w >> 33) * 0xc4ceb9fe1a85ec53u;
      return w ^ w >> 33;
    }
  };

  static bool Probe(const std::string& bits, const base::Hash128& id, const Places& places) {
    const size_t block = BlockOf(bits, id);
    for (int i = 0; i < kBits; ++i) {
      const uint32_t bit = places[i];
      if (!(bits[block + bit / 8] & (1 << (bit % 8)))) return false;
    }
    return true;
  }

  std::vector<Chunk> chunks_;
};

}  // namespace tieout::matching
