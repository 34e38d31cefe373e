#include <gtest/gtest.h>

#include "tests/engine/log/support/copying.h"
#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {
namespace {

TEST(CopyTest, EmbeddedToKafkaAndBack) { CopyThereAndBack(EmbeddedKind(), KafkaKind()); }

}  // namespace
}  // namespace tieout::log
