// The files of a gzip or zip, by libarchive, one at a time. For unpack.h and workbook.h.
#pragma once

#include <archive.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "connectors/input.h"
#include "engine/base/status.h"

namespace tieout::connectors {

enum class Packing : uint8_t { kNone, kGzip, kZip };
inline constexpr size_t kPackingHead = 4;  // bytes of a file that tell
Packing PackingOf(std::string_view head);

// Reads from the beginning; what is read is the file that NextFile came to. What libarchive can't
// read on after needs an Archive anew.
class Archive : public InputStream {
 public:
  Archive(const std::string& path, Packing packing);
  ~Archive() override;
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  // kDataLoss: cut off; kInvalidArgument: broken.
  absl::Status Open();
  // Past folders and a packer's noise; false: there are no more.
  absl::StatusOr<bool> NextFile();
  const std::string& member() const { return member_; }
  absl::StatusOr<size_t> Read(char* buffer, size_t size) override;

 private:
  absl::Status CannotBeRead(const std::string& name) const;

  const std::string path_;
  const Packing packing_;
  archive* const archive_;
  std::string member_;
};

// A name that a packer or a workbook gave, without what would command a terminal.
std::string CleanName(std::string_view name);

// What may come out of an archive of so many bytes: more is no statement.
uint64_t MostUnpacked(uint64_t packed_bytes);

// A member's bytes, watched: what went wrong, and how much came out, which has a bound.
class Watched : public InputStream {
 public:
  Watched(InputStream* in, std::string name, uint64_t most_bytes)
      : in_(in), name_(std::move(name)), most_bytes_(most_bytes) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override;
  // From now on reading it gives this.
  void Refuse(absl::Status status) { status_ = std::move(status); }

  uint64_t bytes() const { return bytes_; }
  bool grew() const { return grew_; }
  const absl::Status& status() const { return status_; }

 private:
  InputStream* const in_;
  const std::string name_;
  const uint64_t most_bytes_;
  uint64_t bytes_ = 0;
  bool grew_ = false;
  absl::Status status_;
};

}  // namespace tieout::connectors
