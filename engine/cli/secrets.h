// Secrets of tieout.toml: never in it, but named there by `secret_file` or `secret_env`.
#pragma once

#include <string>
#include <vector>

#include "engine/base/status.h"

namespace tieout::cli {

// Where a secret is found; at most one is set.
struct SecretSetting {
  std::string file;         // secret_file: a path, from tieout.toml's folder
  std::string environment;  // secret_env: a variable's name
  bool is_set() const { return !file.empty() || !environment.empty(); }
};

// Each line (of a variable: each word) is a secret; where several are valid at once, while one is
// replaced, all of them are used. Never empty. kInvalidArgument: `where` ("[webhooks.stripe]"), the
// setting, and what is wrong; never the secret.
absl::StatusOr<std::vector<std::string>> ReadSecrets(const std::string& where,
                                                     const SecretSetting& setting);

}  // namespace tieout::cli
