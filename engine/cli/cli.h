// The command line: `tieout COMMAND`. Everything a person sees comes from this room.
#pragma once

namespace tieout::cli {

// Returns the process' exit code (exit_code.h).
int Main(int argc, char** argv);

}  // namespace tieout::cli
