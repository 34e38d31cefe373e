#include "tests/engine/cli/support/program.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "engine/base/check.h"

namespace tieout::cli {
namespace {

std::string Content(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace

Program::Program() {
  std::string pattern = std::filesystem::temp_directory_path() / "tieout-cli-XXXXXX";
  TIEOUT_CHECK(mkdtemp(pattern.data()) != nullptr);
  folder_ = pattern;
}

Program::~Program() { std::filesystem::remove_all(folder_); }

Ran Program::Run(const std::string& arguments) const {
  const std::string command =
      "cd '" + folder_ + "' && '" TIEOUT_BINARY "' " + arguments + " >.out 2>.err </dev/null";
  const int status = system(command.c_str());
  Ran ran;
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.out = Content(folder_ + "/.out");
  ran.err = Content(folder_ + "/.err");
  return ran;
}

pid_t Program::Start(const std::string& name, const std::string& arguments) const {
  const pid_t process = fork();
  TIEOUT_CHECK(process >= 0);
  if (process > 0) return process;
  // A test that dies takes it along; exec, so that the signal is the program's.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  const std::string command = "cd '" + folder_ + "' && exec '" TIEOUT_BINARY "' " + arguments +
                              " >" + name + ".out 2>" + name + ".err </dev/null";
  execl("/bin/sh", "sh", "-c", command.c_str(), nullptr);
  _exit(127);
}

Ran Program::Stop(const std::string& name, pid_t process, int signal) const {
  kill(process, signal);
  int status = 0;
  waitpid(process, &status, 0);
  Ran ran;
  ran.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  ran.out = Content(folder_ + "/" + name + ".out");
  ran.err = Content(folder_ + "/" + name + ".err");
  return ran;
}

void Program::WriteFile(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
}

std::string Program::ReadFile(const std::string& name) const {
  return Content(folder_ + "/" + name);
}

}  // namespace tieout::cli
