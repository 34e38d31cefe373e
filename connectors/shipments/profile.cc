#include "connectors/shipments/profile.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "connectors/lex/clock.h"
#include "connectors/lex/toml.h"
#include "connectors/movement.h"
#include "engine/base/text.h"

namespace tieout::connectors::shipments {
namespace {

using Status = ledger::Shipment::Status;

struct Field {
  std::string_view name;
  std::array<std::string_view, 8> headings;  // that are known, lower case
};
constexpr std::array kFields = {
    Field{"tracking",
          {"tracking number", "tracking #", "tracking no", "tracking no.", "tracking code",
           "trackingnumber", "tracking", "tracking id"}},
    Field{"id", {"shipment id", "shipment number", "label id", "shipmentid"}},
    Field{"order",
          {"order id", "order number", "order #", "order no", "order no.", "ordernumber",
           "order reference", "orderid"}},
    Field{"payment", {"payment id"}},
    Field{"carrier",
          {"carrier", "shipping carrier", "courier", "tracking carrier", "shipping provider"}},
    Field{"service",
          {"service", "service level", "shipping service", "carrier service", "mail class"}},
    Field{"ship_date",
          {"ship date", "shipped date", "date shipped", "shipdate", "label create date",
           "created date", "label date", "date created"}},
    Field{"status",
          {"tracking status", "shipment status", "delivery status", "status", "label status"}},
    Field{"status_date",
          {"status date", "tracking date", "tracking status date", "status updated", "last update",
           "delivery date"}},
    Field{"cost",
          {"label cost", "shipping cost", "shippingcost", "cost", "postage", "label price",
           "carrier fee", "merchant shipping cost"}},
    Field{"currency", {"currency", "cost currency"}},
    Field{"country",
          {"country", "ship to country", "destination country", "country code", "ship country",
           "recipient country"}},
    Field{"region",
          {"region", "state", "ship to state", "province", "state/province", "recipient state"}},
    Field{"claim", {"claim id", "claim number", "claim #", "claim"}},
    Field{"refund", {"refund id"}},
    Field{"replaced_by", {"replacement tracking number", "replaced by", "replacement tracking"}},
};

constexpr std::array kWords = {
    std::pair{std::string_view("label"), Status::kLabelled},
    std::pair{std::string_view("label created"), Status::kLabelled},
    std::pair{std::string_view("label printed"), Status::kLabelled},
    std::pair{std::string_view("label purchased"), Status::kLabelled},
    std::pair{std::string_view("created"), Status::kLabelled},
    std::pair{std::string_view("purchased"), Status::kLabelled},
    std::pair{std::string_view("pre transit"), Status::kLabelled},
    std::pair{std::string_view("information received"), Status::kLabelled},
    std::pair{std::string_view("inforeceived"), Status::kLabelled},
    std::pair{std::string_view("pending"), Status::kLabelled},
    std::pair{std::string_view("unknown"), Status::kLabelled},  // no scan yet
    std::pair{std::string_view("in transit"), Status::kInTransit},
    std::pair{std::string_view("intransit"), Status::kInTransit},
    std::pair{std::string_view("transit"), Status::kInTransit},
    std::pair{std::string_view("shipped"), Status::kInTransit},
    std::pair{std::string_view("accepted"), Status::kInTransit},
    std::pair{std::string_view("out for delivery"), Status::kInTransit},
    std::pair{std::string_view("outfordelivery"), Status::kInTransit},
    std::pair{std::string_view("available for pickup"), Status::kInTransit},
    std::pair{std::string_view("delivered"), Status::kDelivered},
    std::pair{std::string_view("delayed"), Status::kDelayed},
    std::pair{std::string_view("exception"), Status::kDelayed},
    std::pair{std::string_view("failure"), Status::kDelayed},
    std::pair{std::string_view("failed attempt"), Status::kDelayed},
    std::pair{std::string_view("attemptfail"), Status::kDelayed},
    std::pair{std::string_view("lost"), Status::kLost},
    std::pair{std::string_view("missing"), Status::kLost},
    std::pair{std::string_view("damaged"), Status::kDamaged},
    std::pair{std::string_view("returned"), Status::kReturned},
    std::pair{std::string_view("return to sender"), Status::kReturned},
    std::pair{std::string_view("returned to sender"), Status::kReturned},
    std::pair{std::string_view("voided"), Status::kVoided},
    std::pair{std::string_view("cancelled"), Status::kVoided},
    std::pair{std::string_view("canceled"), Status::kVoided},
};

// The states a word of a list may mean; what was done about one stands in columns of its own.
constexpr std::array kMeanings = {Status::kLabelled, Status::kInTransit, Status::kDelivered,
                                  Status::kDelayed,  Status::kLost,      Status::kDamaged,
                                  Status::kReturned, Status::kVoided};

absl::StatusOr<Status> MeaningOf(std::string_view where, std::string_view word,
                                 std::string_view means) {
  std::vector<std::string_view> known;
  for (const Status status : kMeanings) {
    known.push_back(ledger::StatusName(status));
    if (known.back() == means) return status;
  }
  return base::InvalidArgument(fmt::format("{} [statuses]: {} = {}: must be one of {}", where,
                                           base::Quoted(word), base::Quoted(means),
                                           fmt::join(known, ", ")));
}

}  // namespace

absl::StatusOr<Profile> ParseProfile(std::string_view name, std::string_view toml) {
  TIEOUT_ASSIGN_OR_RETURN(const toml::table table, ParseToml(name, toml));
  Profile profile;
  profile.name = name;
  TIEOUT_ASSIGN_OR_RETURN(TomlTexts keys, TomlTexts::Of(name, table));
  profile.account = keys.Take("account");
  profile.currency = keys.Take("currency");
  profile.date_order = keys.Take("date_order");
  TIEOUT_ASSIGN_OR_RETURN(profile.delimiter, keys.TakeCharacter("delimiter", '\0'));
  TIEOUT_ASSIGN_OR_RETURN(profile.number.decimal, keys.TakeCharacter("decimal", '.'));
  TIEOUT_ASSIGN_OR_RETURN(profile.number.group, keys.TakeCharacter("group", '\0'));
  TIEOUT_RETURN_IF_ERROR(keys.NothingLeft(
      "account, currency, delimiter, decimal, group, date_order, [columns], [statuses]"));
  if (!profile.date_order.empty() && !IsDateOrder(profile.date_order)) {
    return base::InvalidArgument(fmt::format("{}: date_order {}: must be ymd, dmy or mdy", name,
                                             base::Quoted(profile.date_order)));
  }
  TIEOUT_ASSIGN_OR_RETURN(TomlTexts columns, TomlTexts::Below(name, table, "columns"));
  std::vector<std::string_view> fields;
  for (const Field& field : kFields) {
    fields.push_back(field.name);
    if (std::string heading = columns.Take(field.name); !heading.empty()) {
      profile.columns[std::string(field.name)] = std::move(heading);
    }
  }
  TIEOUT_RETURN_IF_ERROR(columns.NothingLeft(fmt::format("{}", fmt::join(fields, ", "))));
  TIEOUT_ASSIGN_OR_RETURN(const TomlTexts statuses, TomlTexts::Below(name, table, "statuses"));
  for (const auto& [word, means] : statuses.left()) {
    TIEOUT_ASSIGN_OR_RETURN(profile.statuses[NormalWord(word)], MeaningOf(name, word, means));
  }
  return profile;
}

absl::StatusOr<Profile> LoadProfile(const std::string& path_or_order) {
  if (path_or_order.empty() || IsDateOrder(path_or_order)) {
    Profile known;
    known.name = "the headings known";
    known.date_order = path_or_order;
    return known;
  }
  TIEOUT_ASSIGN_OR_RETURN(
      const std::string text,
      ReadTomlText(path_or_order, fmt::format("{}: a profile larger than 1 MiB", path_or_order)));
  return ParseProfile(path_or_order, text);
}

int FindColumn(const Profile& profile, const Columns& columns, std::string_view field) {
  if (const auto own = profile.columns.find(field); own != profile.columns.end()) {
    return columns.Find(own->second);
  }
  const auto* known = std::find_if(kFields.begin(), kFields.end(),
                                   [&](const Field& one) { return one.name == field; });
  for (const std::string_view heading : known->headings) {
    if (heading.empty()) break;
    if (const int column = columns.Find(heading); column >= 0) return column;
  }
  return -1;
}

Status FindStatus(const Profile& profile, std::string_view word) {
  const std::string normal = NormalWord(word);
  if (const auto own = profile.statuses.find(normal); own != profile.statuses.end()) {
    return own->second;
  }
  const auto* known = std::find_if(kWords.begin(), kWords.end(),
                                   [&](const auto& one) { return one.first == normal; });
  return known == kWords.end() ? Status::kUnspecified : known->second;
}

}  // namespace tieout::connectors::shipments
