// The program on a real broker: the whole of what a person does there, and moving a log.
#include <csignal>
#include <filesystem>
#include <fstream>
#include <regex>
#include <set>
#include <thread>

#include "engine/log/kafka_topics.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/cli/support/program.h"
#include "tests/engine/cli/support/send_webhook.h"
#include "tests/engine/log/support/kafka_broker.h"

namespace tieout::cli {
namespace {

using ::testing::HasSubstr;

constexpr int kOk = 0, kFound = 1, kUsage = 2, kBadInput = 3, kRefused = 4;

const std::string& Brokers() { return log::TheBroker().bootstrap(); }

// The demo's configuration and files, in the program's folder, with a prefix of their own.
std::string DemoOn(const Program& program, const std::string& prefix) {
  std::filesystem::copy(TIEOUT_SOURCE_DIR "/engine/cli/demo", program.folder() + "/demo",
                        std::filesystem::copy_options::recursive);
  program.WriteFile("demo/tieout.toml",
                    fmt::format("brokers = \"{}\"\ntopic_prefix = \"{}\"\n"
                                "kafka.session.timeout.ms = 3000\n{}",
                                Brokers(), prefix, program.ReadFile("demo/tieout.toml")));
  return " --config demo/tieout.toml --data k";
}

TEST(CliKafkaTest, MovesALogToKafkaAndBackWithTheSameDigests) {
  const Program program;
  ASSERT_EQ(program.Run("demo d").exit_code, kOk);
  const std::string digests = program.Run("replay --data d").out;
  ASSERT_THAT(digests, HasSubstr("67 records"));
  const std::string place = fmt::format("kafka://{}/move-", Brokers());
  const Ran there = program.Run("log copy d " + place + " --data k");
  ASSERT_EQ(there.exit_code, kOk) << there.err;
  EXPECT_THAT(there.out, HasSubstr("486 events, 67 records, 0 dead letters"));
  const std::string on_kafka =
      fmt::format(" --brokers {} --topic-prefix move- --data k", Brokers());
  EXPECT_THAT(there.out, HasSubstr("`tieout run" + on_kafka + "` rebuilds the state"));
  EXPECT_EQ(program.Run("replay" + on_kafka).out, digests);
  EXPECT_EQ(program.Run("records --format jsonl" + on_kafka).out,
            program.Run("records --format jsonl --data d").out);
  // What was committed is folded muted: nothing is said twice.
  const Ran run = program.Run("run --no-settle" + on_kafka);
  EXPECT_EQ(run.exit_code, kOk) << run.err;
  EXPECT_THAT(run.out, HasSubstr("486 events folded"));
  EXPECT_THAT(run.out, HasSubstr(" 0 records"));
  const Ran verified = program.Run("verify --workers 2" + on_kafka);
  EXPECT_EQ(verified.exit_code, kOk) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("the store of 8 partitions"));
  EXPECT_THAT(program.Run("explain MLP-1042" + on_kafka).out, HasSubstr("Serving bowl, celadon"));

  const Ran back = program.Run("log copy " + place + " back --data k");
  ASSERT_EQ(back.exit_code, kOk) << back.err;
  EXPECT_EQ(program.Run("replay --data back").out, digests);
  EXPECT_EQ(program.Run("records --format jsonl --data back").out,
            program.Run("records --format jsonl --data d").out);
  EXPECT_EQ(program.Run("run --no-settle --data back").exit_code, kOk);
  EXPECT_EQ(program.Run("verify --data back").exit_code, kOk);
  EXPECT_THAT(program.Run("explain MLP-1042 --data back").out, HasSubstr("Serving bowl, celadon"));

