// Patience, an end, and nothing of the credential anywhere.
#include "engine/pull/fetcher.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <thread>

#include "engine/pull/providers.h"
#include "tests/engine/pull/support/fake_provider.h"

namespace tieout::pull {
namespace {

using std::chrono::milliseconds;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::Ge;
using ::testing::HasSubstr;
using ::testing::Le;
using ::testing::Not;

const std::string kSecret = "sk_live_very_secret_1";

class FetcherTest : public ::testing::Test {
 protected:
  FetcherTest()
      : provider_([](const FakeProvider::Request&) {
          return FakeProvider::Reply{200, R"({"ok":true})"};
        }),
        fetcher_(Make(Stripe(), {.secret = kSecret})) {}

  Fetcher Make(const Provider& provider, Credential credential) {
    return Fetcher(provider,
                   {.base = provider_.url(),
                    .token = provider_.url() + "/token",
                    .per_second = 1e6,
                    .key = "stripe/acct_1"},
                   std::move(credential), [this](milliseconds pause) {
                     if (pause > milliseconds(10)) slept_.push_back(pause);
                   });
  }

  std::vector<milliseconds> slept_;
  FakeProvider provider_;
  Fetcher fetcher_;
};

TEST_F(FetcherTest, WaitsAsLongAsRetryAfterSays) {
  provider_.Fail({.on = "/x", .status = 429, .retry_after = "7"});
  const auto response = fetcher_.Get("/x");
  ASSERT_TRUE(response.ok()) << response.status();
  EXPECT_EQ(response->body, R"({"ok":true})");
  EXPECT_THAT(slept_, ElementsAre(milliseconds(7000)));
  EXPECT_EQ(fetcher_.counts().requests, 2u);
  EXPECT_EQ(fetcher_.counts().repeated, 1u);
}

TEST_F(FetcherTest, BacksOffByDoublingWithChanceAfterErrorsAndCutAnswers) {
  provider_.Fail({.on = "/x", .status = 500});
  provider_.Fail({.on = "/x", .times = 2});  // cut in the middle
  provider_.Fail({.on = "/x", .status = 503});
  ASSERT_TRUE(fetcher_.Get("/x").ok());
  const auto within = [](int ms) { return AllOf(Ge(milliseconds(ms / 2)), Le(milliseconds(ms))); };
  EXPECT_THAT(slept_, ElementsAre(within(500), within(1000), within(2000), within(4000)));
}

TEST_F(FetcherTest, EndsAfterEightTriesAndSaysSo) {
  provider_.Fail({.on = "/x", .times = 100, .status = 502, .body = "Bad\nGateway"});
  const auto response = fetcher_.Get("/x");
  EXPECT_TRUE(absl::IsUnavailable(response.status()));
  EXPECT_THAT(
      base::Message(response.status()),
      HasSubstr(
          R"(stripe: given up after 8 tries at one request; the last: status 502, "Bad\x0aGateway")"));
  EXPECT_EQ(provider_.requests().size(), 8u);
}

TEST_F(FetcherTest, DoesNotWaitForHours) {
  provider_.Fail({.on = "/x", .times = 100, .status = 429, .retry_after = "3600"});
  const auto response = fetcher_.Get("/x");
  EXPECT_TRUE(absl::IsUnavailable(response.status()));
  EXPECT_THAT(base::Message(response.status()), HasSubstr("the next may come in 3600 s only"));
  EXPECT_THAT(slept_, ElementsAre());
}

TEST_F(FetcherTest, NobodyListeningIsTriedAgainAndNamed) {
  Fetcher fetcher(Stripe(), {.base = "http://127.0.0.1:1", .per_second = 1e6}, {.secret = kSecret},
                  [](milliseconds) {});
  const auto response = fetcher.Get("/x");
  EXPECT_TRUE(absl::IsUnavailable(response.status()));
  EXPECT_THAT(base::Message(response.status()), HasSubstr("127.0.0.1"));
}

TEST_F(FetcherTest, ARefusedCredentialIsNamedAndNotShown) {
  provider_.Fail({.on = "/x", .status = 401, .body = "no such key: " + kSecret});
  const auto response = fetcher_.Get("/x");
  EXPECT_TRUE(absl::IsFailedPrecondition(response.status()));
  EXPECT_THAT(base::Message(response.status()),
              AllOf(HasSubstr("refuses the credential of stripe/acct_1"), HasSubstr("***"),
                    Not(HasSubstr(kSecret))));
  EXPECT_EQ(provider_.requests().size(), 1u);
}

TEST_F(FetcherTest, AnAnswerThatRepeatsTheCredentialIsNotKept) {
  provider_.Fail({.on = "/x", .status = 200, .body = R"({"echo":")" + kSecret + "\"}"});
  const auto response = fetcher_.Get("/x");
  EXPECT_TRUE(absl::IsFailedPrecondition(response.status()));
  EXPECT_THAT(base::Message(response.status()), Not(HasSubstr(kSecret)));
}

TEST_F(FetcherTest, ACredentialIsSentOverHttpsOnlyButToThisMachine) {
  EXPECT_TRUE(CheckAddress("https://api.stripe.com/v1").ok());
  EXPECT_TRUE(CheckAddress("http://127.0.0.1:8080/v1").ok());
  for (const std::string url : {"http://api.stripe.com", "api.stripe.com", "ftp://localhost",
                                "http://127.0.0.1@evil.example/", "https://"}) {
    EXPECT_TRUE(absl::IsFailedPrecondition(CheckAddress(url))) << url;
  }
}

// A server with a certificate that nobody signed.
TEST_F(FetcherTest, ACertificateThatNobodySignedIsRefused) {
  const std::string key = ::testing::TempDir() + "pull_key.pem";
  const std::string certificate = ::testing::TempDir() + "pull_certificate.pem";
  ASSERT_EQ(
      std::system(("openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes "
                   "-subj /CN=localhost -days 1 -keyout " +
                   key + " -out " + certificate + " >/dev/null 2>&1")
                      .c_str()),
      0);
  std::string port;
  {
    const FakeProvider free([](const auto&) { return FakeProvider::Reply{}; });
    port = free.url().substr(free.url().rfind(':') + 1);
  }
  const pid_t server = fork();
  if (server == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    execlp("openssl", "openssl", "s_server", "-quiet", "-www", "-accept", port.c_str(), "-key",
           key.c_str(), "-cert", certificate.c_str(), nullptr);
    _exit(127);
  }
  HttpClient http;
  absl::Status status = absl::UnavailableError("not asked yet");
  for (int i = 0; i < 500 && absl::IsUnavailable(status); ++i) {  // until it listens
    std::this_thread::sleep_for(milliseconds(10));
    status = http.Send({.url = "https://localhost:" + port + "/"}).status();
  }
  kill(server, SIGKILL);
  waitpid(server, nullptr, 0);
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_THAT(base::Message(status), HasSubstr("localhost: SSL certificate problem"));
}

// A provider whose tokens are made from a refresh token, and which makes a new one each time.
constexpr Stream kNoStreams[] = {{}};
const Provider kRefreshing = {.name = "acme",
                              .auth = Auth::kRefreshToken,
                              .token_url = "/token",
                              .token_scope = "read it",
                              .streams = kNoStreams};

class TokenTest : public ::testing::Test {
 protected:
  TokenTest()
      : provider_([this](const FakeProvider::Request& request) -> FakeProvider::Reply {
          if (request.path == "/token") {
            forms_.push_back(request.form);
            basic_ = request.headers.at("Authorization");
            ++tokens_;
            return {200, R"({"access_token":"access-)" + std::to_string(tokens_) +
                             R"(","expires_in":7200,"refresh_token":"refresh-)" +
                             std::to_string(tokens_) + "\"}"};
          }
          const bool known =
              request.headers.at("Authorization") == "Bearer access-" + std::to_string(tokens_);
          return {known && !expired_ ? 200 : 401, R"({"ok":true})"};
        }) {}

