#include "engine/base/day.h"

#include <fmt/format.h>

#include <chrono>

namespace tieout::base {
namespace {

namespace chrono = std::chrono;

constexpr int kFirstYear = 1;
constexpr int kLastYear = 9999;

constexpr Day ToDay(chrono::year_month_day date) {
  return Day{static_cast<int32_t>(chrono::sys_days{date}.time_since_epoch().count())};
}
constexpr Day kFirstDay = ToDay(chrono::year{kFirstYear} / 1 / 1);
constexpr Day kLastDay = ToDay(chrono::year{kLastYear} / 12 / 31);

// Exactly the digits of a fixed-width field: from_chars alone would take a sign or fewer digits.
std::optional<int> Digits(std::string_view text) {
  int value = 0;
  for (const char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  return value;
}

// Over the zeros that end at `last`.
void PutDigits(unsigned value, char* last) {
  for (; value > 0; value /= 10) *last-- = static_cast<char>('0' + value % 10);
}

}  // namespace

std::optional<Day> ParseDay(std::string_view iso) {
  if (iso.size() != 10 || iso[4] != '-' || iso[7] != '-') return std::nullopt;
  const auto year = Digits(iso.substr(0, 4));
  const auto month = Digits(iso.substr(5, 2));
  const auto day = Digits(iso.substr(8, 2));
  if (!year || !month || !day || *year < kFirstYear) return std::nullopt;
  const chrono::year_month_day date{chrono::year{*year},
                                    chrono::month{static_cast<unsigned>(*month)},
                                    chrono::day{static_cast<unsigned>(*day)}};
  if (!date.ok()) return std::nullopt;
  return ToDay(date);
}

std::string FormatDay(Day day) {
  if (!day.is_set()) return "";
  if (day < kFirstDay || day > kLastDay) return fmt::format("day {}", day.days);
  const chrono::year_month_day date{chrono::sys_days{chrono::days{day.days}}};
  std::string text = "0000-00-00";
  PutDigits(static_cast<unsigned>(int{date.year()}), &text[3]);
  PutDigits(unsigned{date.month()}, &text[6]);
  PutDigits(unsigned{date.day()}, &text[9]);
  return text;
}

std::string FormatInstant(int64_t micros) {
  const Day day = DayOf(micros);
  // By remainder, not day.start_us(): that product overflows on the last days of an int64_t.
  int64_t rest = micros % kMicrosPerDay;
  if (rest < 0) rest += kMicrosPerDay;
  const int64_t seconds = rest / kMicrosPerSecond;
  std::string text = fmt::format("{}T{:02}:{:02}:{:02}", FormatDay(day), seconds / 3600,
                                 seconds / 60 % 60, seconds % 60);
  if (rest % kMicrosPerSecond != 0) text += fmt::format(".{:06}", rest % kMicrosPerSecond);
  return text + "Z";
}

}  // namespace tieout::base
