#include "connectors/lex/json_cells.h"

#include <charconv>
#include <limits>

namespace tieout::connectors {

std::string_view JsonCells::Required(std::string_view path) {
  const std::string_view text = Text(path);
  if (text.empty()) Fail(path, "is missing");
  return text;
}

std::string JsonCells::Currency(std::string_view path) {
  std::string currency;
  RowError error;
  if (!failed_ && !ReadCurrency(path, Text(path), &currency, &error)) Fail(path, error.reason);
  return failed_ ? std::string() : currency;
}

ledger::Minor JsonCells::Major(std::string_view path, std::string_view currency) {
  ledger::Minor amount = 0;
  RowError error;
  if (!failed_ && !ReadAmount(path, Text(path), currency, {}, &amount, &error)) {
    Fail(path, error.reason);
  }
  return amount;
}

ledger::Minor JsonCells::Minor(std::string_view path) {
  const std::string_view text = Text(path);
  ledger::Minor amount = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), amount);
  if (code == std::errc::result_out_of_range ||
      amount == std::numeric_limits<ledger::Minor>::min()) {
    Fail(path, "is beyond 64 bits");
  } else if (code != std::errc() || end != text.data() + text.size()) {
    Fail(path, "is no whole number of minor units");
  }
  return failed_ ? 0 : amount;
}

int64_t JsonCells::Instant(std::string_view path) {
  const auto time = ParseIsoTime(Text(path));
  if (time.ok()) return ToInstant(*time, *Zone::Find(""));
  Fail(path, base::Message(time.status()));
  return 0;
}

void JsonCells::Fail(std::string_view path, std::string reason) {
  if (failed_) return;
  failed_ = true;
  error_ = {std::string(path), std::string(Text(path)), std::move(reason)};
}

}  // namespace tieout::connectors
