// What the process tells the shell. The table in exit_code.cc is the documentation: `tieout help
// exit-codes` prints it.
#pragma once

#include <span>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::cli {

enum class ExitCode : int {
  kOk = 0,
  kFound = 1,        // the command's job is to tell, and there is something to tell
  kUsage = 2,        // wrong flags or configuration
  kBadInput = 3,     // a file or id it was given
  kRefused = 4,      // another state is needed first; the message names the way out
  kUnavailable = 5,  // broker or writer not there; try again
  kDamaged = 6,      // log or store
  kInternal = 70,    // our bug
};

struct ExitCodeText {
  ExitCode code;
  std::string_view meaning;
};
std::span<const ExitCodeText> ExitCodes();

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace tieout::cli
