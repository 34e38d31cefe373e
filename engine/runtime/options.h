// What an engine is opened with. The command line fills it from flags and tieout.toml; every
// default here is the documented one.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <string>

#include "engine/runtime/clock.h"

namespace tieout::runtime {

// Everything that grows with the input is counted against one of these. Bytes, for the whole
// process, shared evenly by the partitions it holds.
struct MemoryBounds {
  uint64_t pages_bytes = 512ull << 20;       // the folds' pages, clean and dirty
  uint64_t dirty_bytes = 128ull << 20;       // of these dirty; beyond it a checkpoint comes forward
  uint64_t block_cache_bytes = 64ull << 20;  // RocksDB, all partitions together
  uint64_t batch_bytes = 8ull << 20;         // encoded output kept until its commit is known
};

struct CheckpointPolicy {
  uint64_t events = 1'000'000;  // of one partition since its last checkpoint
  std::chrono::milliseconds interval{10'000};
};

struct CommitPolicy {
  std::chrono::milliseconds caught_up{5};
  std::chrono::milliseconds backlog{100};  // the interval doubles up to this while there is more
  uint32_t attempts = 20;                  // of one batch that the log keeps aborting
};

struct EngineOptions {
  // The data directory: log/ (embedded), store/, sources/, quarantine/, socket, index.
  std::string data_dir = "./tieout-data";
  // Not empty: the log is on Kafka, and data_dir holds the rest.
  std::string brokers;
  std::string topic_prefix = "tieout-";
  std::map<std::string, std::string> kafka;  // any librdkafka property
  int slot = 0;

  int partitions = 8;          // of a log that is begun now; else what the log says holds
  std::string fsync = "each";  // embedded: "each" append, "never", or "100ms"
  bool memory_store = false;   // state in memory only, folded from the beginning at each start

  MemoryBounds memory;
  CheckpointPolicy checkpoint;
  CommitPolicy commit;
  Clock* clock = &SystemClock();  // not owned
  // What a person should know and nothing stops for: a torn tail cut, a commit done again.
  std::function<void(const std::string&)> warn;
};

}  // namespace tieout::runtime
