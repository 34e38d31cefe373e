#include "connectors/mt940/line.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdlib>

#include "connectors/lex/clock.h"
#include "engine/base/text.h"

namespace tieout::connectors::mt940 {
namespace {

bool IsDigit(char c) { return c >= '0' && c <= '9'; }
char Upper(char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); }

size_t Digits(std::string_view text) {
  return static_cast<size_t>(std::find_if_not(text.begin(), text.end(), IsDigit) - text.begin());
}

int TwoDigits(std::string_view text) { return (text[0] - '0') * 10 + (text[1] - '0'); }

// 29 and 30 February of banks that count months of 30 days.
std::optional<base::Day> DayIn(int year, int month, int day) {
  if (month == 2 && (day == 29 || day == 30)) {
    if (const auto leap = MakeDay(year, 2, 29); leap.has_value()) return leap;
    return MakeDay(year, 2, 28);
  }
  return MakeDay(year, month, day);
}

// YYMMDD; a statement of the last century is one of the eighties or nineties.
std::optional<base::Day> ShortDate(std::string_view text) {
  const int year = TwoDigits(text);
  return DayIn(year < 80 ? 2000 + year : 1900 + year, TwoDigits(text.substr(2)),
               TwoDigits(text.substr(4)));
}

// MMDD, in the year that brings it nearest to the value date.
std::optional<base::Day> NearestDate(std::string_view text, base::Day valued) {
  const int year = std::atoi(base::FormatDay(valued).substr(0, 4).c_str());
  std::optional<base::Day> nearest;
  for (const int candidate : {year, year - 1, year + 1}) {
    const auto day = DayIn(candidate, TwoDigits(text), TwoDigits(text.substr(2)));
    if (!day.has_value()) continue;
    if (!nearest.has_value() ||
        std::abs(day->days - valued.days) < std::abs(nearest->days - valued.days)) {
      nearest = day;
    }
  }
  return nearest;
}

// NONREF and the banks' own ways to say "see :86:".
bool IsPlaceholder(std::string_view reference) {
  static constexpr std::array<std::string_view, 10> kNone = {
      "NONREF", "NOREF", "NON REF", "NOTPROVIDED", "KREF+",
      "KREF",   "EREF+", "EREF",    "MARF",        "PREF"};
  std::string upper(reference);
  std::transform(upper.begin(), upper.end(), upper.begin(), Upper);
  return std::find(kNone.begin(), kNone.end(), upper) != kNone.end();
}

std::string Reference(std::string_view text) {
  text = base::Trim(text);
  return IsPlaceholder(text) ? std::string() : std::string(text);
}

// C, D, RC, RD, EC, ED -> direction and what else it says.
bool TakeMark(std::string_view* text, bool* credit, Line* line) {
  if (text->empty()) return false;
  const char first = Upper(text->front());
  const char second = text->size() > 1 ? Upper((*text)[1]) : '\0';
  if ((first == 'R' || first == 'E') && (second == 'C' || second == 'D')) {
    line->is_reversal = first == 'R';
    line->is_expected = first == 'E';
    // RC takes back a credit, EC expects one.
    *credit = (second == 'C') != line->is_reversal;
    text->remove_prefix(2);
    return true;
  }
  if (first != 'C' && first != 'D') return false;
  *credit = first == 'C';
  text->remove_prefix(1);
  return true;
}

// "/CHGS/EUR0,50/".
ledger::Minor Charges(const std::vector<std::string>& further, std::string_view currency) {
  for (const std::string& text : further) {
    const size_t at = text.find("/CHGS/");
    if (at == std::string::npos || text.substr(at + 6, 3) != currency) continue;
    const std::string amount = text.substr(at + 9, text.find('/', at + 9) - at - 9);
    ledger::Minor charges = 0;
    RowError error;
    if (ReadMt940Amount("CHGS", amount, currency, &charges, &error)) return charges;
  }
  return 0;
}

}  // namespace

