// A filter over all ids of a home that may only say "no": blocked Bloom, in chunks that grow
// eightfold, so that a small seller's is tiny and a giant's is few. It lives in HomePage as plain
// strings; about 12 bits an id, one 64-byte block a chunk and lookup, 6 bits set in it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/hash.h"

namespace tieout::matching {

class IdFilter {
 public:
  // `chunks` and `count` are the home's; not owned.
  IdFilter(std::vector<std::string>* chunks, uint64_t* count) : chunks_(chunks), count_(count) {}

  bool MayHold(const base::Hash128& id) const {
    for (const std::string& chunk : *chunks_) {
      if (Probe(chunk, id)) return true;
    }
    return false;
  }

  void Insert(const base::Hash128& id) {
    if (chunks_->empty() || *count_ >= CapacityThrough(chunks_->size())) {
      const uint64_t capacity = kFirst << (3 * chunks_->size());
      chunks_->emplace_back((capacity * 12 / 8 + kBlock - 1) / kBlock * kBlock, '\0');
    }
    ++*count_;
    std::string& chunk = chunks_->back();
    const size_t block = BlockOf(chunk, id);
    for (int i = 0; i < 6; ++i) {
      const uint32_t bit = BitOf(id, i);
      chunk[block + bit / 8] = static_cast<char>(chunk[block + bit / 8] | (1 << (bit % 8)));
    }
  }

 private:
  static constexpr uint64_t kFirst = 40;  // ids in the first chunk: one block
  static constexpr size_t kBlock = 64;

  static uint64_t CapacityThrough(size_t chunks) {
    uint64_t sum = 0;
    for (size_t i = 0; i < chunks; ++i) sum += kFirst << (3 * i);
    return sum;
  }
  static size_t BlockOf(const std::string& chunk, const base::Hash128& id) {
    return id.high % (chunk.size() / kBlock) * kBlock;
  }
  static uint32_t BitOf(const base::Hash128& id, int i) { return (id.low >> (9 * i)) & 511; }
  static bool Probe(const std::string& chunk, const base::Hash128& id) {
    const size_t block = BlockOf(chunk, id);
    for (int i = 0; i < 6; ++i) {
      const uint32_t bit = BitOf(id, i);
      if (!(chunk[block + bit / 8] & (1 << (bit % 8)))) return false;
    }
    return true;
  }

  std::vector<std::string>* chunks_;
  uint64_t* count_;
};

}  // namespace tieout::matching
