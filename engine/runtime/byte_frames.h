// Strings and numbers one after another, for what this room writes down itself (the index's cache,
// the writer's socket).
//
//   number := u64 little endian      text := length:number byte*
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace tieout::runtime {

inline void PutNumber(uint64_t value, std::string* out) {
  for (int shift = 0; shift < 64; shift += 8) out->push_back(static_cast<char>(value >> shift));
}

inline void PutText(std::string_view text, std::string* out) {
  PutNumber(text.size(), out);
  out->append(text);
}

// Reads in the same order. After the end or a wrong length everything reads as empty and ok() is
// false.
class FrameReader {
 public:
  explicit FrameReader(std::string_view bytes) : rest_(bytes) {}

  uint64_t Number() {
    if (rest_.size() < 8) return Fail();
    uint64_t value = 0;
    for (int i = 7; i >= 0; --i) value = value << 8 | static_cast<uint8_t>(rest_[i]);
    rest_.remove_prefix(8);
    return value;
  }
  // A view into the bytes given.
  std::string_view Text() {
    const uint64_t size = Number();
    if (size > rest_.size()) {
      Fail();
      return {};
    }
    std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return text;
  }
  bool ok() const { return ok_; }
  bool AtEnd() const { return ok_ && rest_.empty(); }

 private:
  uint64_t Fail() {
    ok_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace tieout::runtime
