// Lets readers in between two batches of the one thread that folds. Readers go first: a fold under
// backlog would otherwise take the lock again before anybody else wakes.
// Thread safety: all.
#pragma once

#include <condition_variable>
#include <mutex>

namespace tieout::runtime {

class Gate {
 public:
  class Pass {
   public:
    explicit Pass(Gate* gate) : gate_(gate) {}
    ~Pass() { gate_->Leave(); }
    Pass(const Pass&) = delete;
    Pass& operator=(const Pass&) = delete;

   private:
    Gate* gate_;
  };

  Pass EnterToFold() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !busy_ && readers_waiting_ == 0; });
    busy_ = true;
    return Pass(this);
  }
  Pass EnterToRead() {
    std::unique_lock lock(mutex_);
    ++readers_waiting_;
    changed_.wait(lock, [this] { return !busy_; });
    --readers_waiting_;
    busy_ = true;
    return Pass(this);
  }

 private:
  void Leave() {
    {
      std::lock_guard lock(mutex_);
      busy_ = false;
    }
    changed_.notify_all();
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool busy_ = false;        // guarded by mutex_
  int readers_waiting_ = 0;  // guarded by mutex_
};

}  // namespace tieout::runtime
