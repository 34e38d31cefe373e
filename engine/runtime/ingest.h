// Files into the log: sha256 → connector → owners → opened source_report → rows → closed one.
//
// Every step may be cut off and done again: the same file gives the same event ids, so a second
// run adds nothing but duplicates, which the fold counts and drops. A file whose closed
// source_report is in the log and was not retracted is skipped with a line.
//
// Rows that can't be an event are quarantined: written with file, line, field, value and reason to
// <data>/quarantine/<sha256>.jsonl and counted in the source_report. The source's bytes are kept
// under <data>/sources/<sha256>.zst, so that `explain` can show the line.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/money.h"

namespace tieout::runtime {

struct IngestProgress {
  std::string file;
  uint64_t bytes_done = 0, bytes_total = 0;  // of this file
  uint64_t rows = 0;
};

struct IngestRequest {
  std::vector<std::string> files;
  std::string connector;  // empty: detected from each file's content
  // Owner of accounts the log doesn't know: by "provider/merchant_account", else `seller`.
  std::map<std::string, std::string> owners;
  std::string seller;
  // Passed on to the connector: the account where a file doesn't name it, a bank's CSV profile …
  std::map<std::string, std::string> connector_options;
  std::function<void(const IngestProgress&)> progress;  // may be empty
};

struct QuarantinedRow {
  uint64_t line = 0;
  std::string field, value, reason;
};

// One settlement account's part of a file.
struct AccountReport {
  std::string provider, merchant_account, currency;
  std::string owner;      // empty, in a preview: nobody has said
  bool declared = false;  // its `account` event was appended now
  uint64_t rows = 0, events = 0;
  ledger::Minor total = 0;
  int64_t coverage_from_us = 0, coverage_to_us = 0;             // half-open; both 0: none stated
  std::optional<ledger::Minor> opening, closing, stated_total;  // the file's own words
};

struct FileReport {
  std::string file;
  std::string sha256;  // hex
  std::string connector;
  bool skipped = false;  // already in the log
  uint64_t rows = 0, events = 0, known_noops = 0, quarantined = 0;
  std::map<std::string, uint64_t, std::less<>> noop_reasons;  // the first 20 of them
  std::vector<AccountReport> accounts;
  std::vector<QuarantinedRow> first_quarantined;  // at most 20; all of them in quarantine_file
  std::string quarantine_file;
  std::vector<std::string> warnings;  // the file's own totals don't add up, …
};

struct IngestReport {
  std::vector<FileReport> files;
};

}  // namespace tieout::runtime
