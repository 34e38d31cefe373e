// What a sheet's columns and words mean. As TOML, all values texts:
//
//   provider = "till"              # with account, names the settlement account: till/stall-7
//   account = "stall-7"            # where no column tells it; else --account
//   currency = "EUR"               # likewise; else --currency
//   type = "Sale"                  # the word of all rows, where no column tells it
//   delimiter = ";"                # one character or "tab"; , where it isn't said
//   decimal = ","                  # . where it isn't said
//   group = "."                    # thousands separator; none where it isn't said
//   date_order = "dmy"             # ymd, dmy, mdy; where it isn't said, ISO dates
//
//   [columns]                      # the sheet's own headings; date and amount must be there
//   date = "Day"
//   amount = "Total"
//   type = "What"                  fee, currency, account, id, order, payment, payout, text
//
//   [types]                        # the sheet's words -> what they are
//   "Cash sale" = "sale"
//   "Refund" = "-refund"           # -: printed the other way round, so its sign is turned
//   "Banked" = "-payout"
//   "Terminal" = "-fee processing"
//   "Parcel lost" = "adjustment lost_parcel"
//   "Opened" = "nothing"           # moves no money
//
// They are: sale, refund, chargeback, chargeback_won, fee TYPE, adjustment REASON, reserve, payout,
// nothing.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "connectors/movement.h"
#include "engine/base/status.h"

namespace tieout::connectors::sheet {

struct Word {
  Becomes becomes = Becomes::kAdjustment;
  std::string detail = "unclassified";
  bool turned = false;
};

struct Mapping {
  std::string name;  // of the file, for messages
  std::string provider, account, currency, type, date_order;
  char delimiter = ',';
  ledger::NumberFormat number;
  std::map<std::string, std::string, std::less<>> columns;  // field -> heading
  std::map<std::string, Word, std::less<>> types;           // by NormalWord
};

// Errors (kInvalidArgument) name file, key, value and what may stand there.
absl::StatusOr<Mapping> ParseMapping(std::string_view name, std::string_view toml);
absl::StatusOr<Mapping> LoadMapping(const std::string& path);

}  // namespace tieout::connectors::sheet
