// The bytes of every source, by their SHA-256: <directory>/<sha256 in hex>.zst. What a record is
// explained with, down to the line, is these bytes and not a file that may have changed since.
//
// Small ones that come by the thousand, webhooks, lie together (packed_sources.h).
//
// zstd keeps exports at about a tenth of their size and reads them back faster than a disk.
// Thread safety: all; two may put the same bytes at once.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "connectors/input.h"
#include "engine/base/status.h"

namespace tieout::runtime {

class SourceStore {
 public:
  explicit SourceStore(std::string directory) : directory_(std::move(directory)) {}

  struct Kept {
    std::string member;  // its name within a zip; empty: the file itself
    std::string sha256;  // 32 bytes
    uint64_t bytes = 0;
    absl::Status broken;  // other than OK: nothing is kept of this member, and why
  };
  // Each source in the file, read once from beginning to end, unpacked where it is gzip or zip
  // (connectors/unpack.h): what is hashed and kept is what is in it. Durable when it returns. An
  // error is about the file as a whole; kUnavailable: the store can't be written;
  // kFailedPrecondition: the file changed while it was read.
  absl::StatusOr<std::vector<Kept>> Put(const std::string& path) const;

  // kNotFound: the source was ingested elsewhere.
  absl::StatusOr<std::unique_ptr<connectors::InputStream>> Open(const std::string& sha256) const;

 private:
  std::string PathOf(const std::string& sha256) const;
  absl::Status Keep(connectors::InputStream& in, Kept* kept) const;

  const std::string directory_;
};

}  // namespace tieout::runtime
