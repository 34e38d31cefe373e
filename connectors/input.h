// Bytes of a source, in order, once. Memory stays flat: readers take chunks.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "engine/base/status.h"

namespace tieout::connectors {

class InputStream {
 public:
  virtual ~InputStream() = default;
  // Fills at most `size` bytes and returns how many; 0 is the end.
  virtual absl::StatusOr<size_t> Read(char* buffer, size_t size) = 0;
};

// Bytes that somebody else keeps alive.
class MemoryInput : public InputStream {
 public:
  explicit MemoryInput(std::string_view bytes) : rest_(bytes) {}
  absl::StatusOr<size_t> Read(char* buffer, size_t size) override;

 private:
  std::string_view rest_;
};

// A file by path. Errors name it.
absl::StatusOr<std::unique_ptr<InputStream>> OpenFile(const std::string& path);

// Lets a reader look at the first bytes of a stream before it takes them.
class PeekInput : public InputStream {
 public:
  explicit PeekInput(InputStream& in) : in_(in) {}
  // The first `size` bytes, fewer only at the end of the stream. Valid until the next Read.
  absl::StatusOr<std::string_view> Peek(size_t size);
  absl::StatusOr<size_t> Read(char* buffer, size_t size) override;

 private:
  InputStream& in_;
  std::string head_;
  size_t taken_ = 0;
};

}  // namespace tieout::connectors
