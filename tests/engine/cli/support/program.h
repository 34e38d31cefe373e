// Runs the built program in a folder of the test's own.
#pragma once

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
  const std::string& folder() const { return folder_; }
  void WriteFile(const std::string& name, const std::string& content) const;
  std::string ReadFile(const std::string& name) const;

 private:
  std::string folder_;
};

}  // namespace tieout::cli
