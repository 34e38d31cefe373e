// A folder that others put files into, and which of them have come to rest.
//
// A file is at rest when it has been the same (inode, size, time of change) at two looks two
// seconds apart and nobody has it open for writing, as far as this machine can tell (a lease; over
// NFS only the looks). So a file that is copied in slowly, renamed into place, or replaced later is
// handed out once it is whole, and again when it has changed. Left alone: empty files, hidden ones
// and those with a temporary name (".part", ".crdownload", "~" …), settings (".toml"), and the
// folder named by `left_out`. Folders within are looked into; what is a link to a folder is not.
//
// inotify only says when to look again; what the folder holds is told by listing it, so nothing is
// missed when events are lost or don't come (NFS).
// Thread safety: none. SIGIO is ignored from the first one on.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include "engine/base/status.h"

namespace tieout::cli {

class LandingFolder {
 public:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds kQuiet{2};

  LandingFolder(std::string folder, std::string left_out);
  ~LandingFolder();
  LandingFolder(const LandingFolder&) = delete;
  LandingFolder& operator=(const LandingFolder&) = delete;

  // Lists the folder. Files at rest that were not Done since they changed, ascending by path.
  // kUnavailable: the folder can't be read.
  absl::StatusOr<std::vector<std::string>> Look(Clock::time_point now);
  // It is still as Look found it, and nobody writes to it.
  bool IsStill(const std::string& path) const;
  void Done(const std::string& path);
  // Something is there that has not come to rest, or is not Done.
  bool waiting() const { return waiting_; }
  // Until something happens in the folder, at most so long. Did something?
  bool Wait(std::chrono::milliseconds at_most);

 private:
  struct Identity {
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    int64_t changed_ns = 0;
    friend bool operator==(const Identity&, const Identity&) = default;
  };
  struct Seen {
    Identity identity;
    Clock::time_point since;
    bool done = false;
  };
  static bool IdentityOf(const std::string& path, Identity* identity);
  void WatchFolder(const std::string& path) const;

  const std::string folder_;
  const std::string left_out_;
  const int inotify_;  // -1: there are too many on this machine; then looks alone must do
  std::map<std::string, Seen> files_;
  bool waiting_ = false;
};

// Not to be taken, whatever is in it.
bool IsLeftAlone(std::string_view name);

}  // namespace tieout::cli
