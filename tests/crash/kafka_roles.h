// What is killed in a crash run on Kafka: who folds, and who appends.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "engine/log/kafka.h"
#include "engine/store/store.h"

namespace tieout::crash {

// Lives in a mapped file.
struct KafkaPaths {
  std::atomic<uint64_t> spawned, holding, kills, kills_while_opening, kills_of_appenders,
      folding_again, checkpoints, forced_checkpoints, aborted_commits, lost_unwritten, lost_written,
      unknown_there, unknown_absent, fenced, silences, tried_again, append_retries, aborted_records,
      undecodable, wrong_partition;
  // How far a round is: the part of the script the driver lets be appended, so that there is work
  // at each kill; and whether the end is near, and there.
  std::atomic<uint64_t> allowed_permille;
  std::atomic<bool> hurry, all_appended;
};

struct KafkaPlace {
  std::string base;  // script/, store-a/, store-b/, paths, children.log
  std::string bootstrap, prefix;
  std::string script() const { return base + "/script"; }
  std::string store(const std::string& name) const { return base + "/store-" + name; }
  std::string paths() const { return base + "/paths"; }
  std::string lines() const { return base + "/children.log"; }
};

// Short timeouts, so that a broker that falls silent for two seconds leaves unknown outcomes.
log::KafkaOptions ChildOptions(const KafkaPlace& place);

// Both run until they are done, with the exit codes of child.h.
int FoldSlot(const KafkaPlace& place, const std::string& store, uint64_t seed);
int AppendScript(const KafkaPlace& place, uint64_t seed);

}  // namespace tieout::crash
