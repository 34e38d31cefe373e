#include "tests/scenarios/reader/words.h"

#include <fmt/format.h>

#include <cstdio>
#include <optional>

namespace tieout::scenarios {

absl::StatusOr<Words> Words::Of(std::string_view row) {
  Words words;
  size_t i = 0;
  while (true) {
    while (i < row.size() && (row[i] == ' ' || row[i] == '\t')) ++i;
    if (i == row.size() || row[i] == '#') return words;
    std::string word;
    size_t equals = std::string::npos;
    bool quoted = false;
    for (; i < row.size() && (quoted || (row[i] != ' ' && row[i] != '\t')); ++i) {
      if (row[i] == '"') {
        quoted = !quoted;
        continue;
      }
      if (row[i] == '=' && !quoted && equals == std::string::npos) equals = word.size();
      word += row[i];
    }
    if (quoted) return base::InvalidArgument("a quote that doesn't end");
    if (equals == std::string::npos || equals == 0) {
      words.positional_.push_back(std::move(word));
    } else if (!words.options_.emplace(word.substr(0, equals), word.substr(equals + 1)).second) {
      return base::InvalidArgument(fmt::format("{} stands twice", word.substr(0, equals)));
    }
  }
}

const std::string& Words::at(size_t i) const {
  static const std::string kNone;
  return i < positional_.size() ? positional_[i] : kNone;
}

const std::string& Words::option(const std::string& key) const {
  static const std::string kNone;
  asked_.insert(key);
  const auto found = options_.find(key);
  return found == options_.end() ? kNone : found->second;
}

absl::Status Words::CheckAllUsed() const {
  for (const auto& [key, value] : options_) {
    if (asked_.count(key) == 0) {
      return base::InvalidArgument(fmt::format("{}={} means nothing here", key, value));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<ledger::Minor> ParseMinor(std::string_view text, std::string_view currency) {
  const std::optional<int> exponent = ledger::CurrencyExponent(currency);
  if (!exponent) return base::InvalidArgument(fmt::format("\"{}\" is no currency", currency));
  return ledger::ParseAmount(text, *exponent);
}

absl::StatusOr<base::Day> ParseDate(std::string_view text) {
  if (text.empty()) return base::Day{};
  const std::optional<base::Day> day = base::ParseDay(text);
  if (!day) return base::InvalidArgument(fmt::format("\"{}\" is no date", text));
  return *day;
}

absl::StatusOr<int64_t> ParseTime(std::string_view text) {
  TIEOUT_ASSIGN_OR_RETURN(const base::Day day, ParseDate(text.substr(0, 10)));
  if (!day.is_set()) return base::InvalidArgument("a date is missing");
  int hour = 0;
  int minute = 0;
  int second = 0;
  const std::string clock(text.size() > 10 ? text.substr(10) : "T00:00");
  if (std::sscanf(clock.c_str(), "T%d:%d:%d", &hour, &minute, &second) < 2) {
    return base::InvalidArgument(fmt::format("\"{}\" is no time", text));
  }
  return day.start_us() + (hour * 3600 + minute * 60 + second) * base::kMicrosPerSecond;
}

absl::StatusOr<ledger::AccountRef> ParseAccount(std::string_view text, std::string_view currency) {
  const size_t slash = text.find('/');
  if (slash == std::string_view::npos) {
    return base::InvalidArgument(fmt::format("\"{}\" is no provider/account", text));
  }
  return ledger::AccountRef{text.substr(0, slash), text.substr(slash + 1), currency};
}

}  // namespace tieout::scenarios
