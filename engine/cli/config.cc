#include "engine/cli/config.h"

#include <fnmatch.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/base/read_file.h"
#include "engine/base/text.h"
#include "engine/cli/config_value.h"
#include "engine/cli/suggest.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

using Path = std::vector<std::string>;

// Does `path` fit a pattern like "accounts.*.seller"? Collects what stood for each '*', and for a
// last '…', which takes dotted names whole, as librdkafka's are.
bool Fits(std::string_view pattern, const Path& path, std::vector<std::string>* names) {
  const Path parts = absl::StrSplit(std::string(pattern), '.');
  names->clear();
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i >= path.size()) return false;
    if (parts[i] == "…") {
      names->push_back(absl::StrJoin(path.begin() + i, path.end(), "."));
      return true;
    }
    if (parts[i] == "*") {
      names->push_back(path[i]);
    } else if (parts[i] != path[i]) {
      return false;
    }
  }
  return parts.size() == path.size();
}

// Known keys at this place, with '*' filled in as the file has it: what a slip may have meant.
std::vector<std::string> Likely(const Path& path) {
  std::vector<std::string> likely;
  for (const KeyText& known : ConfigKeys()) {
    Path parts = absl::StrSplit(std::string(known.key), '.');
    for (size_t i = 0; i < parts.size() && i < path.size(); ++i) {
      if (parts[i] == "*") parts[i] = path[i];
    }
    likely.push_back(absl::StrJoin(parts, "."));
  }
  return likely;
}

class Walker {
 public:
  Walker(const std::string& file, Config* config) : file_(file), config_(config) {}

  absl::Status Table(const toml::table& table, const Path& path) {
    for (const auto& [name, node] : table) {
      Path inner = path;
      inner.emplace_back(name.str());
      TIEOUT_RETURN_IF_ERROR(Node(node, inner));
    }
    return absl::OkStatus();
  }

 private:
  std::string Where(const toml::node& node) const {
    return fmt::format("{}:{}", file_, node.source().begin.line);
  }

  absl::Status Node(const toml::node& node, const Path& path) {
    const ConfigKey* key = nullptr;
    std::vector<std::string> names;
    for (const ConfigKey& candidate : ConfigKeyTable()) {
      if (!Fits(candidate.text.key, path, &names)) continue;
      key = &candidate;
      break;
    }
    if (key != nullptr && !node.is_table()) {
      return key->set(ConfigValue{node, absl::StrJoin(path, "."), Where(node), names}, *config_);
    }
    if (const toml::table* table = node.as_table()) return Table(*table, path);
    if (path.size() == 1 && node.is_array_of_tables()) return Elements(*node.as_array(), path);
    return base::InvalidArgument(
        fmt::format("{}: unknown key '{}'{}; `tieout help config` lists them all", Where(node),
                    absl::StrJoin(path, "."), DidYouMean(absl::StrJoin(path, "."), Likely(path))));
  }

  // [[rules]], [[calendars]] and [[sources]].
  absl::Status Elements(const toml::array& list, const Path& path) {
    for (const toml::node& element : list) {
      if (path[0] == "rules") {
        config_->rules.emplace_back().where = Where(element);
      } else if (path[0] == "calendars") {
        config_->calendars.emplace_back().where = Where(element);
      } else if (path[0] == "sources") {
        config_->sources.emplace_back().where = Where(element);
      }
      TIEOUT_RETURN_IF_ERROR(Table(*element.as_table(), path));
    }
    return absl::OkStatus();
  }

  const std::string& file_;
  Config* config_;
};

absl::Status CheckWhole(const Config& config, const std::string& file) {
  for (const AccountSetting& account : config.accounts) {
    if (!account.seller.empty()) continue;
    return base::InvalidArgument(
        fmt::format("{}: [accounts.\"{}/{}\"] has no seller: add seller = \"whose account it is\"",
                    file, account.provider, account.merchant_account));
  }
  for (const SourceSetting& source : config.sources) {
    if (!source.files.empty()) continue;
    return base::InvalidArgument(fmt::format(
        "{}: [[sources]] without files: add files = \"which it speaks of, like acme/*.csv\"",
        source.where));
  }
  return absl::OkStatus();
}

