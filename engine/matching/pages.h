// The fold's pages in memory: loaded on demand, changed in place, handed out at a checkpoint.
//
//   HomePage& home = ...;                       Ref<EntryPage> day; pages.Day(...)
//   slot->Touch();                              // before the first change of a page
//
// Nothing iterates in hash order into a result: a checkpoint sorts by key, and the digest is a sum.
// Thread safety: none.
#pragma once

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/matching/fold.h"
#include "engine/matching/wire.h"

namespace tieout::matching {

// Abseil's own string hash takes absl::string_view only, which Debian 12's isn't std's.
struct NameHash {
  using is_transparent = void;
  size_t operator()(std::string_view name) const { return base::HashBytes64(name); }
};

// A page of one kind in memory.
template <typename Page>
struct Cached {
  Page page;
  bool dirty = false;
  bool gone = false;    // to be deleted, unless used again
  bool stored = false;  // the store has it, with digest `stored_digest`
  base::Digest stored_digest;
  uint64_t used = 0;  // of the last use, for Trim
  size_t bytes = 0;   // as last packed
};

// How much more a page takes in memory than packed: of most about three times.
template <typename Page>
inline constexpr uint64_t kResidentFactor = 3;
template <typename Page>
requires requires { Page::kResidentFactor; }
inline constexpr uint64_t kResidentFactor<Page> = Page::kResidentFactor;

// Empties the page and deletes it at the next checkpoint.
template <typename Page>
void Drop(Cached<Page>* cached) {
  cached->page = Page{};
  cached->dirty = true;
  cached->gone = true;
}

// All pages of one kind. Keys have the kind's one-letter prefix.
template <typename Page>
class PageTable {
 public:
  explicit PageTable(char prefix) : prefix_(prefix) {}

  // Loads the page or makes an empty one; the pointer stays until Trim.
  absl::StatusOr<Cached<Page>*> Get(std::string_view name, PageSource* source, uint64_t now) {
    return Look(name, source, now, true);
  }
  // The page if it is in memory or stored; else nullptr, and none is made.
  absl::StatusOr<Cached<Page>*> Find(std::string_view name, PageSource* source, uint64_t now) {
    return Look(name, source, now, false);
  }

  // Hands out what is dirty, in the order of keys, updates the digest, and marks it clean; deletes
  // what is gone.
  absl::Status Collect(PageSink* sink, base::Digest* digest) {
    std::vector<std::pair<std::string_view, Cached<Page>*>> dirty;
    for (const auto& [name, cached] : pages_) {
      if (cached->dirty) dirty.emplace_back(name, cached.get());
    }
    std::sort(dirty.begin(), dirty.end());  // names differ
    std::string key, value;
    for (const auto& [name, cached] : dirty) {
      key = Key(name);
      if (cached->stored) digest->Subtract(cached->stored_digest);
      if (cached->gone) {
        if (cached->stored) TIEOUT_RETURN_IF_ERROR(sink->Put(key, ""));
        bytes_ -= Resident(name.size(), cached->bytes);
        pages_.erase(pages_.find(name));
        continue;
      }
      PackInto(cached->page, &value);
      cached->stored_digest = base::EntryDigest(key, value);
      digest->Add(cached->stored_digest);
      cached->stored = true;
      cached->dirty = false;
      bytes_ += Resident(0, value.size()) - Resident(0, cached->bytes);
      cached->bytes = value.size();
      TIEOUT_RETURN_IF_ERROR(sink->Put(key, value));
    }
    return absl::OkStatus();
  }

  // An estimate, by kResidentFactor.
  uint64_t bytes() const { return bytes_; }

  // Drops clean pages not used since `before`.
  void DropUnused(uint64_t before) {
    absl::erase_if(pages_, [&](const auto& kv) {
      if (kv.second->dirty || kv.second->used >= before) return false;
      bytes_ -= Resident(kv.first.size(), kv.second->bytes);
      return true;
    });
  }

 private:
  absl::StatusOr<Cached<Page>*> Look(std::string_view name, PageSource* source, uint64_t now,
                                     bool make) {
    auto it = pages_.find(name);
    if (it == pages_.end()) {
      auto cached = std::make_unique<Cached<Page>>();
      std::string bytes;
      std::string key = Key(name);
      TIEOUT_ASSIGN_OR_RETURN(const bool found, source->Load(key, &bytes));
      if (!found && !make) return nullptr;
      if (found) {
        if (!Unpack(bytes, &cached->page)) {
          return base::DataLoss("state page \"" + base::HexEncode(key) +
                                "\" can't be read: delete the store, it is rebuilt from the log");
        }
        cached->stored = true;
        cached->stored_digest = base::EntryDigest(key, bytes);
        cached->bytes = bytes.size();
      }
      bytes_ += Resident(name.size(), cached->bytes);
      it = pages_.emplace(std::string(name), std::move(cached)).first;
    }
    it->second->used = now;
    it->second->gone = false;
    return it->second.get();
  }

  std::string Key(std::string_view name) const {
    std::string key(1, prefix_);
    key.append(name);
    return key;
  }

  static uint64_t Resident(size_t name, size_t packed) {
    const size_t in_memory = kResidentFactor<Page> * packed;
    return name == 0 ? in_memory : name + sizeof(Cached<Page>) + 64 + in_memory;
  }

  char prefix_;
  uint64_t bytes_ = 0;
  absl::flat_hash_map<std::string, std::unique_ptr<Cached<Page>>, NameHash, std::equal_to<>> pages_;
};

}  // namespace tieout::matching