  // Neither is ever written over.
  EXPECT_EQ(program.Run("log copy d " + place + " --data k").exit_code, kRefused);
  EXPECT_EQ(program.Run("log copy d back").exit_code, kRefused);
  const Ran nothing = program.Run("log copy nowhere other");
  EXPECT_EQ(nothing.exit_code, kBadInput);
  EXPECT_THAT(nothing.err, HasSubstr("nowhere/log: no log there"));
  EXPECT_FALSE(std::filesystem::exists(program.folder() + "/other"));
}

// The copy's first append is there, its last isn't.
TEST(CliKafkaTest, RefusesACopyThatWasCutShort) {
  const Program program;
  ASSERT_EQ(program.Run("demo d").exit_code, kOk);
  log::KafkaOptions kafka;
  kafka.properties["bootstrap.servers"] = Brokers();
  kafka.prefix = "cut.short-";
  ASSERT_TRUE(log::CreateTopics(kafka, {.for_copy = true}, {"a-log", 8}, {}).ok());
  const std::string there = fmt::format(" --brokers {} --topic-prefix cut.short-", Brokers());
  const std::string copy = "log copy d kafka://" + Brokers() + "/cut.short-";
  for (const std::string& command :
       std::vector<std::string>{"run", "serve", "records", "ingest d/files/*/*", "replay",
                                "group restore", "topics create", copy}) {
    const Ran ran = program.Run(command + there);
    EXPECT_EQ(ran.exit_code, kRefused) << command << ran.out;
    EXPECT_THAT(ran.err, HasSubstr("hold a copy of log a-log that isn't whole")) << command;
    EXPECT_THAT(ran.err,
                HasSubstr("--delete --topic 'cut\\.short-(events|records|dead_letters|progress)'"))
        << command;
  }
  const Ran check = program.Run("topics check" + there);
  EXPECT_EQ(check.exit_code, kFound);
  EXPECT_THAT(check.out, HasSubstr("copy of log a-log is under way, or cut short"));
  EXPECT_THAT(check.out, HasSubstr("kafka-topics.sh"));
}

TEST(CliKafkaTest, TheWholeDayOnKafka) {
  const Program program;
  const std::string flags = DemoOn(program, "day-");
  const auto ask = [&](const std::string& arguments) { return program.Run(arguments + flags); };
  const Ran early = ask("status");
  EXPECT_EQ(early.exit_code, kBadInput);
  EXPECT_THAT(early.err, HasSubstr("tieout topics create"));
  ASSERT_EQ(ask("topics create").exit_code, kOk);
  EXPECT_EQ(ask("topics create").exit_code, kRefused);
  const Ran check = ask("topics check");
  EXPECT_EQ(check.exit_code, kOk) << check.out;
  ASSERT_EQ(ask("rule apply").exit_code, kOk);
  const Ran ingested = ask("ingest demo/files/*/*");
  ASSERT_EQ(ingested.exit_code, kOk) << ingested.err;
  EXPECT_THAT(ask("ingest demo/files/*/*").out, HasSubstr("already in the log"));
  const Ran run = ask("run");
  ASSERT_EQ(run.exit_code, kOk) << run.err;
  EXPECT_THAT(ask("status").out, HasSubstr("lag 0"));
  const Ran breaks = ask("breaks");
  EXPECT_EQ(breaks.exit_code, kFound) << breaks.err;
  EXPECT_THAT(breaks.out, HasSubstr("MISSING_DEPOSIT"));
  EXPECT_THAT(ask("records --status matched").out, HasSubstr("MATCHED"));
  EXPECT_THAT(ask("seller north-loom").out, HasSubstr("237.89"));
  EXPECT_THAT(ask("explain MLP-1042").out, HasSubstr("Serving bowl, celadon"));
  EXPECT_EQ(ask("dlq list").exit_code, kOk);
  const Ran verified = ask("verify");
  EXPECT_EQ(verified.exit_code, kOk) << verified.out;
  EXPECT_EQ(ask("replay").out, ask("replay --workers 3").out);
  // Of what is right already: nothing changes. `run` has left the group.
  const Ran restored = ask("group restore");
  EXPECT_EQ(restored.exit_code, kOk) << restored.err;
  EXPECT_EQ(ask("verify").exit_code, kOk);
}

// `run` ends when its slot has folded all partitions: those of the killed one come with its
// session.
TEST(CliKafkaTest, AnotherSlotTakesWhatAKilledOneHeld) {
  const Program program;
  const std::string flags = DemoOn(program, "killed-");
  ASSERT_EQ(program.Run("topics create" + flags).exit_code, kOk);
  ASSERT_EQ(program.Run("rule apply" + flags).exit_code, kOk);
  const pid_t first = program.Start("first", "serve --listen 127.0.0.1:0" + flags);
  const Ran ingested = program.Run("ingest demo/files/*/*" + flags);
  ASSERT_EQ(ingested.exit_code, kOk) << ingested.err;
  // It holds them, and has committed something.
  Ran status = program.Run("status" + flags);
  for (int i = 0; i < 100 && status.out.find(", 0 records") != std::string::npos; ++i) {
    status = program.Run("status" + flags);
  }
  ASSERT_EQ(status.out.find(", 0 records"), std::string::npos) << status.out;
  program.Stop("first", first, SIGKILL);
  program.WriteFile("demo/second.toml", "slot = 1\n" + program.ReadFile("demo/tieout.toml"));
  const std::string second = " --config demo/second.toml --data k2";
  const Ran run = program.Run("run" + second);
  EXPECT_EQ(run.exit_code, kOk) << run.err;
  const Ran verified = program.Run("verify" + second);
  EXPECT_EQ(verified.exit_code, kOk) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("the store of 8 partitions"));
}

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// By a client's certificate whose key has a password, then by a user's name and password: one log.
TEST(CliKafkaTest, SpeaksTlsAndSaslWithSecretsFromFiles) {
  const Program program;
  const std::string folder = log::TheBroker().secure_folder();
  const std::string trusted = fmt::format("\"ssl.ca.location\" = \"{}/certificate.pem\"\n", folder);
  program.WriteFile("tls.toml",
                    fmt::format("brokers = \"{0}\"\ntopic_prefix = \"tls-\"\n[kafka]\n{1}"
                                "\"security.protocol\" = \"SSL\"\n"
                                "\"ssl.certificate.location\" = \"{2}/certificate.pem\"\n"
                                "\"ssl.key.location\" = \"{2}/key.pem\"\n"
                                "\"ssl.key.password\" = \"file:{2}/key-password\"\n",
                                FirstLine(folder + "/tls"), trusted, folder));
  program.WriteFile("sasl.toml",
                    fmt::format("brokers = \"{0}\"\ntopic_prefix = \"tls-\"\n[kafka]\n{1}"
                                "\"security.protocol\" = \"SASL_SSL\"\n"
                                "\"sasl.mechanism\" = \"SCRAM-SHA-512\"\n"
                                "\"sasl.username\" = \"tieout\"\n"
                                "\"sasl.password\" = \"file:{2}/user-password\"\n",
                                FirstLine(folder + "/sasl"), trusted, folder));
  const Ran created = program.Run("topics create --config tls.toml");
  ASSERT_EQ(created.exit_code, kOk) << created.err;
  const Ran checked = program.Run("topics check --config sasl.toml");
  EXPECT_EQ(checked.exit_code, kOk) << checked.out << checked.err;
  const Ran run = program.Run("run --config sasl.toml");
  EXPECT_EQ(run.exit_code, kOk) << run.err;
  const Ran verified = program.Run("verify --config tls.toml");
  EXPECT_EQ(verified.exit_code, kOk) << verified.out << verified.err;
  EXPECT_THAT(program.Run("status --config tls.toml").out, HasSubstr("lag 0"));

  // Without TLS, by either mechanism; a broker of the list that is dead is none's loss.
  for (const char* const mechanism : {"SCRAM-SHA-512", "PLAIN"}) {
    program.WriteFile("plain.toml",
                      fmt::format("brokers = \"127.0.0.1:1,{}\"\ntopic_prefix = \"tls-\"\n[kafka]\n"
                                  "\"security.protocol\" = \"SASL_PLAINTEXT\"\n"
                                  "\"sasl.mechanism\" = \"{}\"\n"
                                  "\"sasl.username\" = \"tieout\"\n"
                                  "\"sasl.password\" = \"file:{}/user-password\"\n",
                                  FirstLine(folder + "/sasl-plain"), mechanism, folder));
    const Ran plain = program.Run("topics check --config plain.toml");
    EXPECT_EQ(plain.exit_code, kOk) << mechanism << plain.out << plain.err;
  }
  // A wrong password is refused, not waited for: a silent broker's message is another.
  program.WriteFile("guess", "guess");
  for (const auto& [command, config] :
       {std::pair("topics check", "plain.toml"), std::pair("run", "sasl.toml")}) {
    program.WriteFile("wrong.toml", std::regex_replace(program.ReadFile(config),
                                                       std::regex("file:[^\"]*"), "file:guess"));
    const Ran wrong = program.Run(std::string(command) + " --config wrong.toml");
    EXPECT_EQ(wrong.exit_code, kRefused) << command << wrong.out << wrong.err;
    EXPECT_THAT(wrong.err, HasSubstr("refused: ")) << command;
    EXPECT_THAT(wrong.err, HasSubstr("check sasl.username, sasl.password")) << command;
  }

  // The key stays shut without its password.
  program.WriteFile("wrong", "wrong");
  program.WriteFile("shut.toml", std::regex_replace(program.ReadFile("tls.toml"),
                                                    std::regex("file:[^\"]*"), "file:wrong"));
  const Ran shut = program.Run("topics check --config shut.toml");
  EXPECT_EQ(shut.exit_code, kBadInput);
  EXPECT_THAT(shut.err, HasSubstr("ssl.key.location failed"));
}

