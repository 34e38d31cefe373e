// Files into the log: sha256 → connector → owners → opened source_report → rows → closed one.
//
// A source that can't be taken is refused before anything of it is in the log, and the others go
// on. Every step may be cut off and done again: the same file gives the same event ids, so a second
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

// What a person says of a source that it may not say itself.
struct SourceHints {
  std::string connector;  // empty: detected from the content
  std::string seller;     // owner of accounts that neither the log nor the request knows
  // Passed on to the connector: the account where a file doesn't name it, a bank's CSV profile …
  std::map<std::string, std::string> connector_options;
};

// What whoever fetched a source from a provider knows of it (engine/pull).
struct Fetched {
  std::string name;      // stands in the log instead of the file's path; see LogIndex::Pulled
  int64_t as_of_us = 0;  // when it was fetched
  // What was asked for, half-open; both 0: the rows tell. A currency that was pulled of the
  // account before and has no row now is reported all the same: nothing moved there.
  int64_t from_us = 0, to_us = 0;
};

struct IngestRequest {
  std::vector<std::string> files;
  SourceHints hints;
  std::optional<Fetched> fetched;  // what `files`, then one file, is
  // Of a file within a zip; empty: `hints` hold there too.
  std::function<SourceHints(const std::string& file, const std::string& member)> member_hints;
  // Owner of accounts the log doesn't know, by "provider/merchant_account".
  std::map<std::string, std::string> owners;
  // Names that sources have for an account, by "provider/name": the account's own.
  std::map<std::string, std::string, std::less<>> same_as;
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

// One source: a file, or one within a zip ("statements.zip:march/bank.xml").
struct FileReport {
  std::string file;
  absl::Status refusal;  // other than OK: nothing of it is in the log, and why
  std::string sha256;    // hex
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
