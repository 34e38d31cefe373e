#include "engine/cli/hint.h"

#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

TEST(HintTest, GoesOnWhereThePersonIs) {
  EXPECT_EQ(CommandLine("run", {}), "tieout run");
  EXPECT_EQ(CommandLine("dlq retry 3:4", {.data = "k", .brokers = "a:1,b:2"}),
            "tieout dlq retry 3:4 --brokers a:1,b:2 --data k");
  EXPECT_EQ(CommandLine("verify", {.topic_prefix = "shop-", .config = "conf/t.toml"}),
            "tieout verify --config conf/t.toml --topic-prefix shop-");
  EXPECT_EQ(CommandLine("run", {.data = "d", .no_brokers = true}),
            "tieout run --brokers '' --data d");
}

TEST(HintTest, IsWhatAShellTakes) {
  EXPECT_EQ(CommandLine("run", {.data = "My Shop's"}), R"(tieout run --data 'My Shop'\''s')");
  EXPECT_EQ(CommandLine("run", {.data = "a;b"}), "tieout run --data 'a;b'");
}

}  // namespace
}  // namespace tieout::cli
