// A page of a checkpoint that is being written while the fold goes on.
//
// Two threads know of it: the fold, which wants to change the page, and the writer. Whoever comes
// first packs it as it stands; the other waits for that and uses the bytes. So the writer never
// reads a page that changes, and a page nobody changes meanwhile is packed beside the fold.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <utility>

#include "engine/base/hash.h"
#include "engine/matching/wire.h"

namespace tieout::matching {

template <typename Page>
struct Cached;

template <typename Page>
class FrozenPage {
 public:
  FrozenPage(std::string of, Cached<Page>* in, bool to_delete)
      : key(std::move(of)), cached(in), gone(to_delete) {}

  const std::string key;
  Cached<Page>* const cached;
  const bool gone;  // to be deleted

  // By the fold, before it changes the page.
  void Keep() {
    if (Claim()) {
      PackInto(cached->page, &kept_);
      Packed();
    } else {
      state_.wait(kClaimed, std::memory_order_acquire);
    }
  }

  // By the writer, once; valid until it is destroyed. `room` is memory to use again.
  const std::string& Bytes(std::string* room) {
    if (Claim()) {
      PackInto(cached->page, room);
      Packed();
      return *room;
    }
    state_.wait(kClaimed, std::memory_order_acquire);
    return kept_;
  }

  // What the writer wrote, for the fold once it has ended.
  size_t size = 0;
  base::Digest digest;

 private:
  enum State : uint8_t { kFrozen, kClaimed, kPacked };

  bool Claim() {
    State expected = kFrozen;
    return state_.compare_exchange_strong(expected, kClaimed, std::memory_order_acquire);
  }
  void Packed() {
    state_.store(kPacked, std::memory_order_release);
    state_.notify_one();
  }

  std::atomic<State> state_ = kFrozen;
  std::string kept_;
};

}  // namespace tieout::matching
