// A scenario's row, cut into words: positional ones, `key=value` ones, "quoted ones".
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/event.h"

namespace tieout::scenarios {

class Words {
 public:
  // What follows a word that begins with '#' is a comment.
  static absl::StatusOr<Words> Of(std::string_view row);

  size_t size() const { return positional_.size(); }
  const std::string& at(size_t i) const;  // empty beyond the last
  // Empty: not given. Whoever asks knows the key; the rest is refused by CheckAllUsed.
  const std::string& option(const std::string& key) const;
  bool has(const std::string& key) const { return options_.count(key) > 0; }
  absl::Status CheckAllUsed() const;

 private:
  std::vector<std::string> positional_;
  std::map<std::string, std::string> options_;
  mutable std::set<std::string> asked_;
};

absl::StatusOr<ledger::Minor> ParseMinor(std::string_view text, std::string_view currency);
// "2026-03-05", "2026-03-05T12:00" or "...:30", UTC.
absl::StatusOr<int64_t> ParseTime(std::string_view text);
absl::StatusOr<base::Day> ParseDate(std::string_view text);  // unset for ""
absl::StatusOr<ledger::AccountRef> ParseAccount(std::string_view text, std::string_view currency);

}  // namespace tieout::scenarios
