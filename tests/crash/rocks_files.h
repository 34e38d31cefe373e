// RocksDB on the log's file layer, so that log and store stand on one disk that loses its power.
#pragma once

#include <memory>

#include "engine/log/file.h"
#include "rocksdb/env.h"

namespace tieout::crash {

// `files` outlives the Env.
std::unique_ptr<rocksdb::Env> RocksOn(log::FileSystem* files);

}  // namespace tieout::crash
