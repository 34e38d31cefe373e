#include "engine/runtime/beginning.h"

#include <random>

#include "engine/codec/codec.h"
#include "engine/matching/fold.h"
#include "fmt/format.h"

namespace tieout::runtime {

std::string NewLogId() {
  std::random_device random;
  std::string id;
  for (int i = 0; i < 4; ++i) id += fmt::format("{:08x}", random());
  return id;
}

void AppendToEvery(int partitions, const std::string& wire, std::vector<log::Entry>* entries) {
  for (int partition = 0; partition < partitions; ++partition) {
    entries->push_back({log::Stream::kEvents, partition, "", wire});
  }
}

std::string EncodeTick(uint64_t number, bool settled) {
  const std::string id = fmt::format("log/tick/{}", number);
  ledger::Event event;
  event.event_id = id;
  event.occurred_at_us = static_cast<int64_t>(number) * ledger::kTickMicros;
  event.body = ledger::Tick{number, settled};
  return codec::EncodeEvent(event);
}

std::vector<log::Entry> BeginningOf(const log::Identity& identity, int64_t now_us) {
  std::vector<log::Entry> entries;
  ledger::Event event;
  event.event_id = "log/beginning";
  event.occurred_at_us = now_us;
  event.body = ledger::LogBeginning{identity.log_id, static_cast<uint32_t>(identity.partitions),
                                    "murmur2", codec::kSemanticsNumber};
  AppendToEvery(identity.partitions, codec::EncodeEvent(event), &entries);
  const uint64_t tick = static_cast<uint64_t>(now_us / ledger::kTickMicros);
  AppendToEvery(identity.partitions, EncodeTick(tick, false), &entries);
  for (const ledger::Event& builtin : matching::BuiltinConfiguration()) {
    AppendToEvery(identity.partitions, codec::EncodeEvent(builtin), &entries);
  }
  return entries;
}

}  // namespace tieout::runtime
