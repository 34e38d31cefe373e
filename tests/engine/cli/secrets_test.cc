#include "engine/cli/secrets.h"

#include <cstdlib>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::string WriteSecret(const std::string& content) {
  const std::string path = ::testing::TempDir() + "tieout_secret";
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

std::string Refusal(const SecretSetting& setting) {
  return base::Message(ReadSecrets("[webhooks.stripe]", setting).status());
}

TEST(SecretsTest, EachLineOfAFileIsOne) {
  const auto one = ReadSecrets("", {.file = WriteSecret("whsec_1\n")});
  EXPECT_THAT(one.value(), ElementsAre("whsec_1"));
  const auto two = ReadSecrets("", {.file = WriteSecret("whsec_1\r\n\nwhsec_2")});
  EXPECT_THAT(two.value(), ElementsAre("whsec_1", "whsec_2"));
}

TEST(SecretsTest, EachWordOfAVariableIsOne) {
  ::setenv("TIEOUT_TEST_SECRET", "whsec_1 whsec_2", 1);
  EXPECT_THAT(ReadSecrets("", {.environment = "TIEOUT_TEST_SECRET"}).value(),
              ElementsAre("whsec_1", "whsec_2"));
}

TEST(SecretsTest, SaysWhereOneIsMissing) {
  EXPECT_THAT(Refusal({.file = "/nowhere/secret"}),
              HasSubstr("[webhooks.stripe]: secret_file \"/nowhere/secret\" can't be opened"));
  EXPECT_THAT(Refusal({.file = WriteSecret("\n ")}), HasSubstr("is empty"));
  EXPECT_THAT(Refusal({.environment = "TIEOUT_TEST_NO_SECRET"}),
              HasSubstr("no such environment variable"));
  const std::string both =
      Refusal({.file = WriteSecret("whsec_1"), .environment = "TIEOUT_TEST_SECRET"});
  EXPECT_THAT(both, HasSubstr("name one of them"));
  EXPECT_THAT(both, Not(HasSubstr("whsec_1")));
}

}  // namespace
}  // namespace tieout::cli
