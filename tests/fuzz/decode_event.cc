// A libFuzzer target over tests/engine/codec/readings.h: any bytes, both readings. The same
// property runs by seed in codec_test; this one searches.
//
//   CXX=clang++ cmake --preset asan -B build/fuzz && cmake --build build/fuzz --target
//   fuzz_decode_event build/fuzz/bin/fuzz_decode_event -max_total_time=60
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/engine/codec/readings.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string disagreement =
      tieout::codec::Disagreement({reinterpret_cast<const char*>(data), size});
  if (!disagreement.empty()) {
    std::fprintf(stderr, "%s\n", disagreement.c_str());
    std::abort();
  }
  return 0;
}
