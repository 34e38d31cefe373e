// `ingest --dry-run`: what the files would bring, before anything is written.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "engine/cli/command.h"
#include "engine/runtime/ingest_preview.h"

namespace tieout::cli {

// People: per file and account the events by kind, new ones apart, sums and dates; below it what
// was set aside. CSV: a line a kind. JSON lines: the events themselves, as they would be appended;
// what else there is to say goes to stderr.
//
// kFound: rows would be set aside. The first file that can't be taken decides the exit code.
absl::StatusOr<ExitCode> PreviewFiles(Context& context, const std::vector<std::string>& files,
                                      const SourceSetting& flags);
// The same of whatever `take` gives it.
using TakePreviewed = std::function<absl::Status(runtime::IngestPreview&)>;
absl::StatusOr<ExitCode> Preview(Context& context, const TakePreviewed& take);

}  // namespace tieout::cli
