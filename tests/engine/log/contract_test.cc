#include "tests/engine/log/support/contract.h"

#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {
namespace {

INSTANTIATE_TEST_SUITE_P(Embedded, ContractTest, testing::Values(EmbeddedKind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace tieout::log
