// A file's tags, one at a time.
#pragma once

#include <string>
#include <vector>

#include "connectors/lex/lines.h"

namespace tieout::connectors::mt940 {

// `:61:2003...` with what stands on the lines below it.
struct Field {
  std::string tag;                 // "61", "60F"; empty: the end of a message ("-")
  std::vector<std::string> lines;  // the first is what stands behind the tag
  uint64_t line = 0;

  const std::string& first() const { return lines.front(); }
  std::string Text() const;  // as in the file
};

class FieldReader {
 public:
  explicit FieldReader(InputStream& in) : lines_(in) {}

  // false: the end of the file.
  absl::StatusOr<bool> Next(Field* field);

 private:
  bool Begins(std::string_view line, std::string_view* tag, std::string_view* rest) const;

  TextLines lines_;
  TextLine held_;  // read, not yet given
  std::string held_text_;
  bool holds_ = false;
  std::string open_;       // the tag of the field at hand; empty: between messages
  bool in_lines_ = false;  // between opening and closing balance
};

}  // namespace tieout::connectors::mt940
