// `pull` as a person runs it: where its credential goes (nowhere), kill -9, what explain shows.
#include <signal.h>

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <thread>

#include "engine/base/day.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/cli/support/program.h"
#include "tests/engine/pull/support/fake_stripe.h"

namespace tieout::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const int64_t kBegin_s = base::ParseDay("2025-03-01")->start_us() / base::kMicrosPerSecond;

class PullCommandTest : public ::testing::Test {
 protected:
  PullCommandTest() {
    for (int i = 0; i < 60; ++i) {
      stripe_.AddCharge(fmt::format("txn_{:03}", i), kBegin_s + i * 86'400, 100 + i,
                        i < 10 ? "po_1" : "");
      if (i == 9) stripe_.AddPayout("po_1", kBegin_s + i * 86'400 + 60, 1045);
    }
    program_.WriteFile("key", stripe_.key + "\n");
    program_.WriteFile("tieout.toml", fmt::format("[pulls.\"stripe/acct_1\"]\n"
                                                  "secret_file = \"key\"\nsince = 2025-03-01\n"
                                                  "base_url = \"{}\"\nrequests_per_second = 1000\n"
                                                  "[accounts]\n\"stripe/acct_1\" = \"mill-lane\"\n",
                                                  provider_.url()));
  }
  // Files below the folder, the key's own apart, that hold the key.
  std::string WhereTheKeyIs() const {
    std::string where;
    for (const auto& file : std::filesystem::recursive_directory_iterator(program_.folder())) {
      if (!file.is_regular_file() || file.path().filename() == "key") continue;
      std::ifstream in(file.path(), std::ios::binary);
      const std::string bytes((std::istreambuf_iterator<char>(in)),
                              std::istreambuf_iterator<char>());
      if (bytes.find(stripe_.key) != std::string::npos) where += file.path().string() + "\n";
    }
    return where;
  }

  pull::FakeStripe stripe_;
  pull::FakeProvider provider_{[this](const auto& request) { return stripe_(request); }};
  const Program program_;
};

// 100 + … + 159 = 7,770
TEST_F(PullCommandTest, IsGoneOnWithAfterKillMinusNine) {
  for (const int skip : {4, 9, 14}) {
    provider_.Fail({.on = "/v1/", .skip = skip, .times = 30, .status = 429, .retry_after = "1"});
    const size_t before = provider_.requests().size();
    const pid_t process = program_.Start("killed", "pull stripe");
    ASSERT_TRUE(provider_.AwaitRequests(before + static_cast<size_t>(skip) + 1));
    program_.Stop("killed", process, SIGKILL);
    provider_.Heal();
  }
  const Ran pulled = program_.Run("pull stripe");
  EXPECT_EQ(pulled.exit_code, 0) << pulled.err;
  EXPECT_THAT(pulled.out, HasSubstr("stripe/acct_1: "));
  EXPECT_EQ(program_.Run("run").exit_code, 0);
  const Ran seller = program_.Run("seller mill-lane");
  EXPECT_THAT(seller.out, HasSubstr("77.70")) << seller.out;
  EXPECT_THAT(program_.Run("breaks --format csv").out, Not(HasSubstr("CONFLICTING")));
  EXPECT_EQ(program_.Run("verify").exit_code, 0);
  // The very row, from the page it came in.
  EXPECT_THAT(program_.Run("explain stripe/acct_1/po_1/initiated").out,
              HasSubstr(R"(| {"id":"txn_po_1","object":"balance_transaction","amount":-1045)"));
  EXPECT_EQ(WhereTheKeyIs(), "");
}

TEST_F(PullCommandTest, ItsCredentialIsInNothingItWritesWhateverTheProviderAnswers) {
  const std::string key = stripe_.key;
  stripe_.key = "another";
  const Ran refused = program_.Run("pull stripe");
  EXPECT_EQ(refused.exit_code, 4) << refused.out;
  EXPECT_THAT(refused.err, HasSubstr("stripe refuses the credential of stripe/acct_1"));
  EXPECT_THAT(refused.err + refused.out, Not(HasSubstr(key)));
  stripe_.key = key;
  for (const std::string body : {"{\"data\":[],\"echo\":\"" + key + "\"}", key}) {
    provider_.Fail({.on = "/v1/", .status = 200, .body = body});
    const Ran echoed = program_.Run("pull stripe --format jsonl");
    EXPECT_EQ(echoed.exit_code, 4) << echoed.err;
    EXPECT_THAT(echoed.err + echoed.out, Not(HasSubstr(key)));
  }
  const Ran pulled = program_.Run("pull stripe --format jsonl");
  EXPECT_EQ(pulled.exit_code, 0) << pulled.err;
  EXPECT_THAT(pulled.err + pulled.out, Not(HasSubstr(key)));
  EXPECT_EQ(WhereTheKeyIs(), "");
}

TEST_F(PullCommandTest, DryRunFetchesAndWritesNothing) {
  const Ran preview = program_.Run("pull stripe --dry-run");
  EXPECT_EQ(preview.exit_code, 0) << preview.err;
  EXPECT_THAT(preview.out, HasSubstr("Nothing was written."));
  EXPECT_FALSE(std::filesystem::exists(program_.folder() + "/tieout-data"));
}

TEST_F(PullCommandTest, OneAccountsTroubleIsNoOthers) {
  program_.WriteFile("two.toml", "[pulls.\"stripe/acct_0\"]\nsecret_file = \"gone\"\n" +
                                     program_.ReadFile("tieout.toml"));
  const Ran ran = program_.Run("pull stripe --config two.toml");
  EXPECT_EQ(ran.exit_code, 3);
  EXPECT_THAT(ran.err, HasSubstr("[pulls.\"stripe/acct_0\"] secret: secret_file \"gone\""));
  EXPECT_THAT(ran.out, HasSubstr("stripe/acct_1: "));
}

TEST_F(PullCommandTest, SaysWhatIsMissing) {
  EXPECT_THAT(program_.Run("pull acme").err, HasSubstr("nothing is pulled from \"acme\""));
  EXPECT_THAT(program_.Run("pull stripe --since March").err, HasSubstr("is no day"));
  const Ran unset = program_.Run("pull stripe --secret-env TIEOUT_TEST_UNSET");
  EXPECT_EQ(unset.exit_code, 3);
  EXPECT_THAT(unset.err, HasSubstr("[pulls.\"stripe/acct_1\"] secret: secret_env "
                                   "\"TIEOUT_TEST_UNSET\": there is no such"));
  const Ran other = program_.Run("pull stripe --account acct_2");
  EXPECT_EQ(other.exit_code, 4);
  EXPECT_THAT(other.err, HasSubstr("[pulls.\"stripe/acct_2\"]: no secret: say where it is with "
                                   "secret_file or secret_env"));
}

}  // namespace
}  // namespace tieout::cli
