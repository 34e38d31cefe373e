#include <signal.h>

#include <chrono>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <thread>

#include "gmock/gmock.h"
#include "google/protobuf/struct.pb.h"
#include "google/protobuf/util/json_util.h"
#include "gtest/gtest.h"
#include "tests/engine/cli/support/program.h"
#include "tests/support/archive.h"

namespace tieout::cli {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

// exit_code.h; written again here so that a changed number is seen.
constexpr int kOk = 0, kFound = 1, kUsage = 2, kBadInput = 3, kRefused = 4, kDamaged = 6;

std::string Golden(const std::string& name) {
  std::ifstream in(std::string(TIEOUT_SOURCE_DIR "/tests/engine/cli/end_to_end/") + name);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

std::vector<std::string> Lines(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

size_t Columns(const std::string& line) {
  size_t columns = 0;
  for (char c : line) columns += (static_cast<unsigned char>(c) & 0xC0) != 0x80;
  return columns;
}

// As RFC 4180 has it: fields of each record.
std::vector<std::vector<std::string>> ParseCsv(const std::string& text) {
  std::vector<std::vector<std::string>> records(1, {""});
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    std::string& field = records.back().back();
    if (quoted && text[i] == '"' && i + 1 < text.size() && text[i + 1] == '"') {
      field += text[i++];
    } else if (text[i] == '"') {
      quoted = !quoted;
    } else if (!quoted && text[i] == ',') {
      records.back().emplace_back();
    } else if (!quoted && text[i] == '\n') {
      records.push_back({""});
    } else {
      field += text[i];
    }
  }
  EXPECT_FALSE(quoted);
  EXPECT_EQ(records.back(), std::vector<std::string>{""});
  records.pop_back();
  return records;
}

// One demo for all tests that read it.
class DemoTest : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    program_ = new Program();
    demo_ = new Ran(program_->Run("demo"));
  }
  static void TearDownTestSuite() {
    delete demo_;
    delete program_;
  }
  static Ran Ask(const std::string& arguments) {
    return program_->Run(arguments + " --data tieout-demo");
  }
  static Program* program_;
  static Ran* demo_;
};
Program* DemoTest::program_ = nullptr;
Ran* DemoTest::demo_ = nullptr;

TEST_F(DemoTest, PrintsItsScreen) {
  EXPECT_EQ(demo_->exit_code, kOk) << demo_->err;
  EXPECT_EQ(demo_->err, "");
  EXPECT_EQ(demo_->out, Golden("demo_screen.txt"));
}

TEST_F(DemoTest, FitsOneScreenWithoutColour) {
  const std::vector<std::string> lines = Lines(demo_->out);
  EXPECT_LE(lines.size(), 45u);
  for (const std::string& line : lines) EXPECT_LE(Columns(line), 80u) << line;
  EXPECT_THAT(demo_->out, Not(HasSubstr("\033")));
}

TEST_F(DemoTest, CanBeMadeAgainButTouchesNobodyElsesFolder) {
  Program other;
  other.WriteFile("precious", "mine");
  const Ran refused = other.Run("demo .");
  EXPECT_EQ(refused.exit_code, kRefused);
  EXPECT_THAT(refused.err, HasSubstr("isn't a demo's folder"));
  EXPECT_EQ(other.ReadFile("precious"), "mine");
  EXPECT_EQ(other.Run("demo fresh").exit_code, kOk);
  EXPECT_EQ(other.Run("demo fresh").exit_code, kOk);
}

TEST_F(DemoTest, VerifiesAndReplaysTheSameWithAnyWorkers) {
  const Ran verified = Ask("verify");
  EXPECT_EQ(verified.exit_code, kOk) << verified.out << verified.err;
  EXPECT_THAT(verified.out, HasSubstr("Everything agrees."));
  const Ran one = Ask("replay --workers 1");
  EXPECT_EQ(one.exit_code, kOk) << one.err;
  EXPECT_EQ(Ask("replay --workers 3").out, one.out);
}

