// Stripe's own mock, which answers from Stripe's OpenAPI: somebody else's idea of the API. It is
// there where ops/stripe-mock was run; elsewhere this is skipped.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <thread>

#include "engine/pull/http.h"
#include "engine/pull/providers.h"
#include "tests/engine/pull/support/fake_provider.h"
#include "tests/engine/pull/support/pulling.h"

namespace tieout::pull {
namespace {

const char* const kProgram = TIEOUT_SOURCE_DIR "/build/stripe-mock/stripe-mock";

// A port that was free a moment ago.
std::string FreePort() {
  const FakeProvider holder([](const auto&) { return FakeProvider::Reply{}; });
  return holder.url().substr(holder.url().rfind(':') + 1);
}

class StripeMock {
 public:
  StripeMock() : port_(FreePort()), process_(fork()) {
    if (process_ != 0) return;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (freopen("/dev/null", "w", stdout) == nullptr) _exit(126);
    execl(kProgram, kProgram, "-http-port", port_.c_str(), nullptr);
    _exit(127);
  }
  ~StripeMock() {
    kill(process_, SIGKILL);
    waitpid(process_, nullptr, 0);
  }
  std::string url() const { return "http://127.0.0.1:" + port_; }
  // It reads the whole of Stripe's API first.
  bool AwaitReady() const {
    HttpClient http;
    for (int i = 0; i < 600; ++i) {
      if (http.Send({.url = url() + "/v1/payouts", .headers = {"Authorization: Bearer sk_test_1"}})
              .ok()) {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

 private:
  const std::string port_;
  const pid_t process_;
};

TEST(StripeMockTest, IsPulledFrom) {
  if (!std::filesystem::exists(kProgram))
    GTEST_SKIP() << "no stripe-mock: ops/stripe-mock builds it";
  const StripeMock mock;
  ASSERT_TRUE(mock.AwaitReady());
  const int64_t now = base::ParseDay("2026-03-20")->start_us();
  EngineUnderTest engine("pull_stripe_mock", "stripe", "acct_1", now);
  const absl::Status status =
      engine.Pull(Stripe(), mock.url(), {.secret = "sk_test_123"}, now - 3 * base::kMicrosPerDay);
  ASSERT_TRUE(status.ok()) << status;
  const auto is_of_payout = [](const std::string& name) {
    return name.starts_with("pull:stripe/acct_1/payout po_");
  };
  EXPECT_EQ(std::count_if(engine.taken.begin(), engine.taken.end(), is_of_payout), 1);
  EXPECT_GE(engine.taken.size(), 4u);  // nothing of which was set aside
}

}  // namespace
}  // namespace tieout::pull
