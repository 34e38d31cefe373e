// Counters in a mapped file, so that they outlive the process that is killed; and what they say.
#pragma once

#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/check.h"

namespace tieout::crash {

// T holds atomics only, which begin at zero. Mapped until the process ends.
template <typename T>
T* MapCounters(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  TIEOUT_CHECK(fd >= 0 && ::ftruncate(fd, sizeof(T)) == 0);
  void* at = ::mmap(nullptr, sizeof(T), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  TIEOUT_CHECK(at != MAP_FAILED);
  ::close(fd);
  return static_cast<T*>(at);
}

using NamedCounts = std::vector<std::pair<const char*, uint64_t>>;

inline bool AllTaken(const NamedCounts& paths) {
  return std::all_of(paths.begin(), paths.end(), [](const auto& path) { return path.second > 0; });
}

// Prints them. False: a path at 0 was not tested.
inline bool ReportPaths(const NamedCounts& paths) {
  for (const auto& [name, count] : paths) {
    std::printf("%-44s %llu\n", name, static_cast<unsigned long long>(count));
  }
  const bool good = AllTaken(paths);
  if (!good) std::printf("a path at 0 was not tested\n");
  return good;
}

// What a seed brought to light. The exit code of a run that failed.
inline int Failed(uint64_t seed, const std::string& problem) {
  std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), problem.c_str());
  return 1;
}

}  // namespace tieout::crash
