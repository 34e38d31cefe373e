// Pages in RocksDB: one database a partition (partitions move between machines), one column family
// (7.8.3 can lose an excluded family's data with the WAL off), block cache and write buffers
// shared by all partitions of the process.
//
// The log is the write-ahead log, so RocksDB's own is off, and memtables stay empty: a checkpoint
// is written page by page to an SST, in memory of a block, and taken in by one IngestExternalFile.
// A crash in between leaves the checkpoint before it. RocksDB was chosen for its ingestion and a
// block cache that can be bounded and shared.
#pragma once

#include <memory>
#include <string>

#include "engine/base/status.h"
#include "engine/store/store.h"

namespace rocksdb {
class Env;
}

namespace tieout::store {

struct RocksOptions {
  std::string directory;                     // <directory>/<partition>/
  uint64_t block_cache_bytes = 64ull << 20;  // blocks, indexes and filters: all of it
  // Beside a process that writes: sees its last checkpoint as of Open, changes nothing. A
  // partition without a store is empty.
  bool read_only = false;
  rocksdb::Env* env = nullptr;  // null: the machine's own; tests give a disk that loses power
};

absl::StatusOr<std::unique_ptr<StateStore>> NewRocksStore(const RocksOptions& options);

}  // namespace tieout::store