TEST_F(DemoTest, ListsItsBreaksAndSaysWhatToDo) {
  const Ran breaks = Ask("breaks");
  EXPECT_EQ(breaks.exit_code, kFound) << breaks.err;
  EXPECT_THAT(breaks.out, HasSubstr("MISSING_DEPOSIT"));
  EXPECT_THAT(breaks.out, HasSubstr("461.20 EUR"));
  EXPECT_THAT(breaks.out, HasSubstr("FEE_VARIANCE"));
  EXPECT_THAT(breaks.out, HasSubstr("205 JPY"));
  const std::string id =
      Lines(Ask("breaks --reason missing_deposit --format csv").out).at(1).substr(0, 10);
  const Ran one = Ask("breaks " + id);
  EXPECT_EQ(one.exit_code, kFound);
  EXPECT_THAT(one.out, HasSubstr("What to do"));
  EXPECT_THAT(one.out, HasSubstr("Heals itself when"));
  EXPECT_THAT(one.out, HasSubstr("Blocks meanwhile\n    closing March 2026; "));
  EXPECT_EQ(Ask("breaks --older 999d").exit_code, kOk);
  EXPECT_EQ(Ask("breaks --older soon").exit_code, kBadInput);
  EXPECT_EQ(Ask("breaks 000000000000").exit_code, kBadInput);
}

TEST_F(DemoTest, ExplainsASaleDownToTheVeryLine) {
  const Ran sale = Ask("explain MLP-1042");
  EXPECT_EQ(sale.exit_code, kOk) << sale.err;
  EXPECT_THAT(sale.out, HasSubstr("payout level"));
  EXPECT_THAT(sale.out, HasSubstr("bank level"));
  EXPECT_THAT(sale.out, HasSubstr("Serving bowl, celadon"));  // the line's own text
  EXPECT_THAT(sale.out, HasSubstr("bank-camt053-2026-03.xml:"));
  EXPECT_THAT(sale.out, HasSubstr("| <Ntry>\n"));  // the bank's whole entry
  EXPECT_THAT(sale.out, HasSubstr("|     <RmtInf><Ustrd>STRIPE po_1TUEtHB7WZ01zgkWW1Cr0mBp"));
  EXPECT_THAT(sale.out, HasSubstr("| </Ntry>\n"));
  EXPECT_THAT(sale.out, HasSubstr("SHA-256 "));
  EXPECT_EQ(Ask("explain nobody-knows").exit_code, kBadInput);
}

TEST_F(DemoTest, ShowsSellers) {
  const Ran all = Ask("seller");
  EXPECT_EQ(all.exit_code, kOk) << all.err;
  for (const char* seller : {"mill-lane-pottery", "north-loom", "kiku-paper"}) {
    EXPECT_THAT(all.out, HasSubstr(seller));
  }
  const Ran one = Ask("seller north-loom");
  EXPECT_THAT(one.out, HasSubstr("237.89"));  // on its way
  const Ran slip = Ask("seller north-lom");
  EXPECT_EQ(slip.exit_code, kBadInput);
  EXPECT_THAT(slip.err, HasSubstr("did you mean 'north-loom'?"));
}

TEST_F(DemoTest, GivesRecordsToProgramsAndPeople) {
  const Ran bank = Ask("records --level bank --format csv");
  EXPECT_EQ(bank.exit_code, kOk) << bank.err;
  EXPECT_THAT(Lines(bank.out).at(0), HasSubstr("record_id"));
  const Ran json = Ask("records --format jsonl");
  for (const std::string& line : Lines(json.out)) EXPECT_EQ(line.front(), '{') << line;
  EXPECT_EQ(Ask("records --status machted").exit_code, kBadInput);
  EXPECT_THAT(Ask("records --status machted").err, HasSubstr("did you mean 'MATCHED'?"));
  EXPECT_EQ(Ask("status").exit_code, kOk);
  EXPECT_EQ(Ask("rule list").exit_code, kOk);
  EXPECT_EQ(Ask("dlq list").exit_code, kOk);
}

TEST_F(DemoTest, IsBackedUpAndRestored) {
  ASSERT_EQ(Ask("log backup saved").exit_code, kOk);
  const Ran restored = program_->Run("log restore saved --data back");
  EXPECT_EQ(restored.exit_code, kOk) << restored.err;
  EXPECT_EQ(program_->Run("replay --data back").out, Ask("replay").out);
  EXPECT_EQ(Ask("log backup saved").exit_code, kRefused);  // not empty
  EXPECT_EQ(program_->Run("explain MLP-1042 --data back").out, Ask("explain MLP-1042").out);
  std::filesystem::remove_all(program_->folder() + "/back/sources");
  const Ran without = program_->Run("explain MLP-1042 --data back");
  EXPECT_EQ(without.exit_code, kOk) << without.err;
  EXPECT_THAT(without.out, HasSubstr("the bytes of this source are not kept on this machine"));
  EXPECT_THAT(without.out, Not(HasSubstr("Serving bowl")));
}

