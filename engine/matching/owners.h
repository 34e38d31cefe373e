// The owners of an account, ascending by their first day; unset: from the beginning. For whatever
// struct has `from` and `owner`.
// Thread safety: none.
#pragma once

#include <algorithm>
#include <utility>
#include <vector>

#include "engine/base/day.h"

namespace tieout::matching {

// A later declaration of the same day replaces the earlier.
template <typename Ownership>
void AddOwner(std::vector<Ownership>* owners, Ownership added) {
  const auto later = std::find_if(owners->begin(), owners->end(),
                                  [&](const Ownership& o) { return o.from >= added.from; });
  if (later != owners->end() && later->from == added.from) {
    *later = std::move(added);
  } else {
    owners->insert(later, std::move(added));
  }
}

// nullptr: nobody yet.
template <typename Ownership>
const Ownership* OwnerOn(const std::vector<Ownership>& owners, base::Day day) {
  const auto last = std::find_if(owners.rbegin(), owners.rend(), [&](const Ownership& o) {
    return !o.from.is_set() || o.from <= day;
  });
  return last == owners.rend() ? nullptr : &*last;
}

}  // namespace tieout::matching
