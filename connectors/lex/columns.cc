#include "connectors/lex/columns.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "connectors/lex/csv.h"

namespace tieout::connectors {

std::string NormalName(std::string_view name) {
  std::string normal;
  for (const char c : name) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isspace(byte) != 0) {
      if (!normal.empty() && normal.back() != ' ') normal.push_back(' ');
    } else {
      normal.push_back(static_cast<char>(std::tolower(byte)));
    }
  }
  if (!normal.empty() && normal.back() == ' ') normal.pop_back();
  return normal;
}

std::string BareNumber(std::string_view text, std::string_view currency) {
  std::string bare(text);
  const auto drop = [&](std::string_view what) {
    for (size_t at = bare.find(what); at != std::string::npos; at = bare.find(what)) {
      bare.erase(at, what.size());
    }
  };
  for (const std::string_view what :
       {std::string_view("\u00A0"), std::string_view("\u202F"), std::string_view(" "),
        std::string_view("€"), std::string_view("$"), std::string_view("£"), std::string_view("¥"),
        std::string_view("'"), currency}) {
    if (!what.empty()) drop(what);
  }
  if (bare.starts_with("\u2212")) bare.replace(0, 3, "-");
  return bare;
}

Columns::Columns(std::span<const std::string_view> header) {
  for (const std::string_view name : header) {
    names_.emplace_back(name);
    normal_.push_back(NormalName(name));
  }
}

int Columns::Find(std::string_view name) const {
  // Spelt as the file does, as a rule: connectors ask for each row.
  const auto same = std::find(names_.begin(), names_.end(), name);
  if (same != names_.end()) return static_cast<int>(same - names_.begin());
  const std::string wanted = NormalName(name);
  for (size_t i = 0; i < normal_.size(); ++i) {
    if (normal_[i] == wanted) return static_cast<int>(i);
  }
  return -1;
}

int Columns::FindAny(std::initializer_list<std::string_view> names) const {
  for (const std::string_view name : names) {
    if (const int column = Find(name); column >= 0) return column;
  }
  return -1;
}

int Columns::FindBetween(std::string_view begin, std::string_view end) const {
  for (size_t i = 0; i < normal_.size(); ++i) {
    if (normal_[i].starts_with(begin) && normal_[i].ends_with(end)) return static_cast<int>(i);
  }
  return -1;
}

void Cells::Fail(int column, std::string reason) {
  if (failed_) return;
  failed_ = true;
  error_ = {column < 0 ? "" : std::string(columns_.name(column)), std::string(Text(column)),
            std::move(reason)};
}

ledger::Minor Cells::Amount(int column, std::string_view currency, ledger::NumberFormat format) {
  ledger::Minor amount = 0;
  RowError error;
  if (!failed_ &&
      !ReadAmount(columns_.name(column), Text(column), currency, format, &amount, &error)) {
    failed_ = true;
    error_ = std::move(error);
  }
  return amount;
}

int64_t Cells::Instant(int column, const Zone& zone) {
  const auto time = ParseIsoTime(Text(column));
  if (time.ok()) return ToInstant(*time, zone);
  Fail(column, base::Message(time.status()));
  return 0;
}

base::Day Cells::Day(int column) {
  const auto time = ParseIsoTime(Text(column));
  if (time.ok()) return time->day;
  Fail(column, base::Message(time.status()));
  return {};
}

std::string Cells::Currency(int column) {
  std::string currency;
  RowError error;
  if (!failed_ && !ReadCurrency(columns_.name(column), Text(column), &currency, &error)) {
    failed_ = true;
    error_ = std::move(error);
  }
  return failed_ ? std::string() : currency;
}

std::optional<Columns> ReadHeader(std::string_view text, char delimiter) {
  MemoryInput in(text);
  CsvReader reader(in, {.delimiter = delimiter, .encoding = Encoding::kUtf8OrLatin});
  CsvRow row;
  const auto more = reader.Next(&row);
  if (!more.ok() || !*more || !row.problem.empty()) return std::nullopt;
  return Columns(row.fields);
}

std::string WrongCellCount(size_t cells, size_t columns) {
  return fmt::format("the row has {} cells, the header {} columns: {}", cells, columns,
                     cells < columns ? "the file is cut off here, or a line break stands in a "
                                       "field without quotes"
                                     : "a separator stands in a field without quotes");
}

}  // namespace tieout::connectors