TEST(CommandLineTest, RefusesWithTheWayOut) {
  const Program program;
  const Ran slip = program.Run("brekas");
  EXPECT_EQ(slip.exit_code, kUsage);
  EXPECT_THAT(slip.err, HasSubstr("no command 'brekas' (did you mean 'breaks'?)"));
  EXPECT_EQ(program.Run("").exit_code, kUsage);
  EXPECT_EQ(program.Run("breaks --colour").exit_code, kUsage);
  EXPECT_EQ(program.Run("breaks --format xml").exit_code, kUsage);
  const Ran nowhere = program.Run("breaks");
  EXPECT_EQ(nowhere.exit_code, kBadInput);
  EXPECT_THAT(nowhere.err, HasSubstr("./tieout-data: no such directory"));
  const Ran file = program.Run("ingest nothing.csv");
  EXPECT_EQ(file.exit_code, kBadInput);
  EXPECT_THAT(file.err, HasSubstr("nothing.csv"));
  EXPECT_EQ(program.Run("topics check").exit_code, kRefused);
}

TEST(CommandLineTest, RefusesAWrongConfiguration) {
  const Program program;
  program.WriteFile("tieout.toml", "[log]\nfsinc = \"each\"\n");
  const Ran ran = program.Run("breaks");
  EXPECT_EQ(ran.exit_code, kUsage);
  EXPECT_THAT(ran.err,
              HasSubstr("tieout.toml:2: unknown key 'log.fsinc' (did you mean 'log.fsync'?)"));
  EXPECT_EQ(program.Run("breaks --config elsewhere.toml").exit_code, kUsage);
}

TEST(CommandLineTest, AsksWhoseAnUnknownAccountIs) {
  const Program program;
  program.WriteFile("bank.csv",
                    "Date,Text,Amount,Currency,Account\n2026-03-02,Rent,-10.00,EUR,DE1\n");
  const Ran ran = program.Run("ingest bank.csv");
  EXPECT_EQ(ran.exit_code, kRefused) << ran.out;
  EXPECT_THAT(ran.err, HasSubstr("--seller"));
  EXPECT_EQ(program.Run("ingest bank.csv --seller acme").exit_code, kOk);
  const Ran again = program.Run("ingest bank.csv --seller acme");
  EXPECT_EQ(again.exit_code, kOk);
  EXPECT_THAT(again.out, HasSubstr("already in the log"));
}

// What is shown may be looked at by programs, and is what ingest takes.
TEST(CommandLineTest, ShowsWhatItWouldWriteAndWritesNothing) {
  const Program program;
  program.WriteFile("bank.csv",
                    "Date,Text,Amount,Currency,Account\n2026-03-02,Rent,-10.00,EUR,DE1\n"
                    "2026-03-04,Sold,12..34,EUR,DE1\n2026-03-05,Sold,25.50,EUR,DE1\n");
  const Ran nobodys = program.Run("ingest bank.csv --dry-run");
  EXPECT_EQ(nobodys.exit_code, kRefused) << nobodys.out;
  EXPECT_THAT(nobodys.out, HasSubstr("bank/DE1 EUR, owner unknown: name it with --seller ID"));
  const Ran shown = program.Run("ingest bank.csv --seller acme --dry-run");
  EXPECT_EQ(shown.exit_code, kFound) << shown.err;
  EXPECT_THAT(shown.out, HasSubstr("read by bank_csv, 3 rows"));
  EXPECT_THAT(shown.out, HasSubstr("owner acme (new account); dated 2026-03-02 to 2026-03-05"));
  EXPECT_TRUE(std::regex_search(shown.out, std::regex("bank_deposit +2 +15.50 +0 +2 +15.50")))
      << shown.out;
  EXPECT_THAT(shown.out, HasSubstr("bank.csv:3: Amount \"12..34\": is no number"));
  EXPECT_THAT(shown.out, HasSubstr("Nothing was written."));
  const Ran events = program.Run("ingest bank.csv --seller acme --dry-run --format jsonl");
  EXPECT_EQ(events.exit_code, kFound);
  EXPECT_THAT(events.err, HasSubstr("bank.csv:3: Amount"));
  EXPECT_EQ(program.Run("status").exit_code, kBadInput) << "there is a log now";

  program.WriteFile("events.jsonl", events.out);
  ASSERT_EQ(program.Run("ingest bank.csv --seller acme").exit_code, kFound);
  const Ran known = program.Run("ingest events.jsonl --dry-run");
  EXPECT_TRUE(std::regex_search(known.out, std::regex("bank_deposit +2 +15.50 +2 +0 +0.00")))
      << known.out;
  const Ran again = program.Run("ingest bank.csv --dry-run");
  EXPECT_EQ(again.exit_code, kOk);
  EXPECT_THAT(again.out, HasSubstr("would be skipped"));
}

