// Runs the built program in a folder of the test's own.
#pragma once

#include <sys/types.h>

#include <string>

namespace tieout::cli {

struct Ran {
  int exit_code = -1;
  std::string out, err;
};

class Program {
 public:
  Program();   // makes the folder
  ~Program();  // removes it

  // `arguments` as a shell reads them, the folder as working directory.
  Ran Run(const std::string& arguments) const;
  // Beside the test, until Stop or the end of this object; its output goes to NAME.out, NAME.err.
  pid_t Start(const std::string& name, const std::string& arguments) const;
  // Sends the signal and waits for the end.
  Ran Stop(const std::string& name, pid_t process, int signal) const;
  const std::string& folder() const { return folder_; }
  void WriteFile(const std::string& name, const std::string& content) const;
  std::string ReadFile(const std::string& name) const;

 private:
  std::string folder_;
};

}  // namespace tieout::cli
