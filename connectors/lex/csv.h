// Rows of a CSV file, one at a time, by libcsv: what it is, where it stands, and its bytes.
//
//   CsvReader reader(in, {.delimiter = ';'});
//   CsvRow row;
//   while (true) {
//     TIEOUT_ASSIGN_OR_RETURN(const bool more, reader.Next(&row));
//     if (!more) break;
//     ...
//   }
//
// libcsv (LGPL, streaming, byte callbacks) does the quoting; it knows no lines, so the reader feeds
// it one physical line at a time. Added here: line numbers, the raw bytes of a row, BOM, UTF-16 and
// Windows-1252, CR, LF and CRLF, quoted newlines, a bound on a row's length. Quotes are strict: a
// quote inside an unquoted field, or text after a closing quote, is a row's problem and not read
// around, since reading around it can swallow the following rows. Unquoted fields lose blanks at
// their ends. Blank lines are skipped.
//
// Memory: one chunk, one row. Errors of a row are in `problem`; errors of the stream are statuses.
#pragma once

#include <csv.h>

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/input.h"
#include "connectors/lex/encoding.h"
#include "connectors/lex/lines.h"

namespace tieout::connectors {

struct CsvOptions {
  char delimiter = ',';
  char quote = '"';  // 0: quotes are ordinary characters
  size_t max_row_bytes = 1 << 20;
  Encoding encoding = Encoding::kUtf8;
};

struct CsvRow {
  uint64_t line = 0;                         // 1-based line the row starts at
  std::span<const std::string_view> fields;  // valid until the next Next()
  std::string_view raw;                      // at most 64 KiB of it, as UTF-8
  std::string_view problem;                  // not empty: the row is no row, and why
};

class CsvReader {
 public:
  CsvReader(InputStream& in, const CsvOptions& options);
  ~CsvReader();
  CsvReader(const CsvReader&) = delete;
  CsvReader& operator=(const CsvReader&) = delete;

  // false: the end.
  absl::StatusOr<bool> Next(CsvRow* row);
  uint64_t line() const { return next_line_; }
  // The last row read ended with a line's end, not with the file's.
  bool ended_with_newline() const { return ended_with_newline_; }

 private:
  void Restart();
  bool Feed(std::string_view line);
  void Fill(CsvRow* row, std::string_view problem);
  static void OnField(void* bytes, size_t size, void* self);
  static void OnRow(int terminator, void* self);

  PhysicalLines lines_;
  const CsvOptions options_;
  csv_parser parser_;

  bool ended_with_newline_ = true;
  uint64_t next_line_ = 1;

  // The row under construction.
  uint64_t first_line_ = 0;
  std::string raw_;
  bool raw_is_utf8_ = true;
  size_t raw_bytes_ = 0;  // all of it; raw_ keeps the beginning
  bool complete_ = false;
  bool started_ = false;
  std::string cells_;
  std::vector<size_t> ends_;
  std::vector<std::string_view> fields_;
};

}  // namespace tieout::connectors