// What others ingest goes through serve; SIGTERM leaves all of it folded, committed and stored.
TEST(ServeTest, TakesWhatComesAndDrainsWhenToldToStop) {
  const Program program;
  program.WriteFile("bank.csv",
                    "Date,Text,Amount,Currency,Account\n2026-03-02,Rent,-10.00,EUR,DE1\n");
  const pid_t process = program.Start("serve", "serve --listen 127.0.0.1:0");
  for (int i = 0; i < 1000 && program.ReadFile("serve.out").find("ready") == std::string::npos;
       ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  const Ran second = program.Run("serve --listen 127.0.0.1:0");
  EXPECT_EQ(second.exit_code, kRefused) << second.err;
  const Ran ingested = program.Run("ingest bank.csv --seller acme");
  EXPECT_EQ(ingested.exit_code, kOk) << ingested.err;
  EXPECT_THAT(program.Run("seller acme").out, HasSubstr("-10.00"));
  const Ran served = program.Stop("serve", process, SIGTERM);
  EXPECT_EQ(served.exit_code, kOk) << served.err;
  EXPECT_THAT(served.out, HasSubstr("stopped: "));
  const Ran status = program.Run("status --format csv");
  for (const auto& partition : ParseCsv(status.out)) {
    if (partition[0] == "partition") continue;
    EXPECT_EQ(partition[2], partition[1]) << "committed: all of the events";
    EXPECT_EQ(partition[4], partition[1]) << "in the store: all of them";
  }
  const Ran verified = program.Run("verify");
  EXPECT_EQ(verified.exit_code, kOk) << verified.out;
  EXPECT_THAT(verified.out, HasSubstr("the store of 8 partitions"));
}

// "  name  what it does" below "Subcommands:" in a help.
std::vector<std::string> SubcommandsIn(const std::string& help) {
  const std::regex line_of_one("^  ([a-z-]+)  +\\S.*");
  std::vector<std::string> names;
  bool listed = false;
  for (const std::string& line : Lines(help)) {
    if (line.starts_with("Subcommands:")) listed = true;
    std::smatch match;
    if (listed && std::regex_match(line, match, line_of_one)) names.push_back(match[1]);
  }
  return names;
}

// Every command's help has an example, and every example is one that the command line takes.
TEST(CommandLineTest, EveryHelpHasAnExample) {
  const Program program;
  std::vector<std::string> commands = SubcommandsIn(program.Run("--help").out);
  EXPECT_GE(commands.size(), 15u);
  for (size_t i = 0; i < commands.size(); ++i) {
    const std::string command = commands[i];
    const Ran help = program.Run(command + " --help");
    EXPECT_EQ(help.exit_code, kOk) << command;
    EXPECT_THAT(help.out, HasSubstr("Example")) << command;
    EXPECT_THAT(help.out, HasSubstr("\n  tieout " + command)) << command;
    for (const std::string& inner : SubcommandsIn(help.out)) {
      commands.push_back(command + " " + inner);
    }
  }
  EXPECT_GE(commands.size(), 27u);
  EXPECT_THAT(commands, Contains("log copy"));
  EXPECT_THAT(program.Run("help config").out, HasSubstr("log.fsync"));
}

// A zip's files are read each; what is none is named, and decides the exit code.
TEST(CommandLineTest, TakesWhatAZipHolds) {
  const Program program;
  const std::string head = "Date,Text,Amount,Currency,Account\n";
  program.WriteFile("march.zip", Zipped({{"notes.txt", "call the bank"},
                                         {"a/bank.csv", head + "2026-03-02,Rent,-10.00,EUR,DE1\n"},
                                         {"shop.csv", head + "2026-03-02,In,5.00,EUR,DE2\n"}}));
  program.WriteFile("tieout.toml",
                    "[[sources]]\nfiles = \"march.zip/shop.csv\"\nseller = \"north\"\n"
                    "[[sources]]\nfiles = \"march.zip\"\nseller = \"acme\"\n");
  const Ran ran = program.Run("ingest march.zip");
  EXPECT_EQ(ran.exit_code, kBadInput);
  EXPECT_THAT(ran.err, HasSubstr("march.zip:notes.txt: no connector knows this content"));
  EXPECT_THAT(ran.err, HasSubstr("tieout help formats"));
  EXPECT_THAT(ran.out, HasSubstr("march.zip:a/bank.csv: new account bank/DE1, owner acme"));
  EXPECT_THAT(ran.out, HasSubstr("march.zip:shop.csv: new account bank/DE2, owner north"));
  EXPECT_THAT(program.Run("help formats").out, HasSubstr("camt"));
}

// Cash that a till says was banked is expected at the bank.
TEST(CommandLineTest, ReadsASheetByItsMapping) {
  const Program program;
  program.WriteFile("till.toml",
                    "provider = \"till\"\naccount = \"stall\"\ncurrency = \"EUR\"\n"
                    "[columns]\ndate = \"Day\"\ntype = \"What\"\namount = \"Sum\"\n"
                    "payout = \"Bag\"\n[types]\ncash = \"sale\"\nbanked = \"-payout\"\n");
  program.WriteFile("till.csv",
                    "Day,What,Sum,Bag\n2026-03-07,cash,412.00,\n"
                    "2026-03-08,banked,412.00,BAG-00004711\n");
  program.WriteFile("bank.csv",
                    "Date,Text,Amount,Currency,Account\n"
                    "2026-03-09,CASH PAID IN BAG-00004711,410.00,EUR,DE1\n");
  ASSERT_EQ(program.Run("ingest till.csv --profile till.toml --seller acme").exit_code, kOk);
  ASSERT_EQ(program.Run("ingest bank.csv --seller acme").exit_code, kOk);
  ASSERT_EQ(program.Run("run").exit_code, kOk);
  const Ran records = program.Run("records --level bank --format csv");
  EXPECT_THAT(records.out, HasSubstr("PARTIALLY_MATCHED"));
  EXPECT_THAT(records.out, HasSubstr("2.00"));
}

// By its IBAN and by its number a bank account would count twice.
TEST(CommandLineTest, RefusesASecondNameOfABankAccount) {
  const Program program;
  const std::string head = "Date,Text,Amount,Currency,Account\n";
  program.WriteFile("march.csv", head + "2026-03-02,In,5.00,EUR,DE89370400440532013000\n");
  program.WriteFile("april.csv", head + "2026-04-02,In,7.00,EUR,37040044/532013000\n");
  ASSERT_EQ(program.Run("ingest march.csv --seller acme").exit_code, kOk);
  EXPECT_EQ(program.Run("ingest april.csv --seller other").exit_code, kOk) << "another owner's";
  program.WriteFile("may.csv", head + "2026-05-02,In,9.00,EUR,532013000\n");
  const Ran refused = program.Run("ingest may.csv --seller acme");
  EXPECT_EQ(refused.exit_code, kRefused) << refused.out;
  EXPECT_THAT(refused.err, HasSubstr("bank account 532013000 looks like DE89370400440532013000"));
  EXPECT_THAT(refused.err, HasSubstr("also = [\"532013000\"]"));

  program.WriteFile("tieout.toml",
                    "[accounts.\"bank/DE89370400440532013000\"]\nseller = \"acme\"\n"
                    "also = [\"532013000\"]\n");
  ASSERT_EQ(program.Run("ingest may.csv").exit_code, kOk);
  const Ran seller = program.Run("seller acme");
  EXPECT_TRUE(std::regex_search(seller.out, std::regex("DE89370400440532013000 +EUR +14.00")))
      << seller.out;
}

TEST(CommandLineTest, ListsEveryExitCode) {
  const Program program;
  const std::vector<std::string> lines = Lines(program.Run("help exit-codes --format csv").out);
  std::vector<std::string> codes;
  for (const std::string& line : lines) codes.push_back(line.substr(0, line.find(',')));
  EXPECT_THAT(codes, ElementsAre("code", "0", "1", "2", "3", "4", "5", "6", "70"));
}

TEST_F(DemoTest, SaysThatALogIsDamaged) {
  ASSERT_EQ(Ask("log backup hurt").exit_code, kOk);
  const std::string segment = "hurt/log/segment-0000000001";
  std::string bytes = program_->ReadFile(segment);
  bytes.at(bytes.size() / 2) ^= 1;
  program_->WriteFile(segment, bytes);
  for (const char* command : {"status", "run", "verify", "records", "replay"}) {
    const Ran ran = program_->Run(std::string(command) + " --data hurt");
    EXPECT_EQ(ran.exit_code, kDamaged) << command;
    EXPECT_THAT(ran.err, HasSubstr("tieout log restore")) << command;
  }
}

TEST_F(DemoTest, WhatProgramsGetParses) {
  for (const char* command :
       {"records", "breaks", "seller", "seller --before-start", "status", "explain MLP-1042",
        "replay", "rule list", "help config", "verify", "dlq list"}) {
    const auto records = ParseCsv(Ask(command + std::string(" --format csv")).out);
    ASSERT_GE(records.size(), 1u) << command;
    for (const auto& record : records) EXPECT_EQ(record.size(), records[0].size()) << command;
    for (const std::string& line : Lines(Ask(command + std::string(" --format jsonl")).out)) {
      const auto parsed = google::protobuf::util::JsonStringToMessage(
          line, std::make_unique<google::protobuf::Struct>().get());
      EXPECT_TRUE(parsed.ok()) << command << ": " << line;
    }
  }
  const auto records = ParseCsv(Ask("records --format csv").out);
  const Ran json = Ask("records --format jsonl");
  EXPECT_EQ(records.size() - 1, Lines(json.out).size());
}

// Statements of the last days, one of them withheld; then silence, where a rule expects one a day.
TEST(SourcesTest, AMissingDayIsAGapAndSilenceIsLate) {
  const Program program;
  const auto today = std::chrono::floor<std::chrono::days>(std::chrono::system_clock::now());
  const auto day = [&](int ago) {
    const std::time_t time = std::chrono::system_clock::to_time_t(today - std::chrono::days(ago));
    char text[7];
    std::strftime(text, sizeof text, "%y%m%d", std::gmtime(&time));
    return std::string(text);
  };
  const auto statement = [&](int number) {
    const std::string file = "s" + std::to_string(number) + ".sta";
    program.WriteFile(file, ":20:A\n:25:DE02120300000000202051\n:28C:" + std::to_string(number) +
                                "/1\n:60F:C" + day(31 - number) + "EUR10,00\n:62F:C" +
                                day(30 - number) + "EUR10,00\n-\n");
    return " " + file;
  };
  const std::string before = statement(1) + statement(2) + statement(3), missing = statement(4),
                    after = statement(5), next = statement(6);
  ASSERT_EQ(program.Run("ingest --seller S1" + before + after).exit_code, kOk);
  const Ran gap = program.Run("breaks --format jsonl");
  EXPECT_EQ(Lines(gap.out).size(), 1u);
  EXPECT_THAT(gap.out, HasSubstr("\"reason\":\"SOURCE_GAP\""));
  ASSERT_EQ(program.Run("ingest --seller S1" + missing).exit_code, kOk);
  EXPECT_EQ(program.Run("breaks").exit_code, kOk);

  program.WriteFile("tieout.toml",
                    "[[rules]]\nid = \"source_rhythm\"\nprovider = \"bank\"\n"
                    "bank_match = { lag_banking_days = 1, grace_banking_days = 1 }\n");
  ASSERT_EQ(program.Run("rule apply").exit_code, kOk);
  ASSERT_EQ(program.Run("ingest --seller S1" + next).exit_code, kOk);
  const Ran late = program.Run("breaks --format jsonl");
  EXPECT_EQ(Lines(late.out).size(), 1u);
  EXPECT_THAT(late.out, HasSubstr("\"reason\":\"SOURCE_LATE\""));
}

}  // namespace
}  // namespace tieout::cli
