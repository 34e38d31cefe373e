// The processes that are killed: this program again, with other arguments.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"

namespace tieout::crash {

// How a child ends by itself; anything else fails the run.
enum ChildExit : int {
  kFinished = 0,
  kBroken = 1,   // said why on its standard error
  kFenced = 3,   // another holder took its slot
  kTryAgain = 4  // the log could not be reached in time: start it again
};
// What a status means as an end, and says it where it is kBroken.
ChildExit ExitOf(const absl::Status& status);
// Ends the process there unless OK.
void Must(const absl::Status& status);

class Child {
 public:
  // `lines`: a file its standard error is appended to; empty: this process's own.
  Child(std::vector<std::string> arguments, const std::string& lines);
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  ~Child();  // killed where it still runs

  // Its exit code, once it has ended: kKilled by SIGKILL, 128 + n by another signal.
  std::optional<int> Ended();
  int Wait();
  void Kill();  // at once, and waits
  void Suspend();
  void Resume();

  static constexpr int kKilled = -1;

 private:
  pid_t pid_ = 0;
  std::optional<int> ended_;
};

}  // namespace tieout::crash
