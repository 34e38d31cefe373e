// CRC32C (Castagnoli), by Intel's ISA-L, which uses the processor's carry-less multiplication.
#pragma once

#include <isa-l/crc.h>

#include <algorithm>
#include <cstdint>
#include <string_view>

namespace tieout::log {

// Continues `crc`, the value of the bytes before.
inline uint32_t Crc32c(std::string_view bytes, uint32_t crc = 0) {
  while (!bytes.empty()) {
    const size_t n = std::min(bytes.size(), size_t{1} << 30);  // the library takes an int
    // It takes a pointer to non-const but only reads.
    auto* data = reinterpret_cast<unsigned char*>(const_cast<char*>(bytes.data()));
    crc = ~crc32_iscsi(data, static_cast<int>(n), ~crc);
    bytes.remove_prefix(n);
  }
  return crc;
}

}  // namespace tieout::log
