// Lines of a text file, one at a time, in flat memory.
//
// PhysicalLines gives the bytes with their line end, for readers that need them (csv.h). TextLines
// is what formats of plain lines read: UTF-8 without line end and control characters, with a
// number.
//
//   TextLines lines(in);
//   TextLine line;
//   while (true) {
//     TIEOUT_ASSIGN_OR_RETURN(const bool more, lines.Next(&line));
//     if (!more) break;
//     ...
//   }
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "connectors/input.h"
#include "connectors/lex/encoding.h"

namespace tieout::connectors {

class PhysicalLines {
 public:
  // A line longer than `longest` comes in pieces.
  PhysicalLines(InputStream& in, Encoding encoding, size_t longest)
      : in_(in, encoding), longest_(longest) {}

  // With its LF, CR or CRLF; empty: the end. Valid until the next call.
  absl::StatusOr<std::string_view> Next();

 private:
  DecodedInput in_;
  const size_t longest_;
  std::string buffer_;  // [taken_, filled_) is not yet consumed
  size_t taken_ = 0;
  size_t filled_ = 0;
  bool at_end_ = false;
};

struct TextLine {
  uint64_t number = 0;    // from 1
  std::string_view text;  // valid until the next Next()
};

class TextLines {
 public:
  explicit TextLines(InputStream& in, Encoding encoding = Encoding::kUtf8OrLatin);

  // false: the end. Lines longer than 1 MiB come in pieces of one number.
  absl::StatusOr<bool> Next(TextLine* line);

 private:
  PhysicalLines lines_;
  uint64_t next_number_ = 1;
  std::string text_;
};

}  // namespace tieout::connectors