TEST(CliKafkaTest, SaysWhichPropertyIsWrong) {
  const Program program;
  const auto with = [&](const std::string& kafka) {
    program.WriteFile("tieout.toml",
                      fmt::format("brokers = \"{}\"\n[kafka]\n{}\n", Brokers(), kafka));
    return program.Run("topics check");
  };
  const Ran unknown = with("no.such.property = 1");
  EXPECT_EQ(unknown.exit_code, kBadInput);
  EXPECT_THAT(unknown.err, HasSubstr("no.such.property"));
  EXPECT_THAT(with("\"isolation.level\" = \"read_uncommitted\"").err,
              HasSubstr("isolation.level: is tieout's own to set"));
  const Ran missing = with("\"sasl.password\" = \"file:secret\"");
  EXPECT_EQ(missing.exit_code, kUsage);
  EXPECT_THAT(missing.err, HasSubstr("kafka.sasl.password"));
  EXPECT_THAT(missing.err, HasSubstr("secret"));
  // What stands in the file is what counts, without its line end.
  program.WriteFile("secret", "PLAINTEXT\n");
  EXPECT_EQ(with("\"security.protocol\" = \"file:secret\"").exit_code, kFound);  // no topics
  program.WriteFile("secret", "NONSENSE\n");
  const Ran wrong = with("\"security.protocol\" = \"file:secret\"");
  EXPECT_EQ(wrong.exit_code, kBadInput);
  EXPECT_THAT(wrong.err, HasSubstr("security.protocol"));
}

