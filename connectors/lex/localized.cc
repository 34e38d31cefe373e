#include "connectors/lex/localized.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <vector>

namespace tieout::connectors {
namespace {

// The beginnings of months' names, by month; enough letters to tell them apart.
struct Month {
  std::string_view begin;
  int month;
};
constexpr Month kMonths[] = {
    {"jan", 1},  {"jän", 1},  {"gen", 1},  {"ene", 1},  {"feb", 2},  {"fév", 2},  {"fev", 2},
    {"mar", 3},  {"mär", 3},  {"maa", 3},  {"mrz", 3},  {"mrt", 3},  {"apr", 4},  {"avr", 4},
    {"abr", 4},  {"mai", 5},  {"may", 5},  {"mag", 5},  {"mei", 5},  {"juin", 6}, {"jun", 6},
    {"giu", 6},  {"juil", 7}, {"jul", 7},  {"lug", 7},  {"aug", 8},  {"aoû", 8},  {"ago", 8},
    {"sep", 9},  {"set", 9},  {"oct", 10}, {"okt", 10}, {"ott", 10}, {"out", 10}, {"nov", 11},
    {"dec", 12}, {"déc", 12}, {"dez", 12}, {"dic", 12}};

int MonthOf(const std::string& word) {
  for (const Month& month : kMonths) {
    if (word.starts_with(month.begin)) return month.month;
  }
  return 0;
}

}  // namespace

std::string NumberIn(std::string_view text) {
  std::string number;
  bool has_digit = false;
  std::string bare(text);
  for (size_t at = bare.find("\u2212"); at != std::string::npos; at = bare.find("\u2212")) {
    bare.replace(at, 3, "-");
  }
  for (const char c : bare) {
    const bool digit = c >= '0' && c <= '9';
    has_digit = has_digit || digit;
    if (digit || std::string_view("+-.,()").find(c) != std::string_view::npos) number.push_back(c);
  }
  return has_digit ? number : "";
}

ledger::NumberFormat FormatByDecimals(std::string_view number, std::string_view currency) {
  const size_t digits_end = number.find_last_of("0123456789") + 1;
  const size_t last = number.find_last_of(".,");
  if (last == std::string_view::npos) return {};
  const auto exponent = static_cast<size_t>(ledger::CurrencyExponent(currency).value_or(2));
  const char other = number[last] == ',' ? '.' : ',';
  const size_t behind = digits_end - last - 1;
  const bool both = number.find(other) != std::string_view::npos;
  return exponent > 0 && (behind == exponent || behind < 3 || both)
             ? ledger::NumberFormat{.decimal = number[last], .group = other}
             : ledger::NumberFormat{.decimal = other, .group = number[last]};
}

ledger::Minor ReadPrinted(Cells& cells, const Columns& columns, int column,
                          std::string_view currency) {
  if (cells.failed()) return 0;
  const std::string number = NumberIn(cells.Text(column));
  ledger::Minor amount = 0;
  RowError error;
  if (number.empty()) {
    cells.Fail(column, "is no number");
  } else if (!ReadAmount(columns.name(column), number, currency, FormatByDecimals(number, currency),
                         &amount, &error)) {
    cells.Fail(column, error.reason);
  }
  return amount;
}

std::optional<base::Day> ParseWrittenDate(std::string_view text) {
  if (const auto iso = base::ParseDay(text); iso.has_value()) return iso;
  int year = 0;
  int month = 0;
  int day = 0;
  std::vector<std::string> words(1);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (std::isalnum(byte) != 0 || byte >= 0x80) {
      words.back().push_back(static_cast<char>(std::tolower(byte)));
    } else if (!words.back().empty()) {
      words.emplace_back();
    }
  }
  if (words.back().empty()) words.pop_back();
  if (words.size() < 3) return std::nullopt;
  for (const std::string& word : words) {
    const bool number =
        std::all_of(word.begin(), word.end(), [](unsigned char c) { return std::isdigit(c) != 0; });
    if (!number) {
      if (word == "de" || word == "del") continue;  // "24 de septiembre de 2026"
      if (month != 0 || (month = MonthOf(word)) == 0) return std::nullopt;
    } else if (word.size() == 4 && year == 0) {
      year = std::stoi(word);
    } else if (word.size() <= 2 && day == 0) {
      day = std::stoi(word);
    } else if (word.size() == 2 && year == 0) {
      year = 2000 + std::stoi(word);
    } else {
      return std::nullopt;
    }
  }
  if (year == 0 || month == 0 || day == 0) return std::nullopt;
  return MakeDay(year, month, day);
}

}  // namespace tieout::connectors
