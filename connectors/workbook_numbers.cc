// Numbers and dates as a workbook keeps them; no floats, a number is its digits.
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <optional>

#include "connectors/workbook.h"
#include "engine/base/day.h"

namespace tieout::connectors {
namespace {

constexpr int kShownDigits = 15;
constexpr int kLargestExponent = 30;        // beyond it nobody counts money or days
constexpr int64_t kLastSerial = 2'958'465;  // 9999-12-31
constexpr int64_t kSecondsADay = 86'400;

// digits × 10^exponent, without leading or trailing zeros.
struct Decimal {
  bool negative = false;
  std::string digits;
  int exponent = 0;
};

std::optional<Decimal> ParseDecimal(std::string_view text) {
  Decimal out;
  if (text.starts_with('-') || text.starts_with('+')) {
    out.negative = text.front() == '-';
    text.remove_prefix(1);
  }
  const size_t e = text.find_first_of("eE");
  if (e != text.npos) {
    std::string_view power = text.substr(e + 1);
    if (power.starts_with('+')) power.remove_prefix(1);
    const auto [end, error] =
        std::from_chars(power.data(), power.data() + power.size(), out.exponent);
    if (error != std::errc() || end != power.data() + power.size()) return std::nullopt;
  }
  bool behind_point = false;
  for (const char c : text.substr(0, e)) {
    if (c == '.' && !behind_point) {
      behind_point = true;
    } else if (c >= '0' && c <= '9') {
      out.digits += c;
      out.exponent -= behind_point ? 1 : 0;
    } else {
      return std::nullopt;
    }
  }
  if (out.digits.empty() || std::abs(out.exponent) > 400) return std::nullopt;
  out.digits.erase(0, out.digits.find_first_not_of('0'));
  return out;
}

void Round(Decimal* number) {
  std::string& digits = number->digits;
  if (digits.size() > kShownDigits) {
    const bool up = digits[kShownDigits] >= '5';
    number->exponent += static_cast<int>(digits.size()) - kShownDigits;
    digits.resize(kShownDigits);
    if (up) {
      auto digit = digits.rbegin();
      for (; digit != digits.rend() && *digit == '9'; ++digit) *digit = '0';
      if (digit == digits.rend()) {
        digits.insert(digits.begin(), '1');
      } else {
        ++*digit;
      }
    }
  }
  while (!digits.empty() && digits.back() == '0') {
    digits.pop_back();
    ++number->exponent;
  }
  if (digits.empty()) *number = {};
}

std::optional<Decimal> ReadNumber(std::string_view text) {
  std::optional<Decimal> number = ParseDecimal(text);
  if (number.has_value()) Round(&*number);
  if (number.has_value() && std::abs(number->exponent) > kLargestExponent) return std::nullopt;
  return number;
}

// Before and behind the decimal point.
std::pair<std::string, std::string> Split(const Decimal& number) {
  std::string whole = number.digits, fraction;
  if (number.exponent >= 0) {
    whole.append(static_cast<size_t>(number.exponent), '0');
  } else {
    const auto places = static_cast<size_t>(-number.exponent);
    if (whole.size() < places) whole.insert(0, places - whole.size(), '0');
    fraction = whole.substr(whole.size() - places);
    whole.resize(whole.size() - places);
  }
  return {whole.empty() ? "0" : whole, fraction};
}

}  // namespace

std::string PlainNumber(std::string_view text) {
  const std::optional<Decimal> number = ReadNumber(text);
  if (!number.has_value()) return std::string(text);
  const auto [whole, fraction] = Split(*number);
  return fmt::format("{}{}{}{}", number->negative ? "-" : "", whole, fraction.empty() ? "" : ".",
                     fraction);
}

std::string DateOfSerial(std::string_view text, bool from_1904) {
  const std::optional<Decimal> number = ReadNumber(text);
  if (!number.has_value() || number->negative) return PlainNumber(text);
  const auto [whole, fraction] = Split(*number);
  if (whole.size() > 7) return PlainNumber(text);
  int64_t days = std::stoll(whole);
  // A second is about 1.2e-5 of a day: fifteen digits are more than enough.
  const std::string kept = fraction.substr(0, kShownDigits);
  __int128 scale = 1, part = 0;
  for (const char c : kept) {
    part = part * 10 + (c - '0');
    scale *= 10;
  }
  auto seconds = static_cast<int64_t>((part * kSecondsADay + scale / 2) / scale);
  days += seconds / kSecondsADay;
  seconds %= kSecondsADay;
  const std::string time =
      fmt::format("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
  // Spreadsheets have a 29 February 1900; what is before it is a day later.
  constexpr int64_t kNoDay = 60;
  if (days > kLastSerial || (!from_1904 && days == kNoDay)) return PlainNumber(text);
  if (days == 0 && !from_1904) return time;
  const base::Day first = from_1904       ? *base::ParseDay("1904-01-01")
                          : days < kNoDay ? *base::ParseDay("1899-12-31")
                                          : *base::ParseDay("1899-12-30");
  const std::string day = base::FormatDay(first.plus(static_cast<int32_t>(days)));
  return seconds == 0 ? day : day + " " + time;
}

bool IsDateFormat(std::string_view code) {
  code = code.substr(0, code.find(';'));  // of positive numbers
  for (size_t i = 0; i < code.size(); ++i) {
    switch (std::tolower(static_cast<unsigned char>(code[i]))) {
      case '"':
        i = std::min(code.find('"', i + 1), code.size());
        break;
      case '[':  // a colour, a currency, or a duration: [h]:mm
        i = std::min(code.find(']', i + 1), code.size());
        break;
      case '\\':
      case '_':
      case '*':
        ++i;
        break;
      case 'y':
      case 'm':
      case 'd':
      case 'h':
      case 's':
        return code.find("[h") == code.npos && code.find("[m") == code.npos &&
               code.find("[s") == code.npos;
      default:
        break;
    }
  }
  return false;
}

}  // namespace tieout::connectors