// Acknowledged by the broker before it is answered; the second time without effect.
TEST(CliKafkaTest, TakesWebhooks) {
  const Program program;
  program.WriteFile("tieout.toml", fmt::format("brokers = \"{}\"\ntopic_prefix = \"hooks-\"\n"
                                               "[accounts.\"stripe/acct_1\"]\nseller = \"acme\"\n"
                                               "[webhooks]\nlisten = \"127.0.0.1:0\"\n"
                                               "[webhooks.stripe]\naccount = \"acct_1\"\n"
                                               "secret_file = \"stripe.secret\"\n",
                                               Brokers()));
  program.WriteFile("stripe.secret", "whsec_1\n");
  program.WriteFile("send", kSendWebhook);
  program.WriteFile("body",
                    R"({"id":"evt_1","object":"event","created":1772798000,"type":"payout.paid",)"
                    R"("data":{"object":{"id":"po_1","object":"payout","amount":11500,)"
                    R"("currency":"eur","created":1772665200,"status":"paid"}}})");
  ASSERT_EQ(program.Run("topics create").exit_code, kOk);
  const pid_t process = program.Start("serve", "serve --listen 127.0.0.1:0");
  std::string out;
  for (int i = 0; i < 2000 && out.find("\nready\n") == std::string::npos; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
    out = program.ReadFile("serve.out");
  }
  std::smatch port;
  ASSERT_TRUE(std::regex_search(out, port, std::regex("webhooks: port ([0-9]+)")))
      << out << program.ReadFile("serve.err");
  program.WriteFile("port", port[1]);
  for (int i = 0; i < 2; ++i) {
    const std::string send = "cd '" + program.folder() + "' && sh send body whsec_1 >sent";
    ASSERT_EQ(system(send.c_str()), 0);
    EXPECT_EQ(program.ReadFile("sent"), "200");
  }
  const Ran served = program.Stop("serve", process, SIGTERM);
  EXPECT_EQ(served.exit_code, kOk) << served.err;
  EXPECT_THAT(program.Run("explain stripe/acct_1/po_1/paid").out,
              HasSubstr("stripe webhook evt_1"));
  const Ran seller = program.Run("seller acme");
  EXPECT_THAT(seller.out, HasSubstr("115.00")) << seller.err;
}

}  // namespace
}  // namespace tieout::cli
