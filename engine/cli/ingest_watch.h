// `ingest --watch DIR`: files into the log as they land in a folder.
#pragma once

#include <string>

#include "engine/cli/command.h"

namespace tieout::cli {

// Until SIGTERM or SIGINT, which let the file at hand be finished. Files are left where they are.
//
// What was taken is told by the log alone: a file is known when the closed report of its bytes is
// there, which is appended after all of its rows. A note of our own beside the log could be ahead
// of it or behind after kill -9; the log can't. It costs reading each file once after a start.
//
// Each time files have come to rest the log is opened, through `serve` where that runs, and let go
// again, so other commands get their turn. Nothing is settled: more is always on its way, and
// absences are judged when `serve` or `run` lets the time pass.
//
// A file that can't be taken is named once and tried again when it changes or after a start. Where
// the log or the disk isn't there, all is tried again after 1, 2, 4 … 60 seconds, ten times in a
// row; then it ends with that trouble (kUnavailable, kRefused).
absl::StatusOr<ExitCode> WatchFolder(Context& context, const std::string& folder,
                                     const SourceSetting& flags);

}  // namespace tieout::cli
