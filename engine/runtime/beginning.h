// The first append of a log: per partition the `log` event, a tick and the built-in rules and
// calendars. The embedded log is created with it; `topics create` writes it on Kafka.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/ledger/event.h"
#include "engine/log/log.h"

namespace tieout::runtime {

// 32 hex digits, random.
std::string NewLogId();

std::vector<log::Entry> BeginningOf(const log::Identity& identity, int64_t now_us);

// One event as the same entry in every partition, without a key.
void AppendToEvery(int partitions, const std::string& wire, std::vector<log::Entry>* entries);

// "log/tick/<number>", at its own time.
std::string EncodeTick(uint64_t number, bool settled);

}  // namespace tieout::runtime
