// What stood at each ordinal of a partition, in a file that goes with this object: a log has more
// entries than memory. Thread safety: none.
#pragma once

#include <cstdint>
#include <fstream>
#include <optional>
#include <string>

#include "engine/base/status.h"

namespace tieout::audit {

class EntryFile {
 public:
  struct Entry {
    uint64_t id_hash = 0;  // of its event_id; 0: no event
    int64_t amount = 0;
    uint64_t applied = 0;  // 1: it moved the books, by the independent reading
  };

  explicit EntryFile(std::string path) : path_(std::move(path)) {}
  ~EntryFile();
  EntryFile(const EntryFile&) = delete;
  EntryFile& operator=(const EntryFile&) = delete;

  // The entry at the next ordinal. kUnavailable: the file can't be written.
  absl::Status Add(const Entry& entry);
  // After the last Add. nullopt: there is none.
  absl::StatusOr<std::optional<Entry>> At(uint64_t ordinal);

 private:
  absl::Status Trouble(const char* doing) const;

  const std::string path_;
  std::fstream file_;
  uint64_t count_ = 0;
  bool written_ = false;  // all of it
};

}  // namespace tieout::audit
