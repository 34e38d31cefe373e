// Reads one stream of one partition of an embedded log.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "engine/base/status.h"
#include "engine/log/cursor.h"
#include "engine/log/log.h"

namespace tieout::log {

// Waits for what comes after the cursor's place: woken by the writer of this process, else (live is
// null) for a moment, since looking at the file is the only way to know.
void WaitBeyond(const LogCursor& cursor, const Live* live,
                std::chrono::steady_clock::time_point until);

class EmbeddedReader : public Reader {
 public:
  static absl::StatusOr<std::unique_ptr<EmbeddedReader>> Open(FileSystem* files,
                                                              const std::string& directory,
                                                              const Live* live, Stream stream,
                                                              int partition, int64_t from_position);
  absl::StatusOr<std::span<const Stored>> Read(size_t max, std::chrono::milliseconds wait) override;
  int64_t position() const override { return position_; }

 private:
  EmbeddedReader(LogCursor cursor, const Live* live, Stream stream, int partition, int64_t position)
      : cursor_(std::move(cursor)),
        live_(live),
        stream_(stream),
        partition_(partition),
        position_(position) {}
  absl::Status Fill();

  LogCursor cursor_;
  const Live* const live_;
  const Stream stream_;
  const int partition_;
  int64_t position_;
  std::vector<Stored> ready_;  // of the cursor's piece
  size_t given_ = 0;           // of ready_
};

}  // namespace tieout::log
