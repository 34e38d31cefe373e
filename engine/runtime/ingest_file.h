// One file's way into the log; ingest.h says what is promised.
// Thread safety: none.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "engine/base/status.h"
#include "engine/runtime/appender.h"
#include "engine/runtime/ingest.h"
#include "engine/runtime/log_index.h"
#include "engine/runtime/source_store.h"

namespace tieout::runtime {

class FileIngest {
 public:
  struct Settings {
    std::string quarantine_directory;
    int64_t now_us = 0;
    std::function<absl::Status()> before_first_append;  // brings log time up to date
    // A preview shows also what nobody has named the owner of; a log must know.
    bool owners_needed = true;
  };
  // All must outlive it.
  FileIngest(Appender* appender, const LogIndex* index, SourceStore* sources, Settings settings);

  // Calls `on_report` after each source in the file. What is returned is trouble with the log or
  // the disk, or what `on_report` returns; a source's own is its report's `refusal`.
  using OnReport = std::function<absl::Status(FileReport)>;
  absl::Status Take(const IngestRequest& request, const std::string& file,
                    const OnReport& on_report);

 private:
  struct Surveyed;
  absl::StatusOr<FileReport> TakeSource(const IngestRequest& request, const std::string& file,
                                        const SourceStore::Kept& kept);
  absl::StatusOr<Surveyed> Survey(const IngestRequest& request, const SourceHints& hints,
                                  const std::string& file, const SourceStore::Kept& kept,
                                  IngestProgress* progress, FileReport* report) const;
  void ReportTheQuiet(const IngestRequest& request, connectors::Summary* summary) const;
  absl::StatusOr<std::vector<std::string>> FindOwners(const IngestRequest& request,
                                                      const SourceHints& hints,
                                                      const connectors::Summary& survey,
                                                      FileReport* report) const;
  absl::Status DeclareAccounts(const connectors::Summary& survey,
                               const std::vector<std::string>& undeclared);
  absl::Status AppendReports(const connectors::Connector& connector,
                             const connectors::Context& context, const connectors::Summary& summary,
                             ledger::SourceReport::Phase phase);

  Appender* const appender_;
  const LogIndex* const index_;
  SourceStore* const sources_;
  const Settings settings_;
};

}  // namespace tieout::runtime