  Fetcher Make(const std::string& file) {
    return Fetcher(kRefreshing,
                   {.base = provider_.url(),
                    .token = provider_.url() + "/token",
                    .per_second = 1e6,
                    .key = "acme/1"},
                   {.secret = "app-secret",
                    .client_id = "app",
                    .refresh_token = "refresh-0",
                    .refresh_token_file = file},
                   [](milliseconds) {});
  }

  int tokens_ = 0;
  bool expired_ = false;
  std::vector<std::string> forms_;
  std::string basic_;
  FakeProvider provider_;
};

TEST_F(TokenTest, IsMadeOnceAndAnewWhenItIsRefused) {
  const std::string file = ::testing::TempDir() + "refresh_token";
  Fetcher fetcher = Make(file);
  ASSERT_TRUE(fetcher.Get("/x").ok());
  ASSERT_TRUE(fetcher.Get("/x").ok());
  EXPECT_EQ(tokens_, 1);
  EXPECT_EQ(basic_, "Basic YXBwOmFwcC1zZWNyZXQ=");
  ++tokens_;  // the one that was given is worthless now
  ASSERT_TRUE(fetcher.Get("/x").ok());
  EXPECT_THAT(forms_,
              ElementsAre("grant_type=refresh_token&refresh_token=refresh-0&scope=read%20it",
                          "grant_type=refresh_token&refresh_token=refresh-1&scope=read%20it"));
  std::ifstream kept(file);
  std::string token;
  kept >> token;
  EXPECT_EQ(token, "refresh-3");
  EXPECT_EQ(std::filesystem::status(file).permissions(),
            std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  expired_ = true;  // whatever the token: once more, and no further
  EXPECT_TRUE(absl::IsFailedPrecondition(fetcher.Get("/x").status()));
  EXPECT_EQ(tokens_, 4);
}

TEST_F(TokenTest, OneThatChangesNeedsAFile) {
  Fetcher fetcher = Make("");
  const auto response = fetcher.Get("/x");
  EXPECT_TRUE(absl::IsFailedPrecondition(response.status()));
  EXPECT_THAT(base::Message(response.status()),
              AllOf(HasSubstr("refresh_token_file"), Not(HasSubstr("refresh-"))));
}

}  // namespace
}  // namespace tieout::pull
