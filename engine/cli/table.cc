#include "engine/cli/table.h"

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/text.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

constexpr std::string_view kGap = "  ";

}  // namespace

absl::StatusOr<Format> ParseFormat(const std::string& name) {
  if (name == "table") return Format::kTable;
  if (name == "jsonl") return Format::kJsonLines;
  if (name == "csv") return Format::kCsv;
  return base::InvalidArgument(fmt::format("--format '{}': it is table, jsonl or csv", name));
}

std::string JsonQuote(std::string_view text) {
  std::string out = "\"";
  for (char c : base::ToUtf8(text)) {
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out += c;
    }
  }
  return out + '"';
}

std::string CsvQuote(std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) return std::string(text);
  std::string out = "\"";
  for (char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  return out + '"';
}

void Table::Add(std::vector<Cell> row) {
  TIEOUT_CHECK(row.size() == columns_.size());
  rows_.push_back(std::move(row));
}

void Table::Print(Format format, const Terminal& terminal, std::ostream& out, size_t indent,
                  bool header) const {
  switch (format) {
    case Format::kTable:
      return PrintPeople(terminal, out, indent, header);
    case Format::kCsv:
      return PrintCsv(out, header);
    case Format::kJsonLines:
      return PrintJsonLines(out);
  }
}

void Table::PrintPeople(const Terminal& terminal, std::ostream& out, size_t indent,
                        bool header) const {
  std::vector<std::vector<std::string>> texts;
  for (const auto& row : rows_) {
    std::vector<std::string>& printable = texts.emplace_back();
    for (const Cell& cell : row) printable.push_back(Printable(cell.text));
  }
  std::vector<size_t> widths(columns_.size(), 0);
  for (size_t i = 0; i < columns_.size(); ++i) {
    if (header) widths[i] = DisplayWidth(columns_[i].title);
    for (const auto& row : texts) widths[i] = std::max(widths[i], DisplayWidth(row[i]));
    if (columns_[i].max_width > 0) widths[i] = std::min(widths[i], columns_[i].max_width);
  }
  const auto line = [&](const auto& text_of, const auto& style_of) {
    std::string text(indent, ' ');
    std::string pending;  // padding is written only before a further cell: no trailing blanks
    bool first = true;
    for (size_t i = 0; i < columns_.size(); ++i) {
      if (columns_[i].title.empty()) continue;
      if (!first) pending += kGap;
      first = false;
      const std::string cell = Shorten(text_of(i), widths[i]);
      const std::string padding(widths[i] - DisplayWidth(cell), ' ');
      if (columns_[i].align == Align::kRight) pending += padding;
      if (!cell.empty()) {
        text += pending + terminal.Paint(style_of(i), cell);
        pending.clear();
      }
      if (columns_[i].align == Align::kLeft) pending += padding;
    }
    out << text << '\n';
  };
  if (header) {
    line([&](size_t i) { return columns_[i].title; }, [](size_t) { return Style::kDim; });
  }
  for (size_t row = 0; row < rows_.size(); ++row) {
    line([&](size_t i) { return texts[row][i]; }, [&](size_t i) { return rows_[row][i].style; });
  }
}

void Table::PrintCsv(std::ostream& out, bool header) const {
  for (size_t i = 0; header && i < columns_.size(); ++i) {
    out << (i ? "," : "") << CsvQuote(columns_[i].key) << (i + 1 == columns_.size() ? "\n" : "");
  }
  for (const auto& row : rows_) {
    for (size_t i = 0; i < row.size(); ++i) {
      out << (i ? "," : "") << CsvQuote(row[i].for_programs());
    }
    out << "\n";
  }
}

void Table::PrintJsonLines(std::ostream& out) const {
  for (const auto& row : rows_) {
    out << '{';
    for (size_t i = 0; i < row.size(); ++i) {
      out << (i ? "," : "") << JsonQuote(columns_[i].key) << ':'
          << JsonQuote(row[i].for_programs());
    }
    out << "}\n";
  }
}

}  // namespace tieout::cli
