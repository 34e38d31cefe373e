#include "connectors/lex/csv.h"

#include <fmt/format.h>

#include "connectors/connector.h"
#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

// libcsv takes a quote character, no "none": a byte that UTF-8 never contains.
constexpr unsigned char kNoQuote = 0xFF;

bool IsBlank(std::string_view line) {
  return line.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

CsvReader::CsvReader(InputStream& in, const CsvOptions& options)
    : lines_(in, options.encoding, options.max_row_bytes), options_(options) {
  TIEOUT_CHECK(csv_init(&parser_, 0) == 0);
  Restart();
}

CsvReader::~CsvReader() { csv_free(&parser_); }

void CsvReader::Restart() {
  csv_free(&parser_);
  TIEOUT_CHECK(csv_init(&parser_, CSV_STRICT | CSV_STRICT_FINI) == 0);
  csv_set_delim(&parser_, static_cast<unsigned char>(options_.delimiter));
  csv_set_quote(&parser_,
                options_.quote == 0 ? kNoQuote : static_cast<unsigned char>(options_.quote));
}

void CsvReader::OnField(void* bytes, size_t size, void* self) {
  auto* reader = static_cast<CsvReader*>(self);
  reader->cells_.append(static_cast<const char*>(bytes), size);
  reader->ends_.push_back(reader->cells_.size());
}

void CsvReader::OnRow(int, void* self) { static_cast<CsvReader*>(self)->complete_ = true; }

// false: libcsv refuses the line.
bool CsvReader::Feed(std::string_view line) {
  return csv_parse(&parser_, line.data(), line.size(), &OnField, &OnRow, this) == line.size();
}

void CsvReader::Fill(CsvRow* row, std::string_view problem) {
  if (options_.encoding == Encoding::kUtf8OrLatin && !raw_is_utf8_) {
    std::string cells;
    size_t begin = 0;
    for (size_t& end : ends_) {
      cells += Windows1252ToUtf8(std::string_view(cells_).substr(begin, end - begin));
      begin = end;
      end = cells.size();
    }
    cells_ = std::move(cells);
    raw_ = Windows1252ToUtf8(raw_);
  } else if (!raw_is_utf8_) {
    raw_ = base::ToUtf8(raw_);
    if (problem.empty()) {
      problem = "the row is no UTF-8: export it as UTF-8, or name the encoding in a profile";
    }
  }
  fields_.clear();
  size_t begin = 0;
  for (const size_t end : ends_) {
    fields_.push_back(std::string_view(cells_).substr(begin, end - begin));
    begin = end;
  }
  if (raw_bytes_ > kRawKept) raw_ = base::ToUtf8(raw_);  // the cut may be within a character
  while (!raw_.empty() && (raw_.back() == '\n' || raw_.back() == '\r')) raw_.pop_back();
  row->line = first_line_;
  row->fields = problem.empty() ? std::span<const std::string_view>(fields_)
                                : std::span<const std::string_view>();
  row->raw = raw_;
  row->problem = problem;
  started_ = false;
}

absl::StatusOr<bool> CsvReader::Next(CsvRow* row) {
  raw_.clear();
  cells_.clear();
  ends_.clear();
  raw_bytes_ = 0;
  raw_is_utf8_ = true;
  complete_ = false;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string_view line, lines_.Next());
    if (line.empty()) {
      if (!started_) return false;
      const bool closed = csv_fini(&parser_, &OnField, &OnRow, this) == 0;
      Fill(row, closed ? ""
                       : "a quoted field isn't closed before the file's end: the file is cut off, "
                         "or a quote is missing");
      Restart();
      return true;
    }
    ended_with_newline_ = line.back() == '\n' || line.back() == '\r';
    const uint64_t number = next_line_;
    if (ended_with_newline_) ++next_line_;
    if (!started_) {
      if (IsBlank(line)) continue;
      started_ = true;
      first_line_ = number;
    }
    raw_bytes_ += line.size();
    if (raw_.size() < kRawKept) raw_.append(line.substr(0, kRawKept - raw_.size()));
    raw_is_utf8_ = raw_is_utf8_ && base::IsUtf8(line);
    if (!Feed(line)) {
      Restart();
      Fill(row,
           "a quote stands inside an unquoted field, or text after a closing quote: inside a "
           "quoted field a quote is written twice");
      return true;
    }
    if (complete_) {
      Fill(row, "");
      return true;
    }
    if (raw_bytes_ > options_.max_row_bytes) {
      Restart();
      Fill(row, "the row is longer than 1 MiB: a quote isn't closed, or this is no CSV");
      return true;
    }
  }
}

}  // namespace tieout::connectors
