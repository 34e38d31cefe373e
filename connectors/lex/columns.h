// A CSV file's columns bound by their names, and a row's cells read through them.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/emit.h"
#include "connectors/lex/clock.h"

namespace tieout::connectors {

// "Payout  ID " and "payout id" are one name.
std::string NormalName(std::string_view name);

// "1 234,56 EUR" -> "1234,56": blanks of all kinds, the currency's code and the common signs go.
std::string BareNumber(std::string_view text, std::string_view currency);

class Columns {
 public:
  Columns() = default;
  explicit Columns(std::span<const std::string_view> header);

  size_t size() const { return names_.size(); }
  // -1: there is none.
  int Find(std::string_view name) const;
  // The first of several spellings that is there.
  int FindAny(std::initializer_list<std::string_view> names) const;
  // The first whose name begins so and ends so: "payment_metadata[" ... "order_id]".
  int FindBetween(std::string_view begin, std::string_view end) const;
  bool Has(std::string_view name) const { return Find(name) >= 0; }
  // As the file writes it; empty for a column that isn't there (-1).
  std::string_view name(int column) const {
    return column < 0 ? std::string_view() : names_[static_cast<size_t>(column)];
  }

 private:
  std::vector<std::string> names_, normal_;
};

// The cells of one row. The first cell that can't be read is kept as the row's error; what is read
// after it is worthless.
class Cells {
 public:
  Cells(const Columns& columns, std::span<const std::string_view> fields)
      : columns_(columns), fields_(fields) {}

  // Empty for a column that isn't there (-1).
  std::string_view Text(int column) const {
    return column < 0 ? std::string_view() : fields_[static_cast<size_t>(column)];
  }
  ledger::Minor Amount(int column, std::string_view currency, ledger::NumberFormat format);
  int64_t Instant(int column, const Zone& zone);
  base::Day Day(int column);
  std::string Currency(int column);

  void Fail(int column, std::string reason);
  bool failed() const { return failed_; }
  const RowError& error() const { return error_; }

 private:
  const Columns& columns_;
  std::span<const std::string_view> fields_;
  bool failed_ = false;
  RowError error_;
};

// The columns of a text's first row, for Detect; nullopt: it has none.
std::optional<Columns> ReadHeader(std::string_view text, char delimiter);

// How many cells a row has, against its header: what to say when they differ.
std::string WrongCellCount(size_t cells, size_t columns);

}  // namespace tieout::connectors
