// Files through the pipeline with what tieout.toml says of each: shared by `ingest` and `demo`.
#pragma once

#include <string>
#include <vector>

#include "engine/cli/command.h"
#include "engine/runtime/engine.h"

namespace tieout::cli {

// What ingest is asked for one file; `flags` win over [[sources]], field by field.
runtime::IngestRequest RequestOf(const Context& context, const std::string& file,
                                 const SourceSetting& flags);

// `flags` win over [[sources]], field by field.
absl::StatusOr<runtime::IngestReport> IngestFiles(Context& context, runtime::Engine& engine,
                                                  const std::vector<std::string>& files,
                                                  const SourceSetting& flags);

// "payouts.csv:12: gross \"12..34\": is no number", a line each of the first rows set aside.
std::vector<std::string> QuarantineLines(const runtime::FileReport& file);

// The code of the first source that was refused; else kFound where rows were set aside.
ExitCode VerdictOf(const runtime::IngestReport& report);
ExitCode RefusalCode(const absl::Status& refusal);

// A line a source.
Table IngestTable(const runtime::IngestReport& report, bool refused_too);
// On stderr, what was refused and why.
void PrintRefusals(Context& context, const runtime::IngestReport& report);
// What a person should know of a source beside its counts: warnings, new accounts, rows set aside.
void PrintIngestNotes(Context& context, const runtime::FileReport& file);
// All three.
void PrintIngestReport(Context& context, const runtime::IngestReport& report);

}  // namespace tieout::cli
