// Which of many events a log holds already, by id and content (ledger::ContentHash): a repeated
// fact has no effect, another content under a known id is a conflict, and the log's first stands.
//
// Events are gathered and compared by reading the log once for each four million of them (48 bytes
// each). A row without an id is known by its event id like any other; whether an equal row of a day
// that two files cover is the same row is the fold's to say (coverages, balances).
// Thread safety: none.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "engine/base/hash.h"
#include "engine/base/status.h"
#include "engine/ledger/event.h"
#include "engine/log/log.h"

namespace tieout::runtime {

class KnownEvents {
 public:
  // What of a group is not new.
  struct Tally {
    uint64_t in_log = 0;           // same id and content
    uint64_t twice = 0;            // the same, earlier among the events added
    uint64_t conflicting = 0;      // same id, another content, in either
    ledger::WideMinor amount = 0;  // of all these
  };
  struct Conflict {
    size_t group = 0;
    std::string event_id;
    uint64_t line = 0;         // of the event added
    ledger::Minor amount = 0;  // likewise
    ledger::Minor known = 0;   // of the one that came first
    bool in_log = false;       // else that one is among the events added
  };
  // `progress` (entries of the log, read and in all) may be empty.
  using Progress = std::function<void(uint64_t done, uint64_t total)>;
  explicit KnownEvents(log::EventLog* log, Progress progress = nullptr,
                       size_t gathered_at_most = 4'000'000)
      : log_(log), progress_(std::move(progress)), gathered_at_most_(gathered_at_most) {}

  // `group`: an index of the caller's, what is counted together.
  absl::Status Add(const ledger::Event& event, size_t group);
  // By group; complete once nothing more is added.
  absl::StatusOr<std::vector<Tally>> Finish();
  // The first hundred.
  const std::vector<Conflict>& conflicts() const { return conflicts_; }

 private:
  struct Added {
    uint64_t content = 0;
    ledger::Minor amount = 0;
    uint64_t line = 0;
    uint32_t group = 0;
    bool found = false;
  };
  absl::Status Compare();
  void Meet(const ledger::Event& in_log);
  void Keep(Conflict conflict);

  log::EventLog* const log_;
  const Progress progress_;
  const size_t gathered_at_most_;
  absl::flat_hash_map<base::Hash128, Added> added_;
  std::vector<Tally> tallies_;
  std::vector<Conflict> conflicts_;
};

}  // namespace tieout::runtime
