// Every key of tieout.toml: what it means, what it is without, and where it goes.
#include <deque>
#include <limits>

#include "engine/base/day.h"
#include "engine/cli/config_value.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

constexpr uint64_t kMaxU32 = std::numeric_limits<uint32_t>::max();

template <typename T>
absl::Status Store(absl::StatusOr<T> value, T* field) {
  TIEOUT_RETURN_IF_ERROR(value.status());
  *field = std::move(*value);
  return absl::OkStatus();
}

absl::Status StoreU32(const ConfigValue& value, uint32_t* field) {
  TIEOUT_ASSIGN_OR_RETURN(const uint64_t number, value.Number(kMaxU32));
  *field = static_cast<uint32_t>(number);
  return absl::OkStatus();
}

absl::Status StoreAmount(const ConfigValue& value, std::string* field) {
  if (value.node.is_floating_point()) {
    return value.Wrong("an amount in quotes, like \"0.25\" (a bare 0.25 would lose cents)");
  }
  return Store(value.AnyScalar(), field);
}

// The entry of "accounts.<provider>/<merchant account>.…" or "pulls.…", made when first named.
template <typename Setting>
absl::StatusOr<Setting*> OfAccount(const ConfigValue& value, std::deque<Setting>& settings) {
  const std::string& name = value.names[0];
  const size_t slash = name.find('/');
  if (slash == std::string::npos || slash == 0 || slash + 1 == name.size()) {
    return base::InvalidArgument(
        fmt::format("{}: account '{}': it is \"provider/account\", like \"stripe/acct_1ABC\" or "
                    "\"bank/DE89…\"",
                    value.where, name));
  }
  const std::string provider = name.substr(0, slash);
  const std::string merchant_account = name.substr(slash + 1);
  for (Setting& setting : settings) {
    if (setting.provider == provider && setting.merchant_account == merchant_account) {
      return &setting;
    }
  }
  Setting& setting = settings.emplace_back();
  setting.provider = provider;
  setting.merchant_account = merchant_account;
  return &setting;
}

template <std::string AccountSetting::*kField>
absl::Status SetAccountText(const ConfigValue& value, Config& config) {
  TIEOUT_ASSIGN_OR_RETURN(AccountSetting * account, OfAccount(value, config.accounts));
  return Store(value.Text(), &(account->*kField));
}

// The endpoint of "webhooks.<name>.…", made when first named.
WebhookSetting& WebhookOf(const ConfigValue& value, Config& config) {
  for (WebhookSetting& webhook : config.webhooks) {
    if (webhook.name == value.names[0]) return webhook;
  }
  WebhookSetting& webhook = config.webhooks.emplace_back();
  webhook.name = value.names[0];
  webhook.where = value.where;
  return webhook;
}

template <std::string WebhookSetting::*kField>
absl::Status SetWebhookText(const ConfigValue& value, Config& config) {
  return Store(value.Text(), &(WebhookOf(value, config).*kField));
}

template <std::string SecretSetting::*kField>
absl::Status SetWebhookSecret(const ConfigValue& value, Config& config) {
  return Store(value.Text(), &(WebhookOf(value, config).secret.*kField));
}

template <std::string PullSetting::*kField>
absl::Status SetPullText(const ConfigValue& value, Config& config) {
  TIEOUT_ASSIGN_OR_RETURN(PullSetting * pull, OfAccount(value, config.pulls));
  return Store(value.Text(), &(pull->*kField));
}

template <SecretSetting PullSetting::*kSecret, std::string SecretSetting::*kField>
absl::Status SetPullSecret(const ConfigValue& value, Config& config) {
  TIEOUT_ASSIGN_OR_RETURN(PullSetting * pull, OfAccount(value, config.pulls));
  return Store(value.Text(), &(pull->*kSecret.*kField));
}

template <std::string RuleSetting::*kField>
absl::Status SetRuleText(const ConfigValue& value, Config& config) {
  return Store(value.Text(), &(config.rules.back().*kField));
}

template <std::string SourceSetting::*kField>
absl::Status SetSourceText(const ConfigValue& value, Config& config) {
  return Store(value.Text(), &(config.sources.back().*kField));
}

