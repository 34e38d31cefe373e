// A fuzz target over any_file.h: any bytes, given to the connector TIEOUT_FUZZ_CONNECTOR.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "tests/fuzz/any_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string trouble = tieout::connectors::Trouble(
      TIEOUT_FUZZ_CONNECTOR, {reinterpret_cast<const char*>(data), size});
  if (!trouble.empty()) {
    std::fprintf(stderr, "%s\n", trouble.c_str());
    std::abort();
  }
  return 0;
}