// Profiles and secrets are named from the file that names them, so that a configuration can be
// moved.
void ResolvePaths(const std::filesystem::path& folder, Config* config) {
  for (SourceSetting& source : config->sources) {
    std::error_code error;
    const std::filesystem::path beside = folder / source.profile;
    if (!source.profile.empty() && std::filesystem::is_regular_file(beside, error)) {
      source.profile = beside.string();
    }
  }
  for (PullSetting& pull : config->pulls) {
    for (std::string* file : {&pull.secret.file, &pull.refresh_token.file}) {
      if (!file->empty()) *file = (folder / *file).string();
    }
  }
}

// So are a webhook's secrets and keys.
void ResolveWebhooks(const std::filesystem::path& folder, Config* config) {
  for (WebhookSetting& webhook : config->webhooks) {
    if (!webhook.secret.file.empty()) webhook.secret.file = (folder / webhook.secret.file).string();
    if (!webhook.keys.empty()) webhook.keys = (folder / webhook.keys).string();
  }
}

// "file:/etc/tieout/password" -> the file's content without its last line end. Passwords don't
// belong into a configuration that is shown around.
absl::Status ReadKafkaSecrets(const std::string& config_file, Config* config) {
  for (auto& [name, value] : config->engine.kafka) {
    if (!value.starts_with("file:")) continue;
    const std::string path = value.substr(5);
    std::optional<std::string> content = base::ReadFile(path);
    if (!content) {
      return base::InvalidArgument(
          fmt::format("{}: kafka.{}: {} can't be opened: check the path and its rights",
                      config_file, name, base::Quoted(path)));
    }
    value = *std::move(content);
    while (value.ends_with('\n') || value.ends_with('\r')) value.pop_back();
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Config> ParseConfig(std::string_view toml, const std::string& file_name) {
  Config config;
  try {
    const toml::table table = toml::parse(toml, file_name);
    TIEOUT_RETURN_IF_ERROR(Walker(file_name, &config).Table(table, {}));
  } catch (const toml::parse_error& error) {
    return base::InvalidArgument(fmt::format("{}:{}:{}: {}", file_name, error.source().begin.line,
                                             error.source().begin.column, error.description()));
  }
  TIEOUT_RETURN_IF_ERROR(CheckWhole(config, file_name));
  TIEOUT_RETURN_IF_ERROR(RuleEvents(config).status());
  return config;
}

absl::StatusOr<Config> LoadConfig(const std::string& path) {
  const std::string file = path.empty() ? "tieout.toml" : path;
  std::error_code error;
  if (path.empty() && !std::filesystem::exists(file, error)) return Config{};
  std::ifstream in(file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(in)), std::istreambuf_iterator<char>());
  if (!in.good() && !in.eof()) {
    return base::InvalidArgument(
        fmt::format("{}: can't be read: check the path and its rights", file));
  }
  if (!in.is_open()) {
    return base::InvalidArgument(fmt::format("{}: can't be opened: check --config", file));
  }
  TIEOUT_ASSIGN_OR_RETURN(Config config, ParseConfig(text, file));
  ResolvePaths(std::filesystem::path(file).parent_path(), &config);
  ResolveWebhooks(std::filesystem::path(file).parent_path(), &config);
  TIEOUT_RETURN_IF_ERROR(ReadKafkaSecrets(file, &config));
  return config;
}

const SourceSetting* SourceOf(const Config& config, const std::string& path) {
  const Path parts = absl::StrSplit(std::filesystem::path(path).lexically_normal().string(), '/');
  for (const SourceSetting& source : config.sources) {
    const size_t depth = 1 + std::count(source.files.begin(), source.files.end(), '/');
    if (depth > parts.size()) continue;
    const std::string tail = absl::StrJoin(parts.end() - depth, parts.end(), "/");
    if (fnmatch(source.files.c_str(), tail.c_str(), FNM_PATHNAME) == 0) return &source;
  }
  return nullptr;
}

std::vector<KeyText> ConfigKeys() {
  std::vector<KeyText> keys;
  for (const ConfigKey& key : ConfigKeyTable()) keys.push_back(key.text);
  return keys;
}

}  // namespace tieout::cli
