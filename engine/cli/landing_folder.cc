#include "engine/cli/landing_folder.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <filesystem>
#include <set>
#include <thread>
#include <utility>

#include "absl/strings/ascii.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

namespace fs = std::filesystem;

// A lease for reading is given only where nobody has the file open for writing. It is let go at
// once; where it can't be had for another reason (NFS, another owner), nothing is known.
bool IsOpenForWriting(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (fd < 0) return false;
  const bool leased = ::fcntl(fd, F_SETLEASE, F_RDLCK) == 0;
  const bool is_open = !leased && errno == EAGAIN;
  if (leased) ::fcntl(fd, F_SETLEASE, F_UNLCK);
  ::close(fd);
  return is_open;
}

}  // namespace

bool IsLeftAlone(std::string_view name) {
  static constexpr std::array<std::string_view, 9> kEndings = {
      "~", ".tmp", ".temp", ".part", ".partial", ".filepart", ".crdownload", ".swp", ".toml"};
  const std::string lower = absl::AsciiStrToLower({name.data(), name.size()});
  return name.empty() || name.starts_with('.') || name.starts_with("~$") || name.starts_with('#') ||
         lower == "thumbs.db" || lower == "desktop.ini" ||
         std::any_of(kEndings.begin(), kEndings.end(),
                     [&](std::string_view ending) { return lower.ends_with(ending); });
}

LandingFolder::LandingFolder(std::string folder, std::string left_out)
    : folder_(std::move(folder)),
      left_out_(std::move(left_out)),
      inotify_(::inotify_init1(IN_CLOEXEC | IN_NONBLOCK)) {
  std::signal(SIGIO, SIG_IGN);  // says that somebody wants to write where we hold a lease
}

LandingFolder::~LandingFolder() {
  if (inotify_ >= 0) ::close(inotify_);
}

bool LandingFolder::IdentityOf(const std::string& path, Identity* identity) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0 || !S_ISREG(found.st_mode)) return false;
  *identity = {found.st_dev, found.st_ino, found.st_size,
               int64_t{found.st_ctim.tv_sec} * 1'000'000'000 + found.st_ctim.tv_nsec};
  return true;
}

// The same folder twice is one watch.
void LandingFolder::WatchFolder(const std::string& path) const {
  if (inotify_ < 0) return;
  ::inotify_add_watch(inotify_, path.c_str(), IN_CREATE | IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB);
}

absl::StatusOr<std::vector<std::string>> LandingFolder::Look(Clock::time_point now) {
  std::error_code error;
  fs::recursive_directory_iterator entries(folder_, fs::directory_options::skip_permission_denied,
                                           error);
  if (error) {
    return base::Unavailable(fmt::format("{}: can't be looked into: {}", folder_, error.message()));
  }
  WatchFolder(folder_);
  std::set<std::string> there;
  for (; entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const fs::directory_entry& entry = *entries;
    std::error_code ignored;
    const bool left_out = IsLeftAlone(entry.path().filename().string()) ||
                          fs::equivalent(entry.path(), left_out_, ignored);
    if (entry.is_directory(ignored)) {
      if (left_out) entries.disable_recursion_pending();
      if (!left_out && !entry.is_symlink(ignored)) WatchFolder(entry.path().string());
    } else if (!left_out) {
      there.insert(entry.path().string());
    }
  }
  if (error) {
    return base::Unavailable(fmt::format("{}: can't be looked into: {}", folder_, error.message()));
  }
  std::erase_if(files_, [&](const auto& file) { return !there.contains(file.first); });
  std::vector<std::string> at_rest;
  waiting_ = false;
  for (const std::string& path : there) {
    Identity identity;
    if (!IdentityOf(path, &identity) || identity.size == 0) {
      files_.erase(path);
      continue;
    }
    Seen& seen = files_.try_emplace(path, Seen{identity, now}).first->second;
    if (seen.identity != identity) seen = {identity, now};
    if (seen.done) continue;
    waiting_ = true;
    if (now - seen.since >= kQuiet && !IsOpenForWriting(path)) at_rest.push_back(path);
  }
  return at_rest;
}

bool LandingFolder::IsStill(const std::string& path) const {
  const auto seen = files_.find(path);
  Identity identity;
  return seen != files_.end() && IdentityOf(path, &identity) && identity == seen->second.identity &&
         !IsOpenForWriting(path);
}

void LandingFolder::Done(const std::string& path) {
  if (const auto seen = files_.find(path); seen != files_.end()) seen->second.done = true;
}

bool LandingFolder::Wait(std::chrono::milliseconds at_most) {
  if (inotify_ < 0) {
    std::this_thread::sleep_for(at_most);
    return true;
  }
  pollfd event{inotify_, POLLIN, 0};
  if (::poll(&event, 1, static_cast<int>(at_most.count())) <= 0) return false;
  // What happened is told by the next look.
  std::array<char, 64 << 10> events{};
  while (::read(inotify_, events.data(), events.size()) > 0) {
  }
  return true;
}

}  // namespace tieout::cli
