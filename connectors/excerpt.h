// The very row of a source that an event came from, for a person: of a CSV all lines of the row,
// of XML the entry's element, of JSON its object, of SWIFT, BAI2 and QIF the entry with what
// continues it. Told from the content, as UTF-8, as it stands in the file.
//
// It reads the source up to the row, and keeps no more than a line or one JSON document (64 MiB).
// Thread safety: pure.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "connectors/input.h"

namespace tieout::connectors {

struct Excerpt {
  std::vector<std::string> lines;  // dedented; at most 40, of 8 KiB together
  bool cut = false;                // the row goes on
  std::string missing;             // why there are no lines
};

// `line` is an event's source.line. `ids`: the event's ids, of which one tells the row where
// several begin on that line (XML and JSON without line breaks). Errors: the stream's.
absl::StatusOr<Excerpt> ReadExcerpt(InputStream& in, uint64_t line,
                                    std::span<const std::string> ids);

}  // namespace tieout::connectors
