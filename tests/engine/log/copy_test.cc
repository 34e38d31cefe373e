#include "engine/log/copy.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "engine/log/embedded.h"
#include "tests/engine/log/support/copying.h"
#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {
namespace {

using testing::HasSubstr;

TEST(CopyTest, EmbeddedToEmbedded) { CopyThereAndBack(EmbeddedKind(), EmbeddedKind()); }

TEST(CopyTest, ADestinationThatIsAnotherLogOrNotEmptyIsRefused) {
  const auto source = EmbeddedKind().make();
  ASSERT_TRUE(source->Create({"id", 2}, {}).ok());
  const auto from = source->Open().value();
  const auto refused = [&](const Identity& identity, std::span<const Entry> beginning) {
    const auto destination = EmbeddedKind().make();
    EXPECT_TRUE(destination->Create(identity, beginning).ok());
    const auto to = destination->Open().value();
    const absl::Status status = CopyLog(from.get(), to.get(), {}).status();
    EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
    return std::string(status.message());
  };
  EXPECT_THAT(refused({"other", 2}, {}), HasSubstr("log other"));
  EXPECT_THAT(refused({"id", 3}, {}), HasSubstr("3 partitions"));
  EXPECT_THAT(refused({"id", 2}, std::vector<Entry>{Record(1, "x")}), HasSubstr("isn't empty"));
}

}  // namespace
}  // namespace tieout::log
