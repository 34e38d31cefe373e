// Webhooks into the running program, signed by openssl and sent by curl: neither shares code with
// it.
#include <signal.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/cli/support/program.h"
#include "tests/engine/cli/support/send_webhook.h"

namespace tieout::cli {
namespace {

using ::testing::HasSubstr;

constexpr char kConfig[] = R"([accounts."stripe/acct_1"]
seller = "acme"
currency = "EUR"

[webhooks]
listen = "127.0.0.1:0"

[webhooks.stripe]
account = "acct_1"
secret_file = "stripe.secret"
)";

class WebhooksTest : public ::testing::Test {
 protected:
  WebhooksTest() {
    program_.WriteFile("tieout.toml", kConfig);
    program_.WriteFile("stripe.secret", "whsec_old\nwhsec_new\n");
    program_.WriteFile("send", kSendWebhook);
  }

  pid_t Serve(const std::string& name) {
    const pid_t process = program_.Start(name, "serve --listen 127.0.0.1:0");
    std::string out;
    for (int i = 0; i < 1000 && out.find("\nready\n") == std::string::npos; ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
      out = program_.ReadFile(name + ".out");
    }
    const size_t at = out.find("webhooks: port ");
    EXPECT_NE(at, std::string::npos) << out << program_.ReadFile(name + ".err");
    program_.WriteFile("port", out.substr(at + 15, out.find(',', at) - at - 15));
    return process;
  }
  std::string WriteBody(const std::string& payout) {
    const std::string name = "body-" + payout;
    program_.WriteFile(name, R"({
  "id": "evt_)" + payout + R"(",
  "object": "event",
  "created": 1772798000,
  "data": {
    "object": {"id": ")" + payout +
                                 R"(", "object": "payout", "amount": 11500, "currency": "eur",
      "created": 1772665200, "status": "paid", "arrival_date": 1772755200, "automatic": true}
  },
  "type": "payout.paid"
})");
    return name;
  }
  std::string Shell(const std::string& command) const {
    const std::string whole = "cd '" + program_.folder() + "' && (" + command + ") >.shell 2>&1";
    EXPECT_EQ(system(whole.c_str()), 0) << command << "\n" << program_.ReadFile(".shell");
    return program_.ReadFile(".shell");
  }

  const Program program_;
};

TEST_F(WebhooksTest, SignedByOpensslSentByCurl) {
  const pid_t process = Serve("serve");
  const std::string body = WriteBody("po_1");
  EXPECT_EQ(Shell("sh send " + body + " whsec_old"), "200");
  EXPECT_EQ(Shell("sh send " + body + " whsec_new"), "200");
  EXPECT_EQ(Shell("sh send " + body + " whsec_wrong"), "401");
  EXPECT_THAT(Shell("sed 's/po_1/po_2/' " + body + " >other && sh send other whsec_new"), "200");
  const Ran served = program_.Stop("serve", process, SIGTERM);
  EXPECT_EQ(served.exit_code, 0) << served.err;
  EXPECT_THAT(served.err, HasSubstr("/webhooks/stripe: refused: the signature is none"));
  const Ran explained = program_.Run("explain stripe/acct_1/po_1/paid");
  EXPECT_THAT(explained.out, HasSubstr("stripe webhook evt_po_1"));
  EXPECT_THAT(explained.out, HasSubstr("\"type\": \"payout.paid\"")) << "its very bytes";
}

// What was answered 200 is in the log when the process is killed at once after.
TEST_F(WebhooksTest, WhatWasAnsweredOutlivesTheProcess) {
  pid_t process = Serve("serve");
  for (int i = 0; i < 20; ++i) WriteBody("po_" + std::to_string(i));
  std::thread sender([&] {
    Shell(
        "for i in $(seq 0 19); do "
        "[ \"$(sh send body-po_$i whsec_new)\" = 200 ] && echo po_$i >>answered; done; true");
  });
  const auto answered = [&] {
    std::istringstream lines(program_.ReadFile("answered"));
    std::vector<std::string> payouts;
    for (std::string line; std::getline(lines, line);) payouts.push_back(line);
    return payouts;
  };
  for (int i = 0; i < 2000 && answered().size() < 5; ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  program_.Stop("serve", process, SIGKILL);
  sender.join();
  EXPECT_LT(answered().size(), 20u) << "killed among them";
  for (const std::string& payout : answered()) {
    EXPECT_THAT(program_.Run("explain stripe/acct_1/" + payout + "/paid").out,
                HasSubstr("stripe webhook evt_" + payout));
  }
  process = Serve("again");
  EXPECT_EQ(Shell("sh send body-po_19 whsec_new"), "200") << "it goes on";
  EXPECT_EQ(program_.Stop("again", process, SIGTERM).exit_code, 0);
}

TEST_F(WebhooksTest, SaysWhatIsMissing) {
  program_.WriteFile("stripe.secret", "\n");
  const Ran empty = program_.Run("serve --listen 127.0.0.1:0");
  EXPECT_EQ(empty.exit_code, 3) << empty.err;
  EXPECT_THAT(empty.err, HasSubstr("secret_file \"stripe.secret\" is empty"));
}

}  // namespace
}  // namespace tieout::cli
