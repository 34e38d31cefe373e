// Profiles of banks whose exports can be told by their columns, so that nobody has to name them.
// Columns as the banks' own exports print them, seen in published importers and their test files.
#pragma once

#include <span>
#include <string_view>

namespace tieout::connectors::bank_csv {

struct BankProfile {
  std::string_view name;  // for --profile
  std::string_view toml;  // with `known_by`
};

std::span<const BankProfile> BankProfiles();

}  // namespace tieout::connectors::bank_csv
