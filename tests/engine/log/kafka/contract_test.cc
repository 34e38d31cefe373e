#include "tests/engine/log/support/contract.h"

#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {
namespace {

INSTANTIATE_TEST_SUITE_P(Kafka, ContractTest, testing::Values(KafkaKind()),
                         [](const auto& kind) { return kind.param.name; });

}  // namespace
}  // namespace tieout::log
