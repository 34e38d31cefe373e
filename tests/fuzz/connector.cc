// A fuzz target over any_file.h: any bytes, given to the connector TIEOUT_FUZZ_CONNECTOR.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "connectors/registry.h"
#include "tests/fuzz/any_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  static const auto* connector = tieout::connectors::Find(TIEOUT_FUZZ_CONNECTOR);
  const std::string trouble =
      tieout::connectors::Trouble(*connector, {reinterpret_cast<const char*>(data), size});
  if (!trouble.empty()) {
    std::fprintf(stderr, "%s\n", trouble.c_str());
    std::abort();
  }
  return 0;
}
