#include "connectors/lex/clock.h"

#include <date/tz.h>
#include <fmt/format.h>

#include <chrono>
#include <stdexcept>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Takes exactly `count` digits off the front.
bool TakeNumber(std::string_view* text, size_t count, int* value) {
  if (text->size() < count) return false;
  *value = 0;
  for (size_t i = 0; i < count; ++i) {
    if (!IsDigit((*text)[i])) return false;
    *value = *value * 10 + ((*text)[i] - '0');
  }
  text->remove_prefix(count);
  return true;
}

bool Take(std::string_view* text, char c) {
  if (text->empty() || text->front() != c) return false;
  text->remove_prefix(1);
  return true;
}

absl::Status NoTime(std::string_view why) {
  return base::InvalidArgument(fmt::format("{} (expected like 2026-03-05 10:12:31)", why));
}

// "Z", "+01", "+0100", "+01:00", with a blank before it.
absl::Status ParseOffset(std::string_view text, CivilTime* time) {
  Take(&text, ' ');
  if (text == "Z" || text == "z" || text == "UTC" || text == "GMT") {
    time->offset_s = 0;
    return absl::OkStatus();
  }
  const bool east = Take(&text, '+');
  if (!east && !Take(&text, '-')) return NoTime("is no time: unknown text after it");
  int hours = 0;
  int minutes = 0;
  if (!TakeNumber(&text, 2, &hours)) return NoTime("has no proper UTC offset");
  Take(&text, ':');
  if (!text.empty() && !TakeNumber(&text, 2, &minutes)) return NoTime("has no proper UTC offset");
  if (!text.empty() || hours > 18 || minutes > 59) return NoTime("has no proper UTC offset");
  const int32_t seconds = hours * 3600 + minutes * 60;
  time->offset_s = east ? seconds : -seconds;
  return absl::OkStatus();
}

absl::Status ParseClock(std::string_view* text, CivilTime* time) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (!TakeNumber(text, 2, &hour) || !Take(text, ':') || !TakeNumber(text, 2, &minute)) {
    return NoTime("is no time of day");
  }
  if (Take(text, ':') && !TakeNumber(text, 2, &second)) return NoTime("is no time of day");
  int64_t micros = 0;
  if (Take(text, '.')) {
    int64_t unit = 100'000;
    size_t digits = 0;
    for (; digits < text->size() && IsDigit((*text)[digits]); ++digits, unit /= 10) {
      micros += unit * ((*text)[digits] - '0');
    }
    if (digits == 0) return NoTime("is no time of day");
    text->remove_prefix(digits);
  }
  // 24:00:00 is the end of the day; 23:59:60 a leap second, which no ledger keeps apart.
  const bool end_of_day = hour == 24 && minute == 0 && second == 0 && micros == 0;
  if ((hour > 23 && !end_of_day) || minute > 59 || second > 60) return NoTime("is no time of day");
  time->has_time = true;
  time->time_us = (int64_t{hour} * 3600 + minute * 60 + second) * base::kMicrosPerSecond + micros;
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<CivilTime> ParseIsoTime(std::string_view text) {
  CivilTime time;
  const auto day = base::ParseDay(text.substr(0, 10));
  if (!day.has_value()) return NoTime("is no date");
  time.day = *day;
  text.remove_prefix(10);
  if (text.empty()) return time;
  if (text.front() == 'T' || text.front() == 't' ||
      (text.front() == ' ' && text.size() > 1 && IsDigit(text[1]))) {
    text.remove_prefix(1);
    TIEOUT_RETURN_IF_ERROR(ParseClock(&text, &time));
  }
  if (!text.empty()) TIEOUT_RETURN_IF_ERROR(ParseOffset(text, &time));
  return time;
}

absl::StatusOr<Zone> Zone::Find(const std::string& name) {
  if (name.empty() || name == "UTC") return Zone(nullptr);
  try {
    return Zone(date::locate_zone(name));
  } catch (const std::runtime_error&) {  // the library's way to say "no such zone"
    return base::InvalidArgument(fmt::format(
        "time zone {} isn't known: give an IANA name such as Europe/Berlin", base::Quoted(name)));
  }
}

int64_t Zone::ToUtc(base::Day day, int64_t time_us) const {
  const int64_t local_us = day.start_us() + time_us;
  if (zone_ == nullptr) return local_us;
  const date::local_time<std::chrono::microseconds> local{std::chrono::microseconds(local_us)};
  const date::local_info info = zone_->get_info(local);
  return local_us - info.first.offset.count() * base::kMicrosPerSecond;
}

int64_t ToInstant(const CivilTime& time, const Zone& zone) {
  if (!time.has_time) return time.day.start_us();
  if (time.offset_s.has_value()) {
    return time.day.start_us() + time.time_us - *time.offset_s * base::kMicrosPerSecond;
  }
  return zone.ToUtc(time.day, time.time_us);
}

std::optional<base::Day> MakeDay(int year, int month, int day) {
  const std::chrono::year_month_day date{std::chrono::year(year),
                                         std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return base::Day{static_cast<int32_t>(std::chrono::sys_days(date).time_since_epoch().count())};
}

std::optional<base::Day> ParseOrderedDate(std::string_view text, std::string_view order) {
  TIEOUT_CHECK(order.size() == 3);
  std::vector<std::string_view> parts;
  if (text.size() == 8 && text.find_first_not_of("0123456789") == std::string_view::npos) {
    size_t at = 0;
    for (const char which : order) {
      parts.push_back(text.substr(at, which == 'y' ? 4 : 2));
      at += parts.back().size();
    }
  } else {
    size_t begin = 0;
    for (size_t i = 0; i <= text.size(); ++i) {
      if (i < text.size() && IsDigit(text[i])) continue;
      if (i < text.size() && std::string_view("./- ").find(text[i]) == std::string_view::npos) {
        return std::nullopt;
      }
      parts.push_back(text.substr(begin, i - begin));
      begin = i + 1;
    }
  }
  if (parts.size() != 3) return std::nullopt;
  int year = 0;
  int month = 0;
  int day = 0;
  for (size_t i = 0; i < 3; ++i) {
    const size_t size = parts[i].size();
    const bool is_year = order[i] == 'y';
    if (is_year ? (size != 4 && size != 2) : (size < 1 || size > 2)) return std::nullopt;
    int* value = is_year ? &year : order[i] == 'm' ? &month : &day;
    std::string_view digits = parts[i];
    TIEOUT_CHECK(TakeNumber(&digits, size, value));
    if (is_year && size == 2) year += 2000;
  }
  return MakeDay(year, month, day);
}

bool IsDateOrder(std::string_view text) { return text == "ymd" || text == "dmy" || text == "mdy"; }

DateGuess GuessDate(std::string_view text) {
  DateGuess guess;
  for (const std::string_view order : {"ymd", "dmy", "mdy"}) {
    const auto day = ParseOrderedDate(text, order);
    if (!day.has_value()) continue;
    if (!guess.day.has_value()) {
      guess.day = day;
    } else if (*day != *guess.day && !guess.other.has_value()) {
      guess.other = day;
    }
  }
  return guess;
}

}  // namespace tieout::connectors
