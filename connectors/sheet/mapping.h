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
//   takings = "day"                # a till: what each day brought is to be banked in cash
//   tips = "staff"                 # whose the tips are, where there are any
//   gift_cards = "riverside"       # who issued the gift cards, where there are any
//
//   [columns]                      # the sheet's own headings; date and amount must be there
//   date = "Day"
//   amount = "Total"
//   type = "What"                  fee, currency, account, id, order, payment, payout, text,
//   tip = "Tip"                    # of the amount; tip_on_top: beside it
//   gift_card = "Vouchers"         # paid by gift card, beside the amount
//   reference = "Bag"              # the number on the paying-in slip or bag
//
//   [types]                        # the sheet's words -> what they are
//   "Cash sale" = "sale"
//   "Refund" = "-refund"           # -: printed the other way round, so its sign is turned
//   "Banked" = "-payout"
//   "Z report" = "takings"         # a day's cash that is to be banked, as the till prints it
//   "Gift card" = "gift_card"      # paid by one: its issuer owes it
//   "Card sold" = "adjustment gift_card_sold"  # no sale: the issuer's account owes it
//   "Card" = "nothing"             # its processor reports it
//   "Terminal" = "-fee processing"
//   "Parcel lost" = "adjustment lost_parcel"
//   "Opened" = "nothing"           # moves no money
//
// They are: sale, refund, chargeback, chargeback_won, fee TYPE, adjustment REASON, reserve, payout,
// takings, gift_card, nothing.
//
// A market day's sheet of a row each day, with a column for each way to pay:
//
//   provider = "till"
//   account = "stall-7"
//   currency = "EUR"
//   type = "Cash"
//   takings = "day"
//   gift_cards = "riverside"
//   columns = { date = "Market day", amount = "Cash", gift_card = "Gift cards", reference = "Bag" }
//   types = { Cash = "sale" }
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
  bool is_takings() const { return becomes == Becomes::kPayout && detail == kCash; }
  bool is_gift_card() const { return becomes == Becomes::kSale && detail == kGiftCard; }
  bool is_gift_card_sold() const {
    return becomes == Becomes::kAdjustment && detail == "gift_card_sold";
  }
  static constexpr std::string_view kCash = "cash", kGiftCard = "gift_card";
};

struct Mapping {
  std::string name;  // of the file, for messages
  std::string provider, account, currency, type, date_order;
  bool takings_by_day = false;
  std::string tips, gift_cards;  // whose they are
  char delimiter = ',';
  ledger::NumberFormat number;
  std::map<std::string, std::string, std::less<>> columns;  // field -> heading
  std::map<std::string, Word, std::less<>> types;           // by NormalWord
};

// Errors (kInvalidArgument) name file, key, value and what may stand there.
absl::StatusOr<Mapping> ParseMapping(std::string_view name, std::string_view toml);
absl::StatusOr<Mapping> LoadMapping(const std::string& path);

}  // namespace tieout::connectors::sheet
