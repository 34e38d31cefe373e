// Small sources that come by the thousand, webhooks, in files that hold many: one write and one
// sync for all that came at the same time, where a file each would cost a sync each.
//
//   file  := frame*                       <directory>/pack-<number>.zst
//   frame := text(index) text(zstd of the sources' bytes one after another)
//   index := count:number (text(SHA-256) size:number)*        numbers and texts as in byte_frames.h
//
// A file is written by one process and never written to again by another, so a torn frame, which
// nobody was told is there, can only be a file's last. Looking one up reads the indexes: `explain`
// asks for a few, seldom.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::runtime {

struct SmallSource {
  std::string_view sha256;  // 32 bytes
  std::string_view bytes;
};

// Thread safety: none.
class SourcePacker {
 public:
  explicit SourcePacker(std::string directory) : directory_(std::move(directory)) {}
  ~SourcePacker();
  SourcePacker(const SourcePacker&) = delete;
  SourcePacker& operator=(const SourcePacker&) = delete;

  // Durable when it returns OK. kUnavailable: nothing is kept; try again.
  absl::Status Add(std::span<const SmallSource> sources);

 private:
  absl::Status Begin();
  absl::Status Fail(const char* doing);

  const std::string directory_;
  std::string path_;
  int fd_ = -1;
  int64_t size_ = 0;
};

// kNotFound: no pack in the directory holds it. kDataLoss: its pack is damaged.
absl::StatusOr<std::string> FindPacked(const std::string& directory, std::string_view sha256);

}  // namespace tieout::runtime
