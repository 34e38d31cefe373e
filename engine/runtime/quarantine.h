// Rows that became no event, one JSON object a line, for a person to correct and ingest again:
// <directory>/<SHA-256 of the source in hex>.jsonl with file, line, field, value, reason and raw.
// Thread safety: none.
#pragma once

#include <fstream>
#include <string>

#include "connectors/connector.h"
#include "engine/base/status.h"

namespace tieout::runtime {

class Quarantine {
 public:
  Quarantine(std::string directory, const std::string& sha256_hex);

  // The first of a source makes its file anew. kUnavailable: it can't be written.
  absl::Status Add(const connectors::Quarantined& row);
  absl::Status Close();
  const std::string& path() const { return path_; }

 private:
  absl::Status Check() const;

  const std::string directory_;
  const std::string path_;
  std::ofstream file_;
};

}  // namespace tieout::runtime
