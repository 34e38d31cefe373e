// A folder of one test, gone when it ends.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>

namespace tieout::log {

class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "tieout-log-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace tieout::log
