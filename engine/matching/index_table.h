// Finds elements of somebody else's vector by hash: open addressing over their indexes, nothing
// while they are few. Derived state: built anew from the vector, never written, never iterated.
//
//   uint32_t i = table.Find(hash, items.size(), [&](uint32_t i) { return items[i].id == id; });
//   items.push_back(...);  table.Add(last, hash_of, same);
//
// Of equal elements the one added last is found. Thread safety: none.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/matching/state_config.h"

namespace tieout::matching {

class IndexTable {
 public:
  // `size`: of the vector. kNone: no element is equal.
  template <typename Equal>
  uint32_t Find(uint64_t hash, size_t size, const Equal& equal) const {
    if (slots_.empty()) {
      for (auto i = static_cast<uint32_t>(size); i-- > 0;) {
        if (equal(i)) return i;
      }
      return kNone;
    }
    for (size_t s = Mix(hash) & mask();; s = (s + 1) & mask()) {
      if (slots_[s] == kNone || equal(slots_[s])) return slots_[s];
    }
  }

  // Element `index` was appended. `same(a, b)`: are these two equal?
  template <typename HashOf, typename Same>
  void Add(uint32_t index, const HashOf& hash_of, const Same& same) {
    if (slots_.empty() && index < kScanned) return;
    if ((uint64_t{index} + 1) * 3 <= slots_.size() * 2) return Put(index, hash_of, same);
    slots_.assign(slots_.empty() ? 4 * kScanned : 2 * slots_.size(), kNone);
    for (uint32_t i = 0; i <= index; ++i) Put(i, hash_of, same);
  }

 private:
  static constexpr uint32_t kScanned = 8;  // fewer are looked through one by one

  size_t mask() const { return slots_.size() - 1; }
  // The ids' hashes are good; an entry's and a payment's may share low bits with other tables.
  static uint64_t Mix(uint64_t hash) { return hash ^ (hash >> 32); }

  template <typename HashOf, typename Same>
  void Put(uint32_t index, const HashOf& hash_of, const Same& same) {
    for (size_t s = Mix(hash_of(index)) & mask();; s = (s + 1) & mask()) {
      if (slots_[s] == kNone || same(slots_[s], index)) {
        slots_[s] = index;
        return;
      }
    }
  }

  std::vector<uint32_t> slots_;  // a power of two; kNone: free
};

}  // namespace tieout::matching
