#include "engine/cli/config.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

using ::testing::HasSubstr;

// What the file is refused with.
std::string Refusal(std::string_view toml) {
  const absl::StatusOr<Config> config = ParseConfig(toml, "tieout.toml");
  EXPECT_FALSE(config.ok()) << toml;
  return base::Message(config.status());
}

Config Parsed(std::string_view toml) {
  absl::StatusOr<Config> config = ParseConfig(toml, "tieout.toml");
  EXPECT_TRUE(config.ok()) << config.status();
  return config.ok() ? *std::move(config) : Config{};
}

TEST(ConfigTest, ReadsEachKind) {
  const Config config = Parsed(R"(
data = "/var/lib/tieout"
[log]
partitions = 4
fsync = "100ms"
[store]
pages = "1GiB"
checkpoint_interval = "2m"
[kafka]
security.protocol = "SASL_SSL"
"sasl.username" = "me"
[accounts]
"stripe/acct_1" = "s1"
[accounts."bank/DE89"]
seller = "s1"
[[sources]]
files = "acme/*.csv"
account = "acct_1"
)");
  EXPECT_EQ(config.engine.data_dir, "/var/lib/tieout");
  EXPECT_EQ(config.engine.partitions, 4);
  EXPECT_EQ(config.engine.fsync, "100ms");
  EXPECT_EQ(config.engine.memory.pages_bytes, 1ull << 30);
  EXPECT_EQ(config.engine.checkpoint.interval, std::chrono::minutes(2));
  EXPECT_EQ(config.engine.kafka.at("security.protocol"), "SASL_SSL");
  EXPECT_EQ(config.engine.kafka.at("sasl.username"), "me");
  ASSERT_EQ(config.accounts.size(), 2u);
  EXPECT_EQ(config.accounts[0].provider, "bank");
  EXPECT_EQ(config.accounts[1].merchant_account, "acct_1");
  EXPECT_EQ(config.accounts[1].seller, "s1");
  ASSERT_NE(SourceOf(config, "/in/acme/march.csv"), nullptr);
  EXPECT_EQ(SourceOf(config, "/in/acme/march.csv")->account, "acct_1");
  EXPECT_EQ(SourceOf(config, "/in/other/march.csv"), nullptr);
}

TEST(ConfigTest, ReadsWebhooksOfOneAndOfSeveralAccounts) {
  const Config config = Parsed(R"(
[webhooks]
listen = "0.0.0.0:8080"
max_body = "256KiB"
[webhooks.square]
account = "M1"
secret_env = "SQUARE_KEY"
url = "https://hooks.example.com/webhooks/square"
[webhooks."stripe/north"]
account = "acct_1"
secret_file = "north.secret"
)");
  EXPECT_EQ(config.webhook_options.listen, "0.0.0.0:8080");
  EXPECT_EQ(config.webhook_options.max_body_bytes, 256u << 10);
  ASSERT_EQ(config.webhooks.size(), 2u);
  EXPECT_EQ(config.webhooks[0].name, "square");
  EXPECT_EQ(config.webhooks[0].account, "M1");
  EXPECT_EQ(config.webhooks[0].secret.environment, "SQUARE_KEY");
  EXPECT_EQ(config.webhooks[0].url, "https://hooks.example.com/webhooks/square");
  EXPECT_EQ(config.webhooks[1].name, "stripe/north");
  EXPECT_EQ(config.webhooks[1].secret.file, "north.secret");
  EXPECT_THAT(Refusal("[webhooks.stripe]\nsecretfile = \"a\"\n"),
              HasSubstr("did you mean 'webhooks.stripe.secret_file'?"));
}

TEST(ConfigTest, RefusesUnknownKeysWithTheNearest) {
  EXPECT_EQ(Refusal("[log]\nfsinc = \"each\""),
            "tieout.toml:2: unknown key 'log.fsinc' (did you mean 'log.fsync'?); `tieout help "
            "config` lists them all");
  EXPECT_THAT(Refusal("[accounts.\"stripe/a\"]\nselller = \"x\""),
              HasSubstr("did you mean 'accounts.stripe/a.seller'?"));
  EXPECT_THAT(Refusal("[[rules]]\nid = \"a\"\nfee_schedul = {fee_type = \"x\"}"),
              HasSubstr("unknown key 'rules.fee_schedul"));
  EXPECT_EQ(Refusal("zzz = 1").find("did you mean"), std::string::npos);
}