bool ReadMt940Amount(std::string_view field, std::string_view text, std::string_view currency,
                     ledger::Minor* amount, RowError* error) {
  const bool dot = text.find(',') == std::string_view::npos;
  return ReadAmount(field, text, currency, {.decimal = dot ? '.' : ','}, amount, error);
}

bool ReadBalance(std::string_view field, std::string_view text, Balance* balance, RowError* error) {
  text = base::Trim(text);
  const auto fail = [&](std::string_view why) {
    *error = {std::string(field), std::string(text), std::string(why)};
    return false;
  };
  if (text.size() < 11) return fail("is no balance (expected like C260305EUR1000,00)");
  const char mark = Upper(text[0]);
  if (mark != 'C' && mark != 'D') return fail("begins with neither C nor D");
  if (Digits(text.substr(1)) < 6) return fail("has no date YYMMDD behind C or D");
  const auto day = ShortDate(text.substr(1, 6));
  if (!day.has_value()) return fail("has a date that doesn't exist");
  balance->day = *day;
  if (!ReadCurrency(field, text.substr(7, 3), &balance->currency, error)) return false;
  if (!ReadMt940Amount(field, text.substr(10), balance->currency, &balance->amount, error)) {
    return false;
  }
  if (mark == 'D') balance->amount = -balance->amount;
  return true;
}

bool ReadLine(const std::vector<std::string>& lines, std::string_view currency, Line* line,
              RowError* error) {
  std::string_view text = base::Trim(lines.front());
  const auto fail = [&](std::string_view why) {
    *error = {"61", lines.front(), std::string(why)};
    return false;
  };
  if (text.size() < 8 || Digits(text) < 6) return fail("doesn't begin with a value date YYMMDD");
  const auto valued = ShortDate(text.substr(0, 6));
  if (!valued.has_value()) return fail("has a value date that doesn't exist");
  line->valued = line->booked = *valued;
  text.remove_prefix(6);
  if (const size_t digits = Digits(text); digits == 4) {
    const auto booked = NearestDate(text, *valued);
    if (!booked.has_value()) return fail("has an entry date that doesn't exist");
    line->booked = *booked;
    text.remove_prefix(4);
  } else if (digits != 0) {
    return fail("has an entry date that isn't MMDD");
  }
  text = base::Trim(text);
  bool credit = false;
  if (!TakeMark(&text, &credit, line)) return fail("has none of C, D, RC, RD behind its dates");
  // The third letter of the currency.
  if (!text.empty() && !IsDigit(text.front()) && text.front() != ',' && text.front() != '.') {
    text.remove_prefix(1);
  }
  const size_t size = std::min(text.find_first_not_of("0123456789,."), text.size());
  if (size == 0) return fail("has no amount behind C or D");
  if (!ReadMt940Amount("61", text.substr(0, size), currency, &line->amount, error)) return false;
  if (!credit) line->amount = -line->amount;
  text = base::Trim(text.substr(size));
  // Three letters or digits behind N, F or S; some banks leave that letter out.
  const bool has_kind =
      !text.empty() && std::string_view("NFS").find(Upper(text[0])) != std::string_view::npos;
  const size_t letters = has_kind || (text.size() > 3 && IsDigit(text[3])) ? 4 : 3;
  size_t type = 0;
  while (type < std::min(letters, text.size()) &&
         std::isalnum(static_cast<unsigned char>(text[type])) != 0) {
    ++type;
  }
  line->type = text.substr(0, type);
  text.remove_prefix(type);
  const size_t bank = text.find("//");
  line->reference = Reference(text.substr(0, bank));
  if (bank != std::string_view::npos) line->bank_reference = Reference(text.substr(bank + 2));
  for (size_t i = 1; i < lines.size(); ++i) {
    if (const std::string_view more = base::Trim(lines[i]); !more.empty())
      line->further.emplace_back(more);
  }
  line->charges = Charges(line->further, currency);
  return true;
}

}  // namespace tieout::connectors::mt940
