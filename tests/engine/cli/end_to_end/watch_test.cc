// `ingest --watch` as a service: files that land while it runs, kill -9, a serve beside it.
#include <signal.h>
#include <sys/wait.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/cli/support/program.h"

namespace tieout::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class WatchTest : public ::testing::Test {
 protected:
  WatchTest() { std::filesystem::create_directories(program_.folder() + "/inbox"); }

  void Land(const std::string& name, const std::string& day, const std::string& amount) const {
    program_.WriteFile("inbox/" + name + ".part", "Date,Text,Amount,Currency,Account\n" + day +
                                                      ",Text," + amount + ",EUR,DE1\n");
    std::filesystem::rename(program_.folder() + "/inbox/" + name + ".part",
                            program_.folder() + "/inbox/" + name);
  }
  // Until the file of what a process says holds the text; false after ten seconds.
  bool Says(const std::string& file, const std::string& text) const {
    for (int i = 0; i < 1000; ++i) {
      if (program_.ReadFile(file).find(text) != std::string::npos) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    ADD_FAILURE() << "no " << text << " in " << program_.ReadFile(file);
    return false;
  }

  const Program program_;
};

TEST_F(WatchTest, KnowsFromTheLogWhatItTookBeforeItWasKilled) {
  Land("first.csv", "2026-03-02", "10.00");
  program_.WriteFile("inbox/notes.txt", "call the bank");
  pid_t process = program_.Start("one", "ingest --watch inbox --seller acme");
  ASSERT_TRUE(Says("one.out", "inbox/first.csv: taken, read by bank_csv: 1 rows, 1 events"));
  ASSERT_TRUE(Says("one.err", "inbox/notes.txt: no connector knows this content"));
  program_.Stop("one", process, SIGKILL);
  const std::string events = program_.Run("status --format csv").out;

  process = program_.Start("two", "ingest --watch inbox --seller acme");
  ASSERT_TRUE(Says("two.out", "inbox/first.csv: already in the log"));
  EXPECT_EQ(program_.Run("status --format csv").out, events);
  Land("second.csv", "2026-03-03", "5.50");
  ASSERT_TRUE(Says("two.out", "inbox/second.csv: taken"));
  // The log isn't held in between.
  const Ran beside = program_.Run("ingest inbox/second.csv");
  EXPECT_EQ(beside.exit_code, 0) << beside.err;
  const Ran stopped = program_.Stop("two", process, SIGTERM);
  EXPECT_EQ(stopped.exit_code, 0) << stopped.err;
  EXPECT_THAT(stopped.out, HasSubstr("stopped: 1 taken with 1 events, 1 known, 1 refused"));
  EXPECT_TRUE(std::filesystem::exists(program_.folder() + "/inbox/first.csv"));
  EXPECT_THAT(program_.Run("seller acme").out, HasSubstr("15.50"));
}

TEST_F(WatchTest, GoesThroughServeAndWaitsForAFolderThatIsAway) {
  const pid_t serve = program_.Start("serve", "serve --listen 127.0.0.1:0");
  ASSERT_TRUE(Says("serve.out", "ready"));
  const pid_t watch = program_.Start("watch", "ingest --watch inbox --seller acme --format jsonl");
  Land("first.csv", "2026-03-02", "10.00");
  ASSERT_TRUE(Says("watch.out", R"("file":"inbox/first.csv")"));
  std::filesystem::rename(program_.folder() + "/inbox", program_.folder() + "/away");
  ASSERT_TRUE(Says("watch.err",
                   "inbox: can't be looked into: No such file or directory; trying "
                   "again in 1 s"));
  std::filesystem::rename(program_.folder() + "/away", program_.folder() + "/inbox");
  Land("second.csv", "2026-03-03", "5.50");
  ASSERT_TRUE(Says("watch.out", R"("file":"inbox/second.csv")"));
  EXPECT_THAT(program_.Run("seller acme").out, HasSubstr("15.50"));
  EXPECT_EQ(program_.Stop("watch", watch, SIGTERM).exit_code, 0);
  EXPECT_THAT(program_.ReadFile("watch.out"), Not(HasSubstr("stopped")));
  EXPECT_EQ(program_.Stop("serve", serve, SIGTERM).exit_code, 0);
}

TEST_F(WatchTest, IsRefusedWhereItMakesNoSense) {
  EXPECT_EQ(program_.Run("ingest --watch nowhere").exit_code, 3);
  EXPECT_EQ(program_.Run("ingest --watch inbox file.csv").exit_code, 2);
  EXPECT_EQ(program_.Run("ingest --watch inbox --dry-run").exit_code, 2);
  const Ran nothing = program_.Run("ingest");
  EXPECT_EQ(nothing.exit_code, 2);
  EXPECT_THAT(nothing.err, HasSubstr("FILE, or --watch DIR, is required"));
}

}  // namespace
}  // namespace tieout::cli
