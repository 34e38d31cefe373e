// Dates and times as files write them.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "engine/base/day.h"
#include "engine/base/status.h"

namespace date {
class time_zone;
}

namespace tieout::connectors {

// What a text says, before any zone is applied.
struct CivilTime {
  base::Day day;
  bool has_time = false;
  int64_t time_us = 0;              // of the day
  std::optional<int32_t> offset_s;  // east of UTC, where the text has one ("Z" is 0)
};

// "2026-03-05", "2026-03-05 10:12:31", "2026-03-05T10:12[:31[.123456789]][Z|+01:00|+0100| +01]" and
// "2026-03-05+01:00"; digits beyond microseconds are cut. Errors say why, without the text.
absl::StatusOr<CivilTime> ParseIsoTime(std::string_view text);

// A time zone by IANA name; UTC for "". Local times that a clock change skips are read as if the
// clocks had not changed; those it repeats are the first.
class Zone {
 public:
  static absl::StatusOr<Zone> Find(const std::string& name);
  int64_t ToUtc(base::Day day, int64_t time_us) const;

 private:
  explicit Zone(const date::time_zone* zone) : zone_(zone) {}
  const date::time_zone* zone_;  // nullptr: UTC
};

// Microseconds since 1970: by the text's own offset, else by the zone. A pure day is its midnight
// UTC, whatever the zone: it is a date, not an instant.
int64_t ToInstant(const CivilTime& time, const Zone& zone);

// The day of a calendar date; nullopt for one that doesn't exist.
std::optional<base::Day> MakeDay(int year, int month, int day);

// Dates in the forms of spreadsheets and banks: day, month and year in the order `order` names
// ("ymd", "dmy", "mdy"), separated by '.', '/', '-' or ' ' or not at all (8 digits, 4 of them the
// year's); two digits of year are 2000 + them.
std::optional<base::Day> ParseOrderedDate(std::string_view text, std::string_view order);
// One of the three.
bool IsDateOrder(std::string_view text);

// A date whose order nobody said, read in each of them.
struct DateGuess {
  std::optional<base::Day> day;  // unset: no date
  std::optional<base::Day>
      other;  // set: it could be two dates, and whoever asks must be told which
};
DateGuess GuessDate(std::string_view text);

}  // namespace tieout::connectors
