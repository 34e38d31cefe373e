// tieout.toml: everything that isn't a flag. The table of keys in config_keys.cc is the
// documentation (`tieout help config` prints it); a key that isn't there is refused, with the
// nearest that is.
//
// Errors: kInvalidArgument, naming file, line, key, value and the way out.
#pragma once

#include <deque>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/status.h"
#include "engine/cli/secrets.h"
#include "engine/intake/options.h"
#include "engine/ledger/event.h"
#include "engine/runtime/options.h"

namespace tieout::cli {

// [accounts."stripe/acct_1ABC"]: whose an account is, and where it pays to.
struct AccountSetting {
  std::string provider, merchant_account;
  std::string seller;
  std::string currency;   // empty: any
  std::string pays_into;  // the bank account's IBAN or number
  std::string time_zone;
  bool shared = false;
  std::vector<std::string> also;  // what sources call it besides
};

// [[rules]]: texts as written; RuleEvents() makes events of them.
struct RuleSetting {
  std::string where;  // "tieout.toml:12"
  std::string id, provider, account, currency;
  bool has_bank_match = false, has_fee_schedule = false, has_expense = false;
  std::string tolerance, tolerance_percent;
  uint32_t window_before_days = 0, window_after_days = 0;
  uint32_t lag_banking_days = 0, grace_banking_days = 0;
  uint64_t chance_bound = 100;
  std::string calendar;
  std::string fee_type, percent, fixed, minimum, maximum, rounding;
  uint32_t fee_grace_days = 0;
  std::string expense_text, expense_category, expense_maximum;
  bool withdrawn = false;
};

// [[calendars]]: bank holidays.
struct CalendarSetting {
  std::string where;
  std::string id;
  std::vector<std::string> holidays;
  std::vector<uint32_t> weekend = {6, 7};
};

// [[sources]]: what files can't say of themselves. The first whose `files` fits a path holds.
struct SourceSetting {
  std::string where;
  std::string files;  // shell pattern, compared with as many of the path's last parts as it has
  std::string connector, account, currency, time_zone, profile, seller;
};

// [webhooks.stripe], or [webhooks."stripe/north"] where there are several accounts of one: what
// comes by POST /webhooks/<name>.
struct WebhookSetting {
  std::string where;
  std::string name;
  std::string account;
  SecretSetting secret;
  std::string url, webhook_id, keys;
};

// [pulls."stripe/acct_1ABC"]: how an account is fetched from its provider (engine/pull).
struct PullSetting {
  std::string provider, merchant_account;
  SecretSetting secret, refresh_token;
  std::string client_id, base_url, token_url, since;
  uint64_t first_report = 0;  // 0: none said
  uint64_t per_second = 0;    // 0: the provider's own
};

struct Config {
  runtime::EngineOptions engine;
  std::string listen = "127.0.0.1:9464";
  intake::Options webhook_options;
  std::deque<WebhookSetting> webhooks;
  std::deque<AccountSetting> accounts;
  std::deque<RuleSetting> rules;
  std::deque<CalendarSetting> calendars;
  std::deque<SourceSetting> sources;
  std::deque<PullSetting> pulls;
};

// nullptr: no [[sources]] speaks of this file.
const SourceSetting* SourceOf(const Config& config, const std::string& path);

// `path` empty: ./tieout.toml where there is one, else the defaults.
absl::StatusOr<Config> LoadConfig(const std::string& path);
absl::StatusOr<Config> ParseConfig(std::string_view toml, const std::string& file_name);

// The rules and calendars of a configuration as events of version 0 and without event ids; their
// views point into `config`, which must stay. rule.cc gives them their version.
absl::StatusOr<std::vector<ledger::Event>> RuleEvents(const Config& config);

struct KeyText {
  std::string_view key;       // "log.fsync"; '*': a name of your own; '…': several
  std::string_view type;      // "text", "number", "size", "duration", "yes/no", "list"
  std::string_view standard;  // the default; empty: none
  std::string_view meaning;
};
std::vector<KeyText> ConfigKeys();

}  // namespace tieout::cli
