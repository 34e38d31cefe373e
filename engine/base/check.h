// TIEOUT_CHECK(cond): what would be our own bug. Prints the place and aborts, in every build:
// a wrong number is worse than a stopped process.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace tieout::base {
[[noreturn]] inline void CheckFailed(const char* file, int line, const char* condition) {
  std::fprintf(stderr, "%s:%d: check failed: %s\n", file, line, condition);
  std::abort();
}
}  // namespace tieout::base

#define TIEOUT_CHECK(condition)                                                    \
  do {                                                                             \
    if (!(condition)) ::tieout::base::CheckFailed(__FILE__, __LINE__, #condition); \
  } while (false)
