#include "engine/cli/show.h"

#include <array>
#include <cstdlib>

#include "absl/strings/match.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "fmt/format.h"

namespace tieout::cli {

Cell MoneyCell(ledger::Minor amount, std::string_view currency) {
  return Cell(ledger::FormatMoney(amount, currency), ledger::FormatAmount(amount, currency),
              amount == 0 ? Style::kDim : Style::kPlain);
}

Cell AmountCell(ledger::Minor amount, std::string_view currency) {
  std::string text = ledger::FormatMoney(amount, currency);
  text = text.substr(0, text.find(' '));
  return Cell(std::move(text), ledger::FormatAmount(amount, currency),
              amount == 0 ? Style::kDim : Style::kPlain);
}

std::string ShortId(std::string_view id) {
  return std::string(id.substr(0, id.starts_with("brk_") ? 12 : 10));
}

bool IsAbbreviation(std::string_view typed, std::string_view id) {
  return typed.size() >= 6 && id.starts_with(typed);
}

std::string AccountName(std::string_view provider, std::string_view merchant_account) {
  if (merchant_account.empty()) return fmt::format("any {} account", provider);
  return fmt::format("{}/{}", provider, merchant_account);
}

std::string EntryId(std::string_view event_id) {
  const std::vector<std::string> parts = absl::StrSplit(std::string(event_id), '/');
  if (parts.size() < 4) return std::string(event_id);
  return absl::StrReplaceAll(parts[2], {{"%2F", "/"}, {"%25", "%"}});
}

base::Day DayOfTick(uint64_t tick) {
  return base::DayOf(static_cast<int64_t>(tick) * ledger::kTickMicros);
}

std::string ShortDay(base::Day day, base::Day now) {
  static constexpr std::array<std::string_view, 12> kMonths = {
      "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  if (!day.is_set()) return "";
  const std::string iso = base::FormatDay(day);
  const int month = std::atoi(iso.substr(5, 2).c_str());
  const int number = std::atoi(iso.substr(8, 2).c_str());
  std::string text = fmt::format("{} {}", number, kMonths[month - 1]);
  if (now.is_set() && iso.substr(0, 4) != base::FormatDay(now).substr(0, 4)) {
    text += " " + iso.substr(0, 4);
  }
  return text;
}

Style StyleOf(ledger::Status status) {
  switch (status) {
    case ledger::Status::kMatched:
    case ledger::Status::kForceMatched:
      return Style::kGood;
    case ledger::Status::kUnmatched:
      return Style::kBad;
    case ledger::Status::kPartiallyMatched:
    case ledger::Status::kProposed:
      return Style::kWarn;
    case ledger::Status::kRevoked:
    case ledger::Status::kWrittenOff:
      return Style::kDim;
    case ledger::Status::kUnspecified:
      break;
  }
  return Style::kPlain;
}

ledger::Minor AtStake(const ledger::Record& record) {
  return record.difference != 0 ? record.difference : record.expected;
}

}  // namespace tieout::cli
