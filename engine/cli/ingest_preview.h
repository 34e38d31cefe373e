// `ingest --dry-run`: what the files would bring, before anything is written.
#pragma once

#include <string>
#include <vector>

#include "engine/cli/command.h"

namespace tieout::cli {

// People: per file and account the events by kind, new ones apart, sums and dates; below it what
// was set aside. CSV: a line a kind. JSON lines: the events themselves, as they would be appended;
// what else there is to say goes to stderr.
//
// kFound: rows would be set aside. The first file that can't be taken decides the exit code.
absl::StatusOr<ExitCode> PreviewFiles(Context& context, const std::vector<std::string>& files,
                                      const SourceSetting& flags);

}  // namespace tieout::cli
