// Checkpoints that are a function of a seed, so that any process can say what a store must hold.
#pragma once

#include <map>
#include <random>
#include <string>
#include <vector>

#include "engine/store/store.h"

namespace tieout::store {

using Pages = std::map<std::string, std::string>;

struct RandomCheckpoint {
  Meta meta;
  std::vector<PageWrite> pages;
};

// The n-th checkpoint, n from 1. Every fourth is large.
inline RandomCheckpoint CheckpointNumber(uint64_t seed, int64_t n) {
  std::mt19937_64 random(seed * 1'000'003 + static_cast<uint64_t>(n));
  Pages writes;
  const int count = n % 4 == 0 ? 400 : static_cast<int>(random() % 20);
  for (int i = 0; i < count; ++i) {
    std::string key = "page/" + std::to_string(random() % 500);
    if (random() % 10 == 0) key += std::string("\0\xff", 2);
    const bool erase = random() % 5 == 0;
    writes[key] = erase ? "" : std::string(1 + random() % 300, static_cast<char>(random()));
  }
  RandomCheckpoint out;
  out.meta = {.log_id = "log-1",
              .partition = 3,
              .next_position = n * 10,
              .next_ordinal = static_cast<uint64_t>(n),
              .semantics = 1,
              .digest = base::Sha256(std::to_string(n))};
  for (auto& [key, value] : writes) out.pages.push_back({key, value});
  return out;
}

inline void ApplyTo(const RandomCheckpoint& checkpoint, Pages* pages) {
  for (const auto& page : checkpoint.pages) {
    if (page.value.empty()) {
      pages->erase(page.key);
    } else {
      (*pages)[page.key] = page.value;
    }
  }
}

inline Pages AllPages(PartitionStore* store) {
  Pages out;
  absl::Status status = store->Scan([&](std::string_view key, std::string_view value) {
    out.emplace(key, value);
    return absl::OkStatus();
  });
  if (!status.ok()) out["error"] = status.ToString();
  return out;
}

}  // namespace tieout::store
