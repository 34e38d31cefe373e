// A small ascending set of indexes, without a node an element.
#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>

#include "absl/container/inlined_vector.h"

namespace tieout::matching {

class IndexSet {
 public:
  IndexSet() = default;
  IndexSet(std::initializer_list<uint32_t> indexes) { AddAll(indexes); }

  void Add(uint32_t index) {
    const auto at = std::lower_bound(all_.begin(), all_.end(), index);
    if (at == all_.end() || *at != index) all_.insert(at, index);
  }
  template <typename Range>
  void AddAll(const Range& indexes) {
    for (uint32_t index : indexes) Add(index);
  }
  void Remove(uint32_t index) {
    const auto at = std::lower_bound(all_.begin(), all_.end(), index);
    if (at != all_.end() && *at == index) all_.erase(at);
  }
  void Clear() { all_.clear(); }
  bool contains(uint32_t index) const {
    return std::binary_search(all_.begin(), all_.end(), index);
  }
  size_t size() const { return all_.size(); }
  bool empty() const { return all_.empty(); }
  auto begin() const { return all_.begin(); }
  auto end() const { return all_.end(); }

 private:
  absl::InlinedVector<uint32_t, 8> all_;
};

}  // namespace tieout::matching
