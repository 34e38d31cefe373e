// One table printer for all commands: aligned for people, CSV and JSON lines for programs.
//
//   Table table({{"payout", "Payout"}, {"amount", "Amount", Align::kRight}});
//   table.Add({"po_1T…", "467.85 EUR"});
//   table.Print(Format::kTable, terminal, std::cout);
//
// Column keys are part of the command line's contract: extend, don't rename.
// Thread safety: none.
#pragma once

#include <initializer_list>
#include <ostream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/cli/terminal.h"

namespace tieout::cli {

enum class Format : unsigned char { kTable, kJsonLines, kCsv };
// "table", "jsonl", "csv".
absl::StatusOr<Format> ParseFormat(const std::string& name);

enum class Align : unsigned char { kLeft, kRight };

struct Column {
  std::string key;    // in CSV and JSON
  std::string title;  // for people; empty: the column is for programs only
  Align align = Align::kLeft;
  size_t max_width = 0;  // 0: as wide as it needs; longer texts end in "…" (never for programs)
};

struct Cell {
  std::string text;   // for people
  std::string value;  // for programs, where it differs ("1234.50" beside "1,234.50 EUR")
  Style style = Style::kPlain;

  Cell(std::string t) : text(std::move(t)) {}  // NOLINT: a text is a cell
  Cell(const char* t) : text(t) {}             // NOLINT: a text is a cell
  Cell(std::string t, Style s) : text(std::move(t)), style(s) {}
  Cell(std::string t, std::string v, Style s = Style::kPlain)
      : text(std::move(t)), value(std::move(v)), style(s) {}
  const std::string& for_programs() const { return value.empty() ? text : value; }
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // As many cells as columns.
  void Add(std::vector<Cell> row);
  void Clear() { rows_.clear(); }
  bool empty() const { return rows_.empty(); }
  size_t size() const { return rows_.size(); }
  // People's tables are indented by `indent` spaces; `header` off leaves titles and CSV's head out.
  void Print(Format format, const Terminal& terminal, std::ostream& out, size_t indent = 0,
             bool header = true) const;

 private:
  void PrintPeople(const Terminal& terminal, std::ostream& out, size_t indent, bool header) const;
  void PrintCsv(std::ostream& out, bool header) const;
  void PrintJsonLines(std::ostream& out) const;

  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

// A text as a JSON string, quotes included; bytes that are no UTF-8 become U+FFFD.
std::string JsonQuote(std::string_view text);
// A CSV field by RFC 4180: quoted only where it must be.
std::string CsvQuote(std::string_view text);

}  // namespace tieout::cli
