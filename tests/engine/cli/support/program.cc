#include "tests/engine/cli/support/program.h"

#include <stdlib.h>
#include <sys/wait.h>

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

void Program::WriteFile(const std::string& name, const std::string& content) const {
  std::ofstream(folder_ + "/" + name, std::ios::binary) << content;
}

std::string Program::ReadFile(const std::string& name) const {
  return Content(folder_ + "/" + name);
}

}  // namespace tieout::cli
