// Fixed-width little-endian numbers and length-prefixed bytes, as the log's own files and commit
// points are made of.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <type_traits>

namespace tieout::log {

static_assert(std::endian::native == std::endian::little,
              "numbers are copied as they lie in memory; another machine must swap here");

template <typename T>
void Put(std::string* out, T number) {
  static_assert(std::is_integral_v<T>);
  out->append(reinterpret_cast<const char*>(&number), sizeof number);
}

inline void PutBytes(std::string* out, std::string_view bytes) {
  Put(out, static_cast<uint32_t>(bytes.size()));
  out->append(bytes);
}

// Takes from the front; false: not enough is left, and nothing more should be taken.
template <typename T>
bool Take(std::string_view* in, T* number) {
  static_assert(std::is_integral_v<T>);
  if (in->size() < sizeof *number) return false;
  std::memcpy(number, in->data(), sizeof *number);
  in->remove_prefix(sizeof *number);
  return true;
}

inline bool TakeView(std::string_view* in, size_t size, std::string_view* bytes) {
  if (in->size() < size) return false;
  *bytes = in->substr(0, size);
  in->remove_prefix(size);
  return true;
}

inline bool TakeBytes(std::string_view* in, std::string_view* bytes) {
  uint32_t size = 0;
  return Take(in, &size) && TakeView(in, size, bytes);
}

}  // namespace tieout::log
