// The fold's pages in memory: loaded on demand, changed in place, handed out at a checkpoint.
//
//   HomePage& home = ...;                       Ref<EntryPage> day; pages.Day(...)
//   Touch(slot);                                // before the first change of a page
//
// A checkpoint freezes what is dirty; the pages are then written beside the fold (frozen.h).
// Nothing iterates in hash order into a result: a checkpoint sorts by key, and the digest is a sum.
// Thread safety: none, but WriteFrozen may run on another thread than all else.
#pragma once

#include <algorithm>
#include <deque>
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
#include "engine/matching/frozen.h"
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
  uint64_t used = 0;                   // of the last use, for Trim
  size_t bytes = 0;                    // as last packed
  FrozenPage<Page>* frozen = nullptr;  // of the checkpoint under way; null: none, or changed since
};

// How much more a page takes in memory than packed: of most about three times.
template <typename Page>
inline constexpr uint64_t kResidentFactor = 3;
template <typename Page>
requires requires { Page::kResidentFactor; }
inline constexpr uint64_t kResidentFactor<Page> = Page::kResidentFactor;

// Before a page changes: it is written at the next checkpoint, and as it stands at the one under
// way.
template <typename Page>
void Touch(Cached<Page>* cached) {
  cached->dirty = true;
  if (cached->frozen != nullptr) std::exchange(cached->frozen, nullptr)->Keep();
}

// Empties the page and deletes it at the next checkpoint.
template <typename Page>
void Drop(Cached<Page>* cached) {
  Touch(cached);
  cached->page = Page{};
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

  // What is dirty is clean from now on, and frozen until Thaw.
  void Freeze() {
    for (const auto& [name, cached] : pages_) {
      if (!cached->dirty) continue;
      cached->dirty = false;
      cached->frozen = &frozen_.emplace_back(Key(name), cached.get(), cached->gone);
    }
  }

  // Hands out what is frozen, in the order of keys, and updates the digest.
  absl::Status WriteFrozen(PageSink* sink, base::Digest* digest) {
    std::vector<FrozenPage<Page>*> in_order;
    in_order.reserve(frozen_.size());
    for (FrozenPage<Page>& page : frozen_) in_order.push_back(&page);
    std::sort(in_order.begin(), in_order.end(),
              [](const auto* a, const auto* b) { return a->key < b->key; });
    std::string room;
    for (FrozenPage<Page>* page : in_order) {
      const bool stored = page->cached->stored;
      if (stored) digest->Subtract(page->cached->stored_digest);
      if (page->gone) {
        if (stored) TIEOUT_RETURN_IF_ERROR(sink->Put(page->key, ""));
        continue;
      }
      const std::string& bytes = page->Bytes(&room);
      page->size = bytes.size();
      page->digest = base::EntryDigest(page->key, bytes);
      digest->Add(page->digest);
      TIEOUT_RETURN_IF_ERROR(sink->Put(page->key, bytes));
    }
    return absl::OkStatus();
  }

  // The store has what was frozen. Pages that are gone go from memory, unless used again.
  void Thaw() {
    for (const FrozenPage<Page>& page : frozen_) {
      Cached<Page>* const cached = page.cached;
      cached->frozen = nullptr;
      cached->stored = !page.gone;
      cached->stored_digest = page.digest;
      bytes_ += Resident(0, page.size) - Resident(0, cached->bytes);
      cached->bytes = page.size;
      if (page.gone && cached->gone) {
        const auto it = pages_.find(std::string_view(page.key).substr(1));
        bytes_ -= Resident(it->first.size(), 0);
        pages_.erase(it);
      }
    }
    frozen_.clear();
  }

  // An estimate, by kResidentFactor.
  uint64_t bytes() const { return bytes_; }

  // Drops clean pages not used since `before`.
  void DropUnused(uint64_t before) {
    absl::erase_if(pages_, [&](const auto& kv) {
      if (kv.second->dirty || kv.second->frozen != nullptr || kv.second->used >= before)
        return false;
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
  std::deque<FrozenPage<Page>> frozen_;
  absl::flat_hash_map<std::string, std::unique_ptr<Cached<Page>>, NameHash, std::equal_to<>> pages_;
};

}  // namespace tieout::matching
