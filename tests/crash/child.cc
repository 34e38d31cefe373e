#include "tests/crash/child.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "engine/base/check.h"

namespace tieout::crash {

ChildExit ExitOf(const absl::Status& status) {
  if (status.ok()) return kFinished;
  std::fprintf(stderr, "%d: %s\n", ::getpid(), status.ToString().c_str());
  if (absl::IsAborted(status)) return kFenced;
  if (absl::IsUnavailable(status)) return kTryAgain;
  return kBroken;
}

void Must(const absl::Status& status) {
  if (!status.ok()) std::_Exit(ExitOf(status));
}

namespace {

// A child that a check of ours ended (SIGABRT) or that fell must not pass for a killed one.
int CodeOf(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return WTERMSIG(status) == SIGKILL ? Child::kKilled : 128 + WTERMSIG(status);
}

}  // namespace

Child::Child(std::vector<std::string> arguments, const std::string& lines) {
  arguments.insert(arguments.begin(), "/proc/self/exe");
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  if (!lines.empty()) {
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, lines.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0644);
  }
  TIEOUT_CHECK(posix_spawn(&pid_, pointers[0], &actions, nullptr, pointers.data(), environ) == 0);
  posix_spawn_file_actions_destroy(&actions);
}

Child::~Child() { Kill(); }

std::optional<int> Child::Ended() {
  int status = 0;
  if (!ended_ && ::waitpid(pid_, &status, WNOHANG) == pid_) {
    ended_ = CodeOf(status);
  }
  return ended_;
}

int Child::Wait() {
  int status = 0;
  if (!ended_) {
    TIEOUT_CHECK(::waitpid(pid_, &status, 0) == pid_);
    ended_ = CodeOf(status);
  }
  return *ended_;
}

void Child::Kill() {
  if (Ended()) return;
  ::kill(pid_, SIGKILL);
  Wait();
}

void Child::Suspend() { ::kill(pid_, SIGSTOP); }

void Child::Resume() { ::kill(pid_, SIGCONT); }

}  // namespace tieout::crash
