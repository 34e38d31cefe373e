// A BAI2 file's records, one at a time, and the fields of one.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "connectors/lex/lines.h"

namespace tieout::connectors::bai2 {

struct Record {
  std::string code;  // "16"
  std::string body;  // behind "16,", continuations joined by '\n', without the ends '/'
  uint64_t line = 0;
  uint64_t physical = 1;  // with its continuations: what trailers count
};

class RecordReader {
 public:
  explicit RecordReader(InputStream& in) : lines_(in) {}

  // false: the end. What stands before the first record is skipped.
  absl::StatusOr<bool> Next(Record* record);

 private:
  absl::StatusOr<bool> NextPiece(std::string_view* piece);

  TextLines lines_;
  TextLine line_;
  std::string text_;  // of the line at hand
  size_t taken_ = 0;
  bool holds_ = false;  // a record's beginning, read and not yet given
  std::string held_;
  uint64_t held_line_ = 0;
};

// Takes field by field off a body. A continuation begins a new field.
class Fields {
 public:
  explicit Fields(std::string_view body) : rest_(body) {}

  bool done() const { return done_; }
  std::string_view Next();
  // What is left, as one text; lines stay lines.
  std::string_view Rest();

  // A funds type and what belongs to it; the value date (YYMMDD) where it has one.
  std::string_view SkipFunds();

 private:
  std::string_view rest_;
  bool done_ = false;
};

}  // namespace tieout::connectors::bai2
