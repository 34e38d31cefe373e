// Civil days: a calendar date without a zone, counted in days since 1970-01-01.
#pragma once

#include <compare>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace tieout::base {

inline constexpr int64_t kMicrosPerSecond = 1'000'000;
inline constexpr int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;

struct Day {
  int32_t days = kUnset;

  static constexpr int32_t kUnset = std::numeric_limits<int32_t>::min();
  constexpr bool is_set() const { return days != kUnset; }
  constexpr Day plus(int32_t n) const { return Day{days + n}; }
  constexpr int64_t start_us() const { return int64_t{days} * kMicrosPerDay; }
  // ISO weekday, Monday = 1 .. Sunday = 7.
  constexpr int iso_weekday() const { return ((days + 3) % 7 + 7) % 7 + 1; }
  friend constexpr auto operator<=>(Day, Day) = default;
};

// The UTC day that holds an instant (floor, also before 1970).
constexpr Day DayOf(int64_t micros) {
  int64_t d = micros / kMicrosPerDay;
  if (micros % kMicrosPerDay < 0) --d;
  return Day{static_cast<int32_t>(d)};
}

// "2026-03-05", nothing else; nullopt for anything that is no date.
std::optional<Day> ParseDay(std::string_view iso);
// "2026-03-05"; empty for an unset day; "day 3000000" beyond the years 1 to 9999.
std::string FormatDay(Day day);
// "2026-03-05T10:12:31Z", with six decimals only when they are not zero.
std::string FormatInstant(int64_t micros);

}  // namespace tieout::base
