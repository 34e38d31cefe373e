#include "connectors/sheet/mapping.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "connectors/lex/clock.h"
#include "connectors/lex/toml.h"
#include "connectors/registry.h"
#include "connectors/sheet/sheet.h"
#include "engine/base/text.h"

namespace tieout::connectors::sheet {
namespace {

constexpr std::array<std::string_view, 15> kFields = {
    "date",    "amount", "type", "fee", "currency",   "account",   "id",       "order",
    "payment", "payout", "text", "tip", "tip_on_top", "gift_card", "reference"};

absl::StatusOr<Word> ParseWord(std::string_view where, std::string_view word,
                               std::string_view means) {
  struct Known {
    std::string_view name;
    Becomes becomes;
    std::string_view detail = {};
  };
  static constexpr std::array<Known, 11> kKnown = {{{"sale", Becomes::kSale},
                                                    {"refund", Becomes::kRefund},
                                                    {"chargeback", Becomes::kChargebackOpened},
                                                    {"chargeback_won", Becomes::kChargebackWon},
                                                    {"fee", Becomes::kFee},
                                                    {"adjustment", Becomes::kAdjustment},
                                                    {"reserve", Becomes::kReserve},
                                                    {"payout", Becomes::kPayout},
                                                    {"takings", Becomes::kPayout, Word::kCash},
                                                    {"gift_card", Becomes::kSale, Word::kGiftCard},
                                                    {"nothing", Becomes::kNothing}}};
  std::string_view rest = base::Trim(means);
  const bool turned = rest.starts_with('-');
  if (turned) rest.remove_prefix(1);
  const std::string_view name = rest.substr(0, rest.find(' '));
  const std::string_view detail = base::Trim(rest.substr(name.size()));
  const auto* known = std::find_if(kKnown.begin(), kKnown.end(),
                                   [&](const Known& one) { return one.name == name; });
  const bool has_detail = name == "fee" || name == "adjustment";
  if (known == kKnown.end() || has_detail == detail.empty()) {
    return base::InvalidArgument(fmt::format(
        "{} [types]: {} = {}: must be one of sale, refund, chargeback, chargeback_won, fee TYPE, "
        "adjustment REASON, reserve, payout, takings, gift_card, nothing, with a - before it where "
        "the sheet prints the amount the other way round",
        where, base::Quoted(word), base::Quoted(means)));
  }
  Word meant{known->becomes, std::string(has_detail ? detail : known->detail), turned};
  // A till prints its takings as they are, though they leave its balance.
  if (meant.is_takings()) meant.turned = !turned;
  return meant;
}

// What only tills' sheets have.
absl::Status CheckTill(const Mapping& mapping) {
  const auto refuse = [&](std::string_view why) {
    return base::InvalidArgument(fmt::format("{}: {}", mapping.name, why));
  };
  const auto has_word = [&](const auto& is) {
    return std::any_of(mapping.types.begin(), mapping.types.end(),
                       [&](const auto& type) { return is(type.second); });
  };
  const bool says_payouts = mapping.columns.contains("payout") || has_word([](const Word& word) {
                              return word.becomes == Becomes::kPayout;
                            });
  if (mapping.takings_by_day && says_payouts) {
    return refuse(
        "takings = \"day\" makes the payouts of the days' sums, but [columns] or [types] take some "
        "from the sheet: leave one of both out");
  }
  if (mapping.tips.empty() &&
      (mapping.columns.contains("tip") || mapping.columns.contains("tip_on_top"))) {
    return refuse("tips is missing: whose the tips are that a column tells of (\"staff\")");
  }
  const bool has_gift_cards =
      mapping.columns.contains("gift_card") ||
      has_word([](const Word& word) { return word.is_gift_card() || word.is_gift_card_sold(); });
  if (mapping.columns.contains("gift_card") &&
      has_word([](const Word& word) { return word.is_gift_card(); })) {
    return refuse("gift cards are told by a column or by a word, not by both: leave one out");
  }
  if (mapping.gift_cards.empty() && has_gift_cards) {
    return refuse(
        "gift_cards is missing: who issued them. What is owed for them stands in the account "
        "gift_card/NAME");
  }
  return absl::OkStatus();
}

absl::Status Check(const Mapping& mapping) {
  const auto refuse = [&](std::string_view why) {
    return base::InvalidArgument(fmt::format("{}: {}", mapping.name, why));
  };
  if (mapping.provider.empty())
    return refuse("provider is missing: a name for what keeps the sheet");
  if (!ledger::HoldsBalances(mapping.provider) || Find(mapping.provider) != nullptr) {
    return refuse(fmt::format(
        "provider {}: tieout reads that one's own files; a sheet beside them would count twice",
        base::Quoted(mapping.provider)));
  }
  if (!mapping.columns.contains("date") || !mapping.columns.contains("amount")) {
    return refuse("[columns] needs date and amount: the sheet's own headings");
  }
  if (!mapping.columns.contains("type") && mapping.type.empty()) {
    return refuse("[columns] names no type: say the word of all rows with type = \"…\"");
  }
  if (!mapping.date_order.empty() && !IsDateOrder(mapping.date_order)) {
    return refuse(
        fmt::format("date_order {}: must be ymd, dmy or mdy", base::Quoted(mapping.date_order)));
  }
  return CheckTill(mapping);
}

absl::StatusOr<Mapping> ReadMapping(std::string_view name, const toml::table& table) {
  Mapping mapping;
  mapping.name = name;
  TIEOUT_ASSIGN_OR_RETURN(TomlTexts keys, TomlTexts::Of(name, table));
  mapping.provider = keys.Take("provider");
  mapping.account = keys.Take("account");
  mapping.currency = keys.Take("currency");
  mapping.type = keys.Take("type");
  mapping.date_order = keys.Take("date_order");
  mapping.tips = keys.Take("tips");
  mapping.gift_cards = keys.Take("gift_cards");
  const std::string takings = keys.Take("takings");
  mapping.takings_by_day = takings == "day";
  if (!takings.empty() && !mapping.takings_by_day) {
    return base::InvalidArgument(
        fmt::format("{}: takings {}: must be \"day\"", name, base::Quoted(takings)));
  }
  TIEOUT_ASSIGN_OR_RETURN(mapping.delimiter, keys.TakeCharacter("delimiter", ','));
  TIEOUT_ASSIGN_OR_RETURN(mapping.number.decimal, keys.TakeCharacter("decimal", '.'));
  TIEOUT_ASSIGN_OR_RETURN(mapping.number.group, keys.TakeCharacter("group", '\0'));
  TIEOUT_RETURN_IF_ERROR(keys.NothingLeft(
      "provider, account, currency, type, delimiter, decimal, group, date_order, takings, tips, "
      "gift_cards, [columns], [types]"));
  TIEOUT_ASSIGN_OR_RETURN(TomlTexts columns, TomlTexts::Below(name, table, "columns"));
  for (const std::string_view field : kFields) {
    if (std::string heading = columns.Take(field); !heading.empty()) {
      mapping.columns[std::string(field)] = std::move(heading);
    }
  }
  TIEOUT_RETURN_IF_ERROR(columns.NothingLeft(fmt::format("{}", fmt::join(kFields, ", "))));
  TIEOUT_ASSIGN_OR_RETURN(const TomlTexts types, TomlTexts::Below(name, table, "types"));
  for (const auto& [word, means] : types.left()) {
    TIEOUT_ASSIGN_OR_RETURN(mapping.types[NormalWord(word)], ParseWord(name, word, means));
  }
  TIEOUT_RETURN_IF_ERROR(Check(mapping));
  return mapping;
}

absl::StatusOr<std::string> ReadText(const std::string& path) {
  return ReadTomlText(path, fmt::format("{}: a mapping larger than 1 MiB", path));
}

}  // namespace

absl::StatusOr<Mapping> ParseMapping(std::string_view name, std::string_view text) {
  TIEOUT_ASSIGN_OR_RETURN(const toml::table table, ParseToml(name, text));
  return ReadMapping(name, table);
}

absl::StatusOr<Mapping> LoadMapping(const std::string& path) {
  TIEOUT_ASSIGN_OR_RETURN(const std::string text, ReadText(path));
  return ParseMapping(path, text);
}

}  // namespace tieout::connectors::sheet

namespace tieout::connectors {

bool IsSheetMapping(const std::string& path) {
  const auto text = sheet::ReadText(path);
  if (!text.ok()) return false;
  const auto table = ParseToml(path, *text);
  return table.ok() && table->contains("provider");  // whoever reads it says what is wrong
}

}  // namespace tieout::connectors
