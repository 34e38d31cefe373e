// What a publisher must know of a log before it appends: who owns which account, the last tick,
// which sources are closed. Read from the events streams, and kept in a file beside the data so
// that the next command reads on from there; losing the file costs reading the log once.
// Thread safety: none.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/log/log.h"
#include "engine/matching/fold.h"

namespace tieout::runtime {

// A closed report of what was pulled from a provider. Its source's name is "pull:" and the stream,
// then after a blank what of it: "pull:stripe/acct_1/payouts 2026-03-01T00:00:00Z..…".
struct PulledSource {
  std::string name;
  std::string provider, merchant_account, currency;
  int64_t from_us = 0, to_us = 0;  // its coverage
};

class LogIndex {
 public:
  // `cache_file` empty: nothing is kept. A cache of another log or a damaged one is ignored.
  LogIndex(log::EventLog* log, std::string cache_file);

  // Reads what was appended since.
  absl::Status Refresh();
  // Writes the cache file, replacing it as a whole.
  absl::Status Save() const;

  const matching::AccountDirectory& accounts() const { return accounts_; }
  // Number of the last tick, in units of 10 s; 0: none.
  uint64_t last_tick() const { return last_tick_; }
  // The closed report of these source bytes (their SHA-256, 32 bytes) is in the log and no
  // retraction took it back.
  bool IsClosed(std::string_view sha256) const;
  // What was pulled under names that begin with `name`, and not taken back.
  std::vector<PulledSource> Pulled(std::string_view name) const;

 private:
  absl::Status ReadPartition(int partition);
  void Take(int partition, std::string_view wire, const ledger::Event& event);
  void Declare(std::string_view wire);
  bool Restore(std::string_view bytes);
  void Reset();
  std::string Serialized() const;

  log::EventLog* const log_;
  const std::string cache_file_;
  std::vector<int64_t> positions_;           // next to read, by partition
  uint64_t last_tick_ = 0;                   // of partition 0, as every other
  std::vector<std::string> account_events_;  // wire bytes, from partition 0
  matching::AccountDirectory accounts_;      // made of account_events_
  // A retraction stands in every partition, so its order to a report is told within the report's.
  // By (sha256, partition), of what was pulled a report for each account; else none.
  std::map<std::pair<std::string, int>, std::vector<PulledSource>> closed_;
};

}  // namespace tieout::runtime
