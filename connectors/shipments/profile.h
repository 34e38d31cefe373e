// How a list of parcels names its columns and states. As TOML, all of it optional:
//
//   account = "pirate-ship"        # else --account
//   currency = "USD"               # of the costs, where no column tells it; else --currency
//   delimiter = ";"                # one character or "tab"; , where it isn't said
//   decimal = ","                  # . where it isn't said
//   group = "."                    # thousands separator; none where it isn't said
//   date_order = "mdy"             # ymd, dmy, mdy; where it isn't said, only dates that are clear
//
//   [columns]                      # the list's own headings, where they aren't known anyway
//   tracking = "Sendungsnummer"    id, order, payment, carrier, service, ship_date, status,
//   cost = "Porto"                 status_date, currency, country, region, claim, refund,
//                                  replaced_by
//   [statuses]                     # the list's words -> label, in_transit, delivered, delayed,
//   "Zugestellt" = "delivered"     #   lost, damaged, returned, voided
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "connectors/lex/columns.h"
#include "engine/base/status.h"
#include "engine/ledger/event.h"

namespace tieout::connectors::shipments {

struct Profile {
  std::string name;  // for messages
  std::string account, currency, date_order;
  char delimiter = '\0';  // 0: the one that the heading has most of
  ledger::NumberFormat number;
  std::map<std::string, std::string, std::less<>> columns;                // field -> heading
  std::map<std::string, ledger::Shipment::Status, std::less<>> statuses;  // by NormalWord
};

// Errors (kInvalidArgument) name file, key, value and what may stand there.
absl::StatusOr<Profile> ParseProfile(std::string_view name, std::string_view toml);
// "" is the headings and words that are known; "ymd", "dmy" and "mdy" say their dates' order too.
absl::StatusOr<Profile> LoadProfile(const std::string& path_or_order);

// The column of a field: by the profile, else by the headings known; -1: there is none.
int FindColumn(const Profile& profile, const Columns& columns, std::string_view field);
// kUnspecified: nobody knows the word.
ledger::Shipment::Status FindStatus(const Profile& profile, std::string_view word);

}  // namespace tieout::connectors::shipments
