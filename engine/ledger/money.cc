#include "engine/ledger/money.h"

#include <fmt/format.h>

#include <limits>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::ledger {
namespace {

constexpr int kLargestExponent = 18;
// One more than the largest positive amount: the magnitude of the most negative one.
using Magnitude = unsigned __int128;
constexpr Magnitude kLargestMagnitude = Magnitude{1} << 63;

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

absl::Status BadAmount(std::string_view text, std::string_view why) {
  return base::InvalidArgument(fmt::format("amount {} {}", base::Quoted(text), why));
}

struct Signed {
  std::string_view digits;  // without sign, brackets and surrounding blanks
  bool negative = false;
};

// At most one way of saying negative; "(-5)" or "-5-" may mean anything.
absl::StatusOr<Signed> SplitSign(std::string_view text) {
  Signed result{.digits = text};
  std::string_view& digits = result.digits;
  while (!digits.empty() && (digits.front() == ' ' || digits.front() == '\t')) {
    digits.remove_prefix(1);
  }
  while (!digits.empty() && (digits.back() == ' ' || digits.back() == '\t'))
    digits.remove_suffix(1);
  if (digits.empty()) return BadAmount(text, "is empty");
  if (digits.front() == '(' && digits.back() == ')' && digits.size() > 2) {
    digits = digits.substr(1, digits.size() - 2);
    result.negative = true;
  } else if (digits.front() == '-' || digits.front() == '+') {
    result.negative = digits.front() == '-';
    digits.remove_prefix(1);
  } else if (digits.back() == '-') {
    digits.remove_suffix(1);
    result.negative = true;
  }
  return result;
}

// "1,234,567": groups of three after the first, or no separator at all.
bool GroupsAreWhole(std::string_view integer, char group) {
  if (group == 0 || integer.find(group) == std::string_view::npos) return true;
  size_t since_separator = 0;
  bool first = true;
  for (const char c : integer) {
    if (c != group) {
      ++since_separator;
      continue;
    }
    if (first ? (since_separator == 0 || since_separator > 3) : since_separator != 3) return false;
    first = false;
    since_separator = 0;
  }
  return since_separator == 3;
}

absl::Status Append(std::string_view text, char digit, Magnitude* magnitude) {
  *magnitude = *magnitude * 10 + static_cast<unsigned>(digit - '0');
  // Stopping at the first digit too many also keeps the 128 bits from wrapping.
  if (*magnitude > kLargestMagnitude) return BadAmount(text, "is beyond 64 bits");
  return absl::OkStatus();
}

absl::Status ReadInteger(std::string_view text, std::string_view integer, char group,
                         Magnitude* magnitude) {
  for (const char c : integer) {
    if (group != 0 && c == group) continue;
    if (!IsDigit(c)) {
      return BadAmount(text, fmt::format("is no number: {} is neither digit nor separator",
                                         base::Quoted({&c, 1})));
    }
    TIEOUT_RETURN_IF_ERROR(Append(text, c, magnitude));
  }
  if (!GroupsAreWhole(integer, group)) {
    return BadAmount(text, fmt::format("is no number: '{}' must separate groups of three", group));
  }
  return absl::OkStatus();
}

absl::Status ReadFraction(std::string_view text, std::string_view fraction, int exponent,
                          Magnitude* magnitude) {
  for (const char c : fraction) {
    if (!IsDigit(c)) {
      return BadAmount(text,
                       fmt::format("is no number: {} among the decimals", base::Quoted({&c, 1})));
    }
  }
  const auto kept = static_cast<size_t>(exponent);
  if (fraction.size() > kept && fraction.find_first_not_of('0', kept) != std::string_view::npos) {
    return BadAmount(text, fmt::format("has more than the currency's {} decimals", exponent));
  }
  for (size_t i = 0; i < kept; ++i) {
    const char digit = i < fraction.size() ? fraction[i] : '0';
    TIEOUT_RETURN_IF_ERROR(Append(text, digit, magnitude));
  }
  return absl::OkStatus();
}

// `group` between each three digits before the point; 0: none.
std::string Format(Minor amount, std::string_view currency, char group) {
  const auto exponent = static_cast<size_t>(CurrencyExponent(currency).value_or(2));
  // Through unsigned: the most negative amount has no positive twin.
  const uint64_t magnitude =
      amount < 0 ? uint64_t{0} - static_cast<uint64_t>(amount) : static_cast<uint64_t>(amount);
  std::string digits = fmt::format("{:0{}}", magnitude, exponent + 1);
  const size_t integer_size = digits.size() - exponent;
  std::string text = amount < 0 ? "-" : "";
  for (size_t i = 0; i < integer_size; ++i) {
    if (group != 0 && i > 0 && (integer_size - i) % 3 == 0) text += group;
    text += digits[i];
  }
  if (exponent > 0) text.append(".").append(digits, integer_size);
  return text;
}

}  // namespace

std::optional<Minor> Narrow(WideMinor value) {
  if (value > std::numeric_limits<Minor>::max() || value < std::numeric_limits<Minor>::min()) {
    return std::nullopt;
  }
  return static_cast<Minor>(value);
}

absl::StatusOr<Minor> ParseAmount(std::string_view text, int exponent, NumberFormat format) {
  TIEOUT_CHECK(exponent >= 0 && exponent <= kLargestExponent);
  if (format.decimal == format.group) {
    return BadAmount(text, fmt::format("can't be read: '{}' is both decimal and group separator",
                                       format.decimal));
  }
  TIEOUT_ASSIGN_OR_RETURN(const Signed number, SplitSign(text));
  const size_t point = number.digits.find(format.decimal);
  const std::string_view integer = number.digits.substr(0, point);
  const std::string_view fraction =
      point == std::string_view::npos ? std::string_view() : number.digits.substr(point + 1);
  if (integer.empty() && fraction.empty()) return BadAmount(text, "has no digits");
  Magnitude magnitude = 0;
  TIEOUT_RETURN_IF_ERROR(ReadInteger(text, integer, format.group, &magnitude));
  TIEOUT_RETURN_IF_ERROR(ReadFraction(text, fraction, exponent, &magnitude));
  const auto wide = static_cast<WideMinor>(magnitude);
  const std::optional<Minor> amount = Narrow(number.negative ? -wide : wide);
  if (!amount) return BadAmount(text, "is beyond 64 bits");
  return *amount;
}

std::string FormatAmount(Minor amount, std::string_view currency) {
  return Format(amount, currency, '\0');
}

std::string FormatMoney(Minor amount, std::string_view currency) {
  std::string text = Format(amount, currency, ',');
  if (!currency.empty()) {
    text += ' ';
    text += currency;
  }
  return text;
}

}  // namespace tieout::ledger
