#include "connectors/sheet/mapping.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <optional>
#include <vector>

#include "connectors/lex/toml.h"
#include "connectors/registry.h"
#include "connectors/sheet/sheet.h"
#include "engine/base/text.h"

namespace tieout::connectors::sheet {
namespace {

constexpr std::array<std::string_view, 11> kFields = {"date",     "amount",  "type", "fee",
                                                      "currency", "account", "id",   "order",
                                                      "payment",  "payout",  "text"};

using Texts = std::map<std::string, std::string, std::less<>>;

// A table's values, each a text; `where` is for messages.
absl::StatusOr<Texts> TextsOf(std::string_view where, const toml::table& table) {
  Texts texts;
  for (const auto& [key, node] : table) {
    if (node.is_table()) continue;  // [columns], [types]
    if (!node.is_string()) {
      return base::InvalidArgument(fmt::format("{}:{}: {} must be a text", where,
                                               node.source().begin.line, std::string(key.str())));
    }
    texts[std::string(key.str())] = *node.value<std::string>();
  }
  return texts;
}

// Takes the value of a key that may stand there; what is left at the end may not.
std::string Take(Texts* texts, std::string_view key) {
  const auto found = texts->find(key);
  if (found == texts->end()) return "";
  std::string value = std::move(found->second);
  texts->erase(found);
  return value;
}

absl::Status NothingLeft(std::string_view where, const Texts& texts, std::string_view known) {
  if (texts.empty()) return absl::OkStatus();
  return base::InvalidArgument(
      fmt::format("{}: {} isn't a key; there are: {}", where, texts.begin()->first, known));
}

absl::StatusOr<char> Character(std::string_view where, std::string_view key, Texts* texts,
                               char standard) {
  const std::string text = Take(texts, key);
  if (text == "tab") return '\t';
  if (text.size() > 1) {
    return base::InvalidArgument(
        fmt::format("{}: {} {}: must be one character", where, key, base::Quoted(text)));
  }
  return text.empty() ? standard : text.front();
}

absl::StatusOr<Word> ParseWord(std::string_view where, std::string_view word,
                               std::string_view means) {
  struct Known {
    std::string_view name;
    Becomes becomes;
  };
  static constexpr std::array<Known, 9> kKnown = {{{"sale", Becomes::kSale},
                                                   {"refund", Becomes::kRefund},
                                                   {"chargeback", Becomes::kChargebackOpened},
                                                   {"chargeback_won", Becomes::kChargebackWon},
                                                   {"fee", Becomes::kFee},
                                                   {"adjustment", Becomes::kAdjustment},
                                                   {"reserve", Becomes::kReserve},
                                                   {"payout", Becomes::kPayout},
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
        "adjustment REASON, reserve, payout, nothing, with a - before it where the sheet prints "
        "the amount the other way round",
        where, base::Quoted(word), base::Quoted(means)));
  }
  return Word{known->becomes, std::string(detail), turned};
}

absl::Status Check(const Mapping& mapping) {
  const auto refuse = [&](std::string_view why) {
    return base::InvalidArgument(fmt::format("{}: {}", mapping.name, why));
  };
  if (mapping.provider.empty())
    return refuse("provider is missing: a name for what keeps the sheet");
  if (mapping.provider == ledger::kBankProvider || Find(mapping.provider) != nullptr) {
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
  if (!mapping.date_order.empty() && mapping.date_order != "ymd" && mapping.date_order != "dmy" &&
      mapping.date_order != "mdy") {
    return refuse(
        fmt::format("date_order {}: must be ymd, dmy or mdy", base::Quoted(mapping.date_order)));
  }
  return absl::OkStatus();
}

absl::StatusOr<Mapping> ReadMapping(std::string_view name, const toml::table& table) {
  Mapping mapping;
  mapping.name = name;
  TIEOUT_ASSIGN_OR_RETURN(Texts keys, TextsOf(name, table));
  mapping.provider = Take(&keys, "provider");
  mapping.account = Take(&keys, "account");
  mapping.currency = Take(&keys, "currency");
  mapping.type = Take(&keys, "type");
  mapping.date_order = Take(&keys, "date_order");
  TIEOUT_ASSIGN_OR_RETURN(mapping.delimiter, Character(name, "delimiter", &keys, ','));
  TIEOUT_ASSIGN_OR_RETURN(mapping.number.decimal, Character(name, "decimal", &keys, '.'));
  TIEOUT_ASSIGN_OR_RETURN(mapping.number.group, Character(name, "group", &keys, '\0'));
  TIEOUT_RETURN_IF_ERROR(NothingLeft(
      name, keys,
      "provider, account, currency, type, delimiter, decimal, group, date_order, [columns], "
      "[types]"));
  const toml::table none;
  const auto table_of = [&](std::string_view key) -> const toml::table& {
    const toml::table* found = table[key].as_table();
    return found == nullptr ? none : *found;
  };
  TIEOUT_ASSIGN_OR_RETURN(Texts columns, TextsOf(name, table_of("columns")));
  for (const std::string_view field : kFields) {
    if (std::string heading = Take(&columns, field); !heading.empty()) {
      mapping.columns[std::string(field)] = std::move(heading);
    }
  }
  TIEOUT_RETURN_IF_ERROR(NothingLeft(fmt::format("{} [columns]", name), columns,
                                     fmt::format("{}", fmt::join(kFields, ", "))));
  TIEOUT_ASSIGN_OR_RETURN(const Texts types, TextsOf(name, table_of("types")));
  for (const auto& [word, means] : types) {
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
