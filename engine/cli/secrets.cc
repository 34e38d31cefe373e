#include "engine/cli/secrets.h"

#include <cstdlib>
#include <optional>
#include <utility>

#include "absl/strings/str_split.h"
#include "engine/base/read_file.h"
#include "engine/base/text.h"
#include "fmt/format.h"

namespace tieout::cli {

absl::StatusOr<std::vector<std::string>> ReadSecrets(const std::string& where,
                                                     const SecretSetting& setting) {
  if (!setting.file.empty() && !setting.environment.empty()) {
    return base::InvalidArgument(where + ": secret_file and secret_env: name one of them");
  }
  std::string text, named;
  if (!setting.file.empty()) {
    named = fmt::format("secret_file {}", base::Quoted(setting.file));
    std::optional<std::string> content = base::ReadFile(setting.file);
    if (!content) {
      return base::InvalidArgument(
          fmt::format("{}: {} can't be opened: check the path and its rights", where, named));
    }
    text = *std::move(content);
  } else {
    named = fmt::format("secret_env {}", base::Quoted(setting.environment));
    const char* const value = std::getenv(setting.environment.c_str());
    if (value == nullptr) {
      return base::InvalidArgument(
          fmt::format("{}: {}: there is no such environment variable", where, named));
    }
    text = value;
  }
  std::vector<std::string> secrets =
      absl::StrSplit(text, absl::ByAnyChar(" \t\r\n"), absl::SkipWhitespace());
  if (secrets.empty()) return base::InvalidArgument(fmt::format("{}: {} is empty", where, named));
  return secrets;
}

}  // namespace tieout::cli
