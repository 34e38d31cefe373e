// One value of tieout.toml on its way into Config: what it is, where it stands, and readings of it
// that name key, value and the way out when they fail.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/cli/config.h"
#include "toml++/toml.h"

namespace tieout::cli {

struct ConfigValue {
  const toml::node& node;
  std::string key;                 // "accounts.stripe/acct_1.seller", as in the file
  std::string where;               // "tieout.toml:12"
  std::vector<std::string> names;  // what stood for each '*'

  absl::StatusOr<std::string> Text() const;
  absl::StatusOr<uint64_t> Number(uint64_t maximum) const;
  absl::StatusOr<bool> YesNo() const;
  absl::StatusOr<uint64_t> Bytes() const;                          // 512, "64MiB", "1GB"
  absl::StatusOr<std::chrono::milliseconds> Milliseconds() const;  // "5ms", "10s", "2m"
  absl::StatusOr<std::vector<std::string>> Texts() const;          // dates too
  // Text of any scalar: for properties that are handed on (librdkafka's).
  absl::StatusOr<std::string> AnyScalar() const;
  absl::Status Wrong(std::string_view expected) const;
};

struct ConfigKey {
  KeyText text;
  absl::Status (*set)(const ConfigValue& value, Config& config);
};
// In the order of the documentation.
const std::vector<ConfigKey>& ConfigKeyTable();

}  // namespace tieout::cli
