#include "connectors/lex/number.h"

#include <cctype>

namespace tieout::connectors {

std::optional<ledger::NumberFormat> GuessNumberFormat(std::string_view number, int exponent) {
  const size_t last = number.find_last_of(".,");
  if (last == std::string_view::npos) return ledger::NumberFormat{};
  const char separator = number[last];
  const char other = separator == ',' ? '.' : ',';
  const bool both = number.find(other) != std::string_view::npos;
  const bool repeated = number.find(separator) != last;
  if (both) return ledger::NumberFormat{.decimal = separator, .group = other};
  size_t digits = 0;
  while (last + 1 + digits < number.size() &&
         std::isdigit(static_cast<unsigned char>(number[last + 1 + digits])) != 0) {
    ++digits;
  }
  if (repeated) return ledger::NumberFormat{.decimal = other, .group = separator};
  if (digits != 3) return ledger::NumberFormat{.decimal = separator};
  if (exponent < 3) return ledger::NumberFormat{.decimal = other, .group = separator};
  return std::nullopt;
}

}  // namespace tieout::connectors
