#include "engine/base/hash.h"

// Inlined on purpose: most keys are short, and a call would cost as much as their hash.
#define XXH_INLINE_ALL
#include <xxhash.h>

namespace tieout::base {

Hash128 HashBytes128(std::string_view bytes) {
  const XXH128_hash_t h = XXH3_128bits(bytes.data(), bytes.size());
  return {.high = h.high64, .low = h.low64};
}

uint64_t HashBytes64(std::string_view bytes) { return XXH3_64bits(bytes.data(), bytes.size()); }

std::string HexEncode(std::string_view bytes) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string hex;
  hex.reserve(bytes.size() * 2);
  for (const unsigned char byte : bytes) {
    hex.push_back(kDigits[byte >> 4]);
    hex.push_back(kDigits[byte & 15]);
  }
  return hex;
}

}  // namespace tieout::base
