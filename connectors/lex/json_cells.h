// The values of one JSON object, read as a row's cells are: the first that can't be read is kept as
// the row's error, and what is read after it is worthless.
#pragma once

#include <string>
#include <string_view>

#include "connectors/emit.h"
#include "connectors/lex/clock.h"
#include "connectors/lex/json.h"

namespace tieout::connectors {

class JsonCells {
 public:
  explicit JsonCells(const JsonFields& fields) : fields_(fields) {}

  // A text's or number's characters; empty where there are none.
  std::string_view Text(std::string_view path) const { return fields_.Any(path); }
  std::string_view Required(std::string_view path);
  std::string Currency(std::string_view path);
  // "12.50", or 12.5 as a number: major units.
  ledger::Minor Major(std::string_view path, std::string_view currency);
  // A whole number of ISO 4217 minor units.
  ledger::Minor Minor(std::string_view path);
  // "2026-03-05T10:12:31.5Z", with an offset; in UTC without one.
  int64_t Instant(std::string_view path);

  void Fail(std::string_view path, std::string reason);
  bool failed() const { return failed_; }
  const RowError& error() const { return error_; }
  const JsonFields& fields() const { return fields_; }

 private:
  const JsonFields& fields_;
  bool failed_ = false;
  RowError error_;
};

}  // namespace tieout::connectors