TEST(ConfigTest, NamesLineKeyValueAndTheWayOut) {
  EXPECT_EQ(
      Refusal("[store]\n\npages = \"12 bananas\""),
      "tieout.toml:3: store.pages = \"12 bananas\": it is a size like \"512MiB\", or a number "
      "of bytes");
  EXPECT_EQ(Refusal("[log]\npartitions = 0"),
            "tieout.toml:2: log.partitions = \"0\": it is a whole number from 1 to 4096");
  EXPECT_THAT(Refusal("[accounts.\"stripe/a\"]\ncurrency = \"EUR\""), HasSubstr("has no seller"));
  EXPECT_THAT(Refusal("[accounts.stripe]\nseller = \"x\""), HasSubstr("\"provider/account\""));
  EXPECT_THAT(Refusal("data = "), HasSubstr("tieout.toml:1:"));
}

TEST(ConfigTest, MakesFeeSchedulesInMinorUnits) {
  const Config config = Parsed(R"(
[[rules]]
id = "cards"
provider = "stripe"
currency = "EUR"
fee_schedule = { fee_type = "processing", percent = "1.5", fixed = "0.25", maximum = "12" }
)");
  const absl::StatusOr<std::vector<ledger::Event>> events = RuleEvents(config);
  ASSERT_TRUE(events.ok()) << events.status();
  const auto& rule = std::get<ledger::Rule>((*events)[0].body);
  EXPECT_EQ(rule.fee_schedule->percent_bp, 150u);
  EXPECT_EQ(rule.fee_schedule->fixed, 25);
  EXPECT_EQ(rule.fee_schedule->maximum, 1200);
  EXPECT_EQ(rule.scope.currency, "EUR");
}

TEST(ConfigTest, MakesExpenseRules) {
  const Config config = Parsed(
      "[[rules]]\nid = \"ads\"\nprovider = \"bank\"\ncurrency = \"JPY\"\n"
      "expense = { text = \"Google Ads\", category = \"advertising\", maximum = \"5000\" }\n");
  const absl::StatusOr<std::vector<ledger::Event>> events = RuleEvents(config);
  ASSERT_TRUE(events.ok()) << events.status();
  const auto& rule = std::get<ledger::Rule>((*events)[0].body);
  EXPECT_EQ(rule.expense->text, "Google Ads");
  EXPECT_EQ(rule.expense->category, "advertising");
  EXPECT_EQ(rule.expense->maximum, 5000);
}

TEST(ConfigTest, RefusesExpenseRulesThatWouldNeverOrAlwaysSpeak) {
  const auto refused = [](const std::string& keys) {
    return Refusal("[[rules]]\nid = \"a\"\n" + keys);
  };
  EXPECT_THAT(refused("expense = { category = \"ads\" }"),
              HasSubstr("expense.text = \"\": say the words by which your bank names the payee"));
  EXPECT_THAT(refused("expense = { text = \" *-* \", category = \"ads\" }"),
              HasSubstr("\" *-* \""));
  EXPECT_THAT(refused("expense = { text = \"x\" }"), HasSubstr("name what it is spent on"));
  EXPECT_THAT(refused("provider = \"stripe\"\nexpense = { text = \"x\", category = \"ads\" }"),
              HasSubstr("provider = \"stripe\": an expense is seen on a bank account"));
  EXPECT_THAT(refused("expense = { text = \"x\", category = \"ads\", maximum = \"5\" }"),
              HasSubstr("needs currency"));
}

TEST(ConfigTest, RefusesAmountsThatWouldBeGuessed) {
  EXPECT_THAT(Refusal("[[rules]]\nid = \"a\"\ncurrency = \"EUR\"\n"
                      "fee_schedule = {fee_type = \"p\", fixed = 0.25}"),
              HasSubstr("an amount in quotes"));
  EXPECT_THAT(Refusal("[[rules]]\nid = \"a\"\nfee_schedule = {fee_type = \"p\", fixed = \"0.25\"}"),
              HasSubstr("needs currency"));
  EXPECT_THAT(Refusal("[[rules]]\nid = \"a\"\ncurrency = \"JPY\"\n"
                      "fee_schedule = {fee_type = \"p\", fixed = \"0.25\"}"),
              HasSubstr("0.25"));
  EXPECT_THAT(Refusal("[[rules]]\nid = \"a\"\n"), HasSubstr("says nothing"));
}

// The documentation is the table: every key has a meaning, none stands twice.
TEST(ConfigTest, DocumentsEveryKeyOnce) {
  std::set<std::string_view> keys;
  for (const KeyText& key : ConfigKeys()) {
    EXPECT_FALSE(key.meaning.empty()) << key.key;
    EXPECT_TRUE(keys.insert(key.key).second) << key.key;
  }
}

}  // namespace
}  // namespace tieout::cli
