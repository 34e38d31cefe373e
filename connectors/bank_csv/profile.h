// How one bank writes its CSV. As TOML:
//
//   encoding = "auto"          # utf-8, windows-1252, utf-16le, utf-16be; auto: UTF-8, else 1252
//   delimiter = "auto"         # or one character; "tab"
//   quote = "\""               # "" : quotes are ordinary characters
//   header = true              # false: columns are numbers, from 1
//   skip = 0                   # rows before the first row of data, where header = false
//   ignore = ["Endsaldo"]      # rows whose first cell begins so say nothing about money
//   date_order = "auto"        # ymd, dmy, mdy; auto: ISO dates, others only where they can't be
//   two decimal = "auto"           # "." or "," group = ""                 # thousands separator,
//   where decimal is given sign = "auto"              # signed, inverse, debit_credit, flag
//   flag_credit = ["C", "CR"]  # what the flag column says of money that came in
//   flag_debit = ["D", "DR"]
//   pending = ["Pending"]      # what the status column says of rows that aren't booked yet
//   known_by = ["A", "B"]      # built-in ones: columns that together only this bank prints
//   several_accounts = false   # true: the account column may name more than one
//   currency = "EUR"           # where no column tells it
//   account = "DE02..."        # likewise
//
//   [columns]                  # a name, a number, or several of them
//   date = "Booking Date"      # the first one that is there counts; text and reference take all
//   value_date = ...           amount, debit, credit, flag, currency, account, balance, id,
//   text = ["Purpose", "Type"] reference, end_to_end, counterparty, counterparty_account,
//                              status
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/lex/encoding.h"
#include "engine/base/status.h"

namespace tieout::connectors::bank_csv {

enum class Sign : uint8_t { kAuto, kSigned, kInverse, kDebitCredit, kFlag };

struct Profile {
  std::string name;
  Encoding encoding = Encoding::kUtf8OrLatin;
  char delimiter = 0;  // 0: whichever of ; , tab | finds the header
  char quote = '"';
  bool header = true;
  size_t skip = 0;
  std::vector<std::string> ignore;
  std::string date_order;  // empty: auto
  char decimal = 0;        // 0: auto
  char group = 0;
  Sign sign = Sign::kAuto;
  std::vector<std::string> flag_credit, flag_debit, pending, known_by;
  bool several_accounts = false;
  std::string currency, account;
  // Field -> the names (or numbers) it may have.
  std::map<std::string, std::vector<std::string>, std::less<>> columns;
};

// From TOML. Errors name the profile, the key and what may stand there; unknown keys are refused.
absl::StatusOr<Profile> ParseProfile(std::string_view name, std::string_view toml);

// The built-in profile whose columns stand in the beginning of a file, else `generic`.
absl::StatusOr<Profile> ProfileFor(std::string_view head);

// A built-in profile by name, else a file.
absl::StatusOr<Profile> LoadProfile(const std::string& name_or_path);

}  // namespace tieout::connectors::bank_csv
