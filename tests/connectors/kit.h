// What a connector's tests get for free: run it on bytes, compare with a golden file, cut the file
// at every byte.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/connector.h"

namespace tieout::connectors::testing {

struct Result {
  absl::Status status;
  Summary summary;
  std::vector<std::string> events;       // wire bytes
  std::vector<std::string> quarantined;  // Message()
  std::vector<std::string> raw;          // of the quarantined rows
  std::vector<std::string> no_ops;       // "line: why"
};

// Survey, then parse with the survey's as_of, as ingest does. Every row is expected to end in
// exactly one of the three ways.
Result Run(const Connector& connector, std::string_view bytes, Context context);

// One line of JSON, fields in the schema's order.
std::string Json(std::string_view wire);
// All events, a line each.
std::string Lines(const Result& result);
// "id kind amount currency" a line, for tests that look at the money only.
std::string Brief(const Result& result);

std::string ReadTestFile(const std::string& path);  // below tests/connectors

// The events of tests/connectors/<input> are those of tests/connectors/<golden>. With
// TIEOUT_WRITE_GOLDEN=1 the golden file is written instead: look at the diff before you commit it.
void ExpectGolden(const Connector& connector, const std::string& input, const std::string& golden,
                  Context context);

// Whatever the cut, there is an answer: a status that says why, or every whole row in exactly one
// of the three ways.
void ExpectSurvivesTruncation(const Connector& connector, std::string_view bytes,
                              const Context& context);

// Ids and content hashes of all events that are no amendments, sorted.
std::vector<std::string> Identities(const Result& result);

// Of a file of a header and one row: the columns that, changed alone, change the row's ids or
// content, or make it unreadable; all others come later or don't matter. `values`: what a column is
// changed to where "other" can't be read. Ids that contain `but` are left out of the comparison.
std::vector<std::string> OriginColumns(const Connector& connector, std::string_view file,
                                       const Context& context,
                                       const std::map<std::string, std::string>& values,
                                       char delimiter = ',', const std::string& but = "\n");

}  // namespace tieout::connectors::testing
