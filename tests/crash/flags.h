// The command line of a crash program. CLI11's headers are read in flags.cc alone, for they take
// longer to compile than the program.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace tieout::crash {

struct Flag {
  const char* name;  // "--seed"
  std::variant<bool*, int*, uint64_t*, std::string*> target;
  const char* purpose;
};

// Empty: the flags are set, go on. Else the exit code to end with, and help or error is printed.
std::optional<int> ParseFlags(int argc, char** argv, const char* purpose,
                              const std::vector<Flag>& flags);

}  // namespace tieout::crash
