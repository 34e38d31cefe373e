// Money: signed 64-bit counts of ISO 4217 minor units. Sums in 128 bits. Overflow is an error.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::ledger {

using Minor = int64_t;
using WideMinor = __int128;

// Decimals of a currency by ISO 4217 (JPY 0, EUR 2, BHD 3, CLF 4); nullopt: no such currency.
std::optional<int> CurrencyExponent(std::string_view code);

inline bool AddOverflows(Minor a, Minor b, Minor* sum) { return __builtin_add_overflow(a, b, sum); }
// Narrows a sum; nullopt when it doesn't fit 64 bits.
std::optional<Minor> Narrow(WideMinor value);

// How a file writes its numbers.
struct NumberFormat {
  char decimal = '.';
  char group = 0;  // thousands separator, 0: none allowed
};
// "1234.5" with exponent 2 -> 123450. Digits beyond the exponent must be zero. A leading '-' or
// '+', a trailing '-', and (12.30) for negative are read, one of them; blanks around are skipped.
// Either side of the decimal may be empty (".5", "5."). Groups are of three. No currency signs, no
// exponents. Errors (kInvalidArgument) name the text and why.
absl::StatusOr<Minor> ParseAmount(std::string_view text, int exponent, NumberFormat format = {});

// 123450, EUR -> "1234.50"; with its currency's decimals (2 for an unknown one).
std::string FormatAmount(Minor amount, std::string_view currency);
// "1,234.50 EUR", for people.
std::string FormatMoney(Minor amount, std::string_view currency);

}  // namespace tieout::ledger
