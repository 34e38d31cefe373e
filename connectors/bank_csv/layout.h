// Where a profile's fields stand in one file.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "connectors/bank_csv/profile.h"
#include "connectors/lex/columns.h"

namespace tieout::connectors::bank_csv {

struct Layout {
  char delimiter = ',';
  size_t rows_before = 0;  // before the first row of data, with the header
  Columns columns;
  int date = -1, value_date = -1, amount = -1, debit = -1, credit = -1, flag = -1, currency = -1;
  int account = -1, balance = -1, id = -1, end_to_end = -1, counterparty = -1;
  int counterparty_account = -1, status = -1;
  std::vector<int> text, reference;
  Sign sign = Sign::kSigned;
};

// Binds the profile to the beginning of a file: finds the delimiter and, within the first fifty
// rows, the header. kInvalidArgument: this is no such file; the message names the columns sought.
absl::StatusOr<Layout> FindLayout(std::string_view file_name, std::string_view head,
                                  const Profile& profile);

}  // namespace tieout::connectors::bank_csv