template <bool RuleSetting::*kPart, std::string RuleSetting::*kField>
absl::Status SetRulePartAmount(const ConfigValue& value, Config& config) {
  config.rules.back().*kPart = true;
  return StoreAmount(value, &(config.rules.back().*kField));
}

template <bool RuleSetting::*kPart, std::string RuleSetting::*kField>
absl::Status SetRulePartText(const ConfigValue& value, Config& config) {
  config.rules.back().*kPart = true;
  return Store(value.Text(), &(config.rules.back().*kField));
}

template <bool RuleSetting::*kPart, uint32_t RuleSetting::*kField>
absl::Status SetRulePartNumber(const ConfigValue& value, Config& config) {
  config.rules.back().*kPart = true;
  return StoreU32(value, &(config.rules.back().*kField));
}

constexpr auto kBank = &RuleSetting::has_bank_match;
constexpr auto kFee = &RuleSetting::has_fee_schedule;
constexpr auto kExpense = &RuleSetting::has_expense;

std::vector<ConfigKey> MakeTable() {
  using V = const ConfigValue&;
  return {
      {{"data", "text", "./tieout-data", "directory of log, store and source files (--data)"},
       [](V v, Config& c) { return Store(v.Text(), &c.engine.data_dir); }},
      {{"brokers", "text", "",
        "Kafka's host:port list; without it the log is in `data` (--brokers)"},
       [](V v, Config& c) { return Store(v.Text(), &c.engine.brokers); }},
      {{"topic_prefix", "text", "tieout-", "what the Kafka topics' names begin with"},
       [](V v, Config& c) { return Store(v.Text(), &c.engine.topic_prefix); }},
      {{"slot", "number", "0", "which worker this process is, from 0; one process a slot"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(const uint64_t slot, v.Number(4095));
         c.engine.slot = static_cast<int>(slot);
         return absl::OkStatus();
       }},
      {{"kafka.…", "any", "",
        "any librdkafka property: security.protocol, sasl.username, …; a secret is better read "
        "from a file: \"sasl.password\" = \"file:/etc/tieout/password\""},
       [](V v, Config& c) { return Store(v.AnyScalar(), &c.engine.kafka[v.names[0]]); }},

      {{"log.partitions", "number", "8", "of a log that is begun now; a log keeps its number"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(const uint64_t partitions, v.Number(4096));
         if (partitions == 0) return v.Wrong("a whole number from 1 to 4096");
         c.engine.partitions = static_cast<int>(partitions);
         return absl::OkStatus();
       }},
      {{"log.fsync", "text", "each",
        "when an append is on disk: \"each\", at most some time later (\"100ms\"), or \"never\""},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(c.engine.fsync, v.Text());
         if (c.engine.fsync == "each" || c.engine.fsync == "never") return absl::OkStatus();
         if (v.Milliseconds().ok()) return absl::OkStatus();
         return v.Wrong("\"each\", \"never\" or a duration like \"100ms\"");
       }},

      {{"store.in_memory", "yes/no", "false",
        "keep the state in memory only; fold anew at each start"},
       [](V v, Config& c) { return Store(v.YesNo(), &c.engine.memory_store); }},
      {{"store.pages", "size", "512MiB", "memory for state pages, clean and changed"},
       [](V v, Config& c) { return Store(v.Bytes(), &c.engine.memory.pages_bytes); }},
      {{"store.dirty", "size", "128MiB", "of these changed; beyond it a checkpoint comes sooner"},
       [](V v, Config& c) { return Store(v.Bytes(), &c.engine.memory.dirty_bytes); }},
      {{"store.block_cache", "size", "64MiB", "RocksDB's block cache, all partitions together"},
       [](V v, Config& c) { return Store(v.Bytes(), &c.engine.memory.block_cache_bytes); }},
      {{"store.batch", "size", "8MiB", "output kept until its commit is known"},
       [](V v, Config& c) { return Store(v.Bytes(), &c.engine.memory.batch_bytes); }},
      {{"store.checkpoint_events", "number", "1000000",
        "events of a partition between checkpoints"},
       [](V v, Config& c) { return Store(v.Number(1ull << 40), &c.engine.checkpoint.events); }},
      {{"store.checkpoint_interval", "duration", "10s", "time between checkpoints"},
       [](V v, Config& c) { return Store(v.Milliseconds(), &c.engine.checkpoint.interval); }},

      {{"commit.caught_up", "duration", "5ms", "time between commits when nothing waits"},
       [](V v, Config& c) { return Store(v.Milliseconds(), &c.engine.commit.caught_up); }},
      {{"commit.backlog", "duration", "100ms", "time between commits at most, with a backlog"},
       [](V v, Config& c) { return Store(v.Milliseconds(), &c.engine.commit.backlog); }},
      {{"commit.attempts", "number", "20", "tries at one batch that the log keeps aborting"},
       [](V v, Config& c) { return StoreU32(v, &c.engine.commit.attempts); }},

      {{"serve.listen", "text", "127.0.0.1:9464", "address and port of HTTP (loopback by default)"},
       [](V v, Config& c) { return Store(v.Text(), &c.listen); }},

      {{"webhooks.listen", "text", "127.0.0.1:9465",
        "address and port where webhooks come in, plain HTTP: a proxy in front speaks TLS"},
       [](V v, Config& c) { return Store(v.Text(), &c.webhook_options.listen); }},
      {{"webhooks.max_body", "size", "1MiB", "a longer webhook is refused (413)"},
       [](V v, Config& c) { return Store(v.Bytes(), &c.webhook_options.max_body_bytes); }},
      {{"webhooks.*.account", "text", "",
        "whose webhooks come to /webhooks/*; '*' is stripe, shopify, square, paypal, adyen or "
        "ebay, with a name of your own behind a slash where there are several: \"stripe/north\""},
       SetWebhookText<&WebhookSetting::account>},
      {{"webhooks.*.secret_file", "text", "",
        "file with the secret they are signed with, from this file; of eBay the verification "
        "token. Two lines are two secrets, both valid: while one is replaced"},
       SetWebhookSecret<&SecretSetting::file>},
      {{"webhooks.*.secret_env", "text", "", "or the environment variable with it"},
       SetWebhookSecret<&SecretSetting::environment>},
      {{"webhooks.*.url", "text", "", "Square, eBay: the URL as registered there, byte for byte"},
       SetWebhookText<&WebhookSetting::url>},
      {{"webhooks.*.webhook_id", "text", "", "PayPal: the webhook's id"},
       SetWebhookText<&WebhookSetting::webhook_id>},
      {{"webhooks.*.keys", "text", "",
        "PayPal, eBay: folder of certificates or public keys, from this file; what is missing is "
        "named when it is needed"},
       SetWebhookText<&WebhookSetting::keys>},

      {{"accounts.*.seller", "text", "", "owner of account \"provider/account\""},
       SetAccountText<&AccountSetting::seller>},
      {{"accounts.*.currency", "text", "", "the account's currency; empty: any"},
       SetAccountText<&AccountSetting::currency>},
      {{"accounts.*.pays_into", "text", "", "bank account (IBAN or number) its payouts go to"},
       SetAccountText<&AccountSetting::pays_into>},
      {{"accounts.*.time_zone", "text", "", "IANA time zone of the owner's day"},
       SetAccountText<&AccountSetting::time_zone>},
      {{"accounts.*.also", "list", "",
        "what sources call it besides: [\"532013000\"] of a bank account whose IBAN is its name"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(AccountSetting * account, OfAccount(v, c.accounts));
         return Store(v.Texts(), &account->also);
       }},
      {{"accounts.*.shared", "yes/no", "false",
        "many sellers' money: the marketplace is merchant of record"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(AccountSetting * account, OfAccount(v, c.accounts));
         return Store(v.YesNo(), &account->shared);
       }},
      {{"accounts.*", "text", "", "short for accounts.*.seller"},
       SetAccountText<&AccountSetting::seller>},

      {{"sources.files", "text", "",
        "files this speaks of, as a path's end: \"acme/payouts-*.csv\""},
       SetSourceText<&SourceSetting::files>},
      {{"sources.connector", "text", "", "how to read them; empty: told from their content"},
       SetSourceText<&SourceSetting::connector>},
      {{"sources.account", "text", "", "the account, where the file doesn't name its own"},
       SetSourceText<&SourceSetting::account>},
      {{"sources.currency", "text", "", "the currency, where the file prints none"},
       SetSourceText<&SourceSetting::currency>},
      {{"sources.time_zone", "text", "UTC", "IANA zone of times without an offset"},
       SetSourceText<&SourceSetting::time_zone>},
      {{"sources.profile", "text", "",
        "bank CSV: mapping profile, a path from this file, or a built-in's name"},
       SetSourceText<&SourceSetting::profile>},
      {{"sources.seller", "text", "",
        "owner of accounts that neither the log nor [accounts] knows"},
       SetSourceText<&SourceSetting::seller>},

      {{"pulls.*.secret_file", "text", "",
        "what `tieout pull` proves itself with, in a file: API key, access token or client secret"},
       SetPullSecret<&PullSetting::secret, &SecretSetting::file>},
      {{"pulls.*.secret_env", "text", "", "the same in an environment variable, by its name"},
       SetPullSecret<&PullSetting::secret, &SecretSetting::environment>},
      {{"pulls.*.client_id", "text", "", "the application's id, where the provider uses OAuth"},
       SetPullText<&PullSetting::client_id>},
      {{"pulls.*.refresh_token_file", "text", "",
        "OAuth refresh token; a new one that the provider gives replaces it there"},
       SetPullSecret<&PullSetting::refresh_token, &SecretSetting::file>},
      {{"pulls.*.refresh_token_env", "text", "",
        "the same in an environment variable, by its name"},
       SetPullSecret<&PullSetting::refresh_token, &SecretSetting::environment>},
      {{"pulls.*.since", "text", "", "the first day to pull, \"2026-01-01\" (--since)"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(PullSetting * pull, OfAccount(v, c.pulls));
         TIEOUT_RETURN_IF_ERROR(Store(v.AnyScalar(), &pull->since));
         if (base::ParseDay(pull->since).has_value()) return absl::OkStatus();
         return v.Wrong("a day like \"2026-01-01\"");
       }},
      {{"pulls.*.first_report", "number", "",
        "Adyen: the settlement batch to begin with; later the one after the last in the log"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(PullSetting * pull, OfAccount(v, c.pulls));
         return Store(v.Number(1ull << 40), &pull->first_report);
       }},
      {{"pulls.*.base_url", "text", "", "another address of the provider's API, a sandbox's"},
       SetPullText<&PullSetting::base_url>},
      {{"pulls.*.token_url", "text", "", "another address of its OAuth tokens"},
       SetPullText<&PullSetting::token_url>},
      {{"pulls.*.requests_per_second", "number", "", "at most; else what the provider allows"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(PullSetting * pull, OfAccount(v, c.pulls));
         return Store(v.Number(10'000), &pull->per_second);
       }},

      {{"rules.id", "text", "", "the rule's name; a change of its content is its next version"},
       SetRuleText<&RuleSetting::id>},
      {{"rules.provider", "text", "", "which accounts it speaks of; empty: all"},
       SetRuleText<&RuleSetting::provider>},
      {{"rules.account", "text", "", "the provider's name of the account; empty: all"},
       SetRuleText<&RuleSetting::account>},
      {{"rules.currency", "text", "", "ISO 4217; needed where the rule holds amounts"},
       SetRuleText<&RuleSetting::currency>},
      {{"rules.withdrawn", "yes/no", "false", "no longer in force, from now on"},
       [](V v, Config& c) { return Store(v.YesNo(), &c.rules.back().withdrawn); }},
      {{"rules.bank_match.tolerance", "amount", "0", "difference accepted on a cited reference"},
       SetRulePartAmount<kBank, &RuleSetting::tolerance>},
      {{"rules.bank_match.tolerance_percent", "amount", "0",
        "the same in percent; the smaller of both holds"},
       SetRulePartAmount<kBank, &RuleSetting::tolerance_percent>},
      {{"rules.bank_match.window_before_days", "number", "0",
        "value date before the payout date, at most"},
       SetRulePartNumber<kBank, &RuleSetting::window_before_days>},
      {{"rules.bank_match.window_after_days", "number", "0",
        "value date after the payout date, at most"},
       SetRulePartNumber<kBank, &RuleSetting::window_after_days>},
      {{"rules.bank_match.lag_banking_days", "number", "0",
        "from payout date to due day, where no arrival date is given; source_rhythm: from one "
        "report's last day to the next one's, 0: none is expected"},
       SetRulePartNumber<kBank, &RuleSetting::lag_banking_days>},
      {{"rules.bank_match.grace_banking_days", "number", "0",
        "after the due day, before it is a break"},
       SetRulePartNumber<kBank, &RuleSetting::grace_banking_days>},
      {{"rules.bank_match.chance_bound", "number", "100",
        "how sure a match without reference must be"},
       [](V v, Config& c) {
         c.rules.back().has_bank_match = true;
         return Store(v.Number(1ull << 40), &c.rules.back().chance_bound);
       }},
      {{"rules.bank_match.calendar", "text", "", "id of the bank calendar that grace counts in"},
       SetRulePartText<kBank, &RuleSetting::calendar>},
      {{"rules.fee_schedule.fee_type", "text", "", "which fee it prices: processing, platform, …"},
       SetRulePartText<kFee, &RuleSetting::fee_type>},
      {{"rules.fee_schedule.percent", "amount", "0",
        "of gross, like \"1.5\"; two decimals at most"},
       SetRulePartAmount<kFee, &RuleSetting::percent>},
      {{"rules.fee_schedule.fixed", "amount", "0", "added to it, like \"0.25\""},
       SetRulePartAmount<kFee, &RuleSetting::fixed>},
      {{"rules.fee_schedule.minimum", "amount", "0", "of the whole fee"},
       SetRulePartAmount<kFee, &RuleSetting::minimum>},
      {{"rules.fee_schedule.maximum", "amount", "0", "of the whole fee; 0: none"},
       SetRulePartAmount<kFee, &RuleSetting::maximum>},
      {{"rules.fee_schedule.rounding", "text", "half_up", "half_up, half_even or down"},
       SetRulePartText<kFee, &RuleSetting::rounding>},
      {{"rules.fee_schedule.grace_days", "number", "0", "before a fee that stays away is a break"},
       SetRulePartNumber<kFee, &RuleSetting::fee_grace_days>},
      {{"rules.expense.text", "text", "",
        "withdrawals whose payee or text holds these words are an expense, and not unexpected"},
       SetRulePartText<kExpense, &RuleSetting::expense_text>},
      {{"rules.expense.category", "text", "",
        "of what: materials, packaging, subscriptions, advertising, …"},
       SetRulePartText<kExpense, &RuleSetting::expense_category>},
      {{"rules.expense.maximum", "amount", "0",
        "of one withdrawal, like \"250.00\"; a larger one is for a person; 0: none"},
       SetRulePartAmount<kExpense, &RuleSetting::expense_maximum>},

      {{"calendars.id", "text", "", "a bank calendar's name"},
       [](V v, Config& c) { return Store(v.Text(), &c.calendars.back().id); }},
      {{"calendars.holidays", "list", "", "days without banking, like [2026-04-03, 2026-04-06]"},
       [](V v, Config& c) { return Store(v.Texts(), &c.calendars.back().holidays); }},
      {{"calendars.weekend", "list", "[6, 7]", "ISO weekdays without banking, 1 = Monday"},
       [](V v, Config& c) -> absl::Status {
         TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> days, v.Texts());
         c.calendars.back().weekend.clear();
         for (const std::string& day : days) {
           if (day.size() != 1 || day[0] < '1' || day[0] > '7') {
             return v.Wrong("a list of ISO weekdays, 1 = Monday to 7 = Sunday");
           }
           c.calendars.back().weekend.push_back(static_cast<uint32_t>(day[0] - '0'));
         }
         return absl::OkStatus();
       }},
  };
}

}  // namespace

const std::vector<ConfigKey>& ConfigKeyTable() {
  static const auto* const kTable = new std::vector<ConfigKey>(MakeTable());
  return *kTable;
}

}  // namespace tieout::cli
