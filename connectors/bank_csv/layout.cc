#include "connectors/bank_csv/layout.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

#include "connectors/lex/csv.h"
#include "engine/base/text.h"

namespace tieout::connectors::bank_csv {
namespace {

constexpr size_t kHeaderWithin = 50;

// A number counts from 1; a name is sought as it is.
int FindColumn(const Columns& columns, const std::string& wanted) {
  if (!wanted.empty() && wanted.find_first_not_of("0123456789") == std::string::npos &&
      wanted.size() < 4) {
    const int number = std::stoi(wanted);
    return number >= 1 && static_cast<size_t>(number) <= columns.size() ? number - 1 : -1;
  }
  return columns.Find(wanted);
}

int FindField(const Columns& columns, const Profile& profile, std::string_view field) {
  const auto names = profile.columns.find(field);
  if (names == profile.columns.end()) return -1;
  for (const std::string& name : names->second) {
    if (const int column = FindColumn(columns, name); column >= 0) return column;
  }
  return -1;
}

std::vector<int> FindAllFields(const Columns& columns, const Profile& profile,
                               std::string_view field) {
  std::vector<int> found;
  const auto names = profile.columns.find(field);
  if (names == profile.columns.end()) return found;
  for (const std::string& name : names->second) {
    const int column = FindColumn(columns, name);
    if (column >= 0 && std::find(found.begin(), found.end(), column) == found.end()) {
      found.push_back(column);
    }
  }
  return found;
}

// What the file's columns allow, where the profile leaves it open.
std::optional<Sign> SignOf(const Layout& l, Sign wanted) {
  const bool amount = l.amount >= 0;
  const bool both = l.debit >= 0 && l.credit >= 0;
  const bool flag = amount && l.flag >= 0;
  switch (wanted) {
    case Sign::kAuto:
      if (flag) return Sign::kFlag;
      if (amount) return Sign::kSigned;
      if (both) return Sign::kDebitCredit;
      return std::nullopt;
    case Sign::kSigned:
    case Sign::kInverse:
      return amount ? std::optional(wanted) : std::nullopt;
    case Sign::kDebitCredit:
      return both ? std::optional(wanted) : std::nullopt;
    case Sign::kFlag:
      return flag ? std::optional(wanted) : std::nullopt;
  }
  return std::nullopt;
}

std::optional<Layout> Bind(std::span<const std::string_view> cells, const Profile& profile) {
  Layout l;
  l.columns = Columns(cells);
  const auto find = [&](std::string_view field) { return FindField(l.columns, profile, field); };
  l.date = find("date");
  l.value_date = find("value_date");
  l.amount = find("amount");
  l.debit = find("debit");
  l.credit = find("credit");
  l.flag = find("flag");
  l.currency = find("currency");
  l.account = find("account");
  l.balance = find("balance");
  l.id = find("id");
  l.end_to_end = find("end_to_end");
  l.counterparty = find("counterparty");
  l.counterparty_account = find("counterparty_account");
  l.status = find("status");
  l.text = FindAllFields(l.columns, profile, "text");
  l.reference = FindAllFields(l.columns, profile, "reference");
  const auto sign = SignOf(l, profile.sign);
  if (l.date < 0 || !sign.has_value()) return std::nullopt;
  l.sign = *sign;
  return l;
}

std::optional<Layout> TryDelimiter(std::string_view head, const Profile& profile, char delimiter) {
  MemoryInput in(head);
  CsvReader reader(in,
                   {.delimiter = delimiter, .quote = profile.quote, .encoding = profile.encoding});
  CsvRow row;
  for (size_t i = 0; i < kHeaderWithin; ++i) {
    const auto more = reader.Next(&row);
    if (!more.ok() || !*more) return std::nullopt;
    if (!row.problem.empty()) continue;
    if (!profile.header) {
      if (i < profile.skip) continue;
      // Columns are numbers: the first row of data names none, it only tells how many there are.
      std::vector<std::string> numbers;
      for (size_t n = 1; n <= row.fields.size(); ++n)
        numbers.push_back(fmt::format("column {}", n));
      const std::vector<std::string_view> names(numbers.begin(), numbers.end());
      auto layout = Bind(names, profile);
      if (layout.has_value()) {
        layout->delimiter = delimiter;
        layout->rows_before = profile.skip;
      }
      return layout;
    }
    auto layout = Bind(row.fields, profile);
    if (!layout.has_value()) continue;
    layout->delimiter = delimiter;
    layout->rows_before = i + 1;
    return layout;
  }
  return std::nullopt;
}

}  // namespace

absl::StatusOr<Layout> FindLayout(std::string_view file_name, std::string_view head,
                                  const Profile& profile) {
  std::optional<Layout> best;
  for (const char delimiter : {';', ',', '\t', '|'}) {
    if (profile.delimiter != 0 && delimiter != profile.delimiter) continue;
    auto layout = TryDelimiter(head, profile, delimiter);
    if (layout.has_value() &&
        (!best.has_value() || layout->columns.size() > best->columns.size())) {
      best = std::move(layout);
    }
  }
  if (profile.delimiter != 0 && !best.has_value()) {
    best = TryDelimiter(head, profile, profile.delimiter);
  }
  if (best.has_value()) return *best;
  const std::string_view first = head.substr(0, head.find_first_of("\r\n"));
  const auto names = [&](std::string_view field) {
    const auto found = profile.columns.find(field);
    return fmt::format("{}", fmt::join(found->second, " | "));
  };
  return base::InvalidArgument(fmt::format(
      "{}: profile {} finds no header in the first {} rows{}. It needs a date column ({}) and an "
      "amount ({}) or debit and credit. The file begins with {}. Say how it is built in a profile "
      "of your own (--profile FILE)",
      file_name, profile.name, kHeaderWithin,
      profile.delimiter == 0 ? ""
                             : fmt::format(" with columns separated by '{}'", profile.delimiter),
      names("date"), names("amount"), base::Quoted(first)));
}

}  // namespace tieout::connectors::bank_csv
