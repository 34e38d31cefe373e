#include "connectors/lex/zone_names.h"

#include <string>
#include <utility>

namespace tieout::connectors {
namespace {

// In minutes.
constexpr std::pair<std::string_view, int> kOffsets[] = {
    {"UTC", 0},    {"GMT", 0},    {"WET", 0},     {"WEST", 60},   {"BST", 60},    {"CET", 60},
    {"CEST", 120}, {"MEZ", 60},   {"MESZ", 120},  {"EET", 120},   {"EEST", 180},  {"MSK", 180},
    {"PST", -480}, {"PDT", -420}, {"MST", -420},  {"MDT", -360},  {"EST", -300},  {"EDT", -240},
    {"CST", -360}, {"CDT", -300}, {"AKST", -540}, {"AKDT", -480}, {"HST", -600},  {"AEST", 600},
    {"AEDT", 660}, {"ACST", 570}, {"ACDT", 630},  {"AWST", 480},  {"NZST", 720},  {"NZDT", 780},
    {"JST", 540},  {"SGT", 480},  {"HKT", 480},   {"BRT", -180},  {"BRST", -120},
};

}  // namespace

std::optional<int32_t> OffsetOfAbbreviation(std::string_view name) {
  for (const auto& [known, minutes] : kOffsets) {
    if (known == name) return minutes * 60;
  }
  return std::nullopt;
}

absl::StatusOr<int64_t> ToInstantIn(const CivilTime& time, std::string_view zone) {
  CivilTime moved = time;
  if (!moved.offset_s.has_value()) moved.offset_s = OffsetOfAbbreviation(zone);
  if (moved.offset_s.has_value()) return ToInstant(moved, *Zone::Find(""));
  TIEOUT_ASSIGN_OR_RETURN(const Zone found, Zone::Find(std::string(zone)));
  return ToInstant(time, found);
}

}  // namespace tieout::connectors
