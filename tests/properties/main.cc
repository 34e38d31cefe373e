// What must hold for every log, tried on random ones.
//
//   properties_test                        a few, as in ctest
//   properties_test --seed=7 --count=1     that one again
//   properties_test --count=100000         a long night
//
// A failure prints its seed and the smallest log found that still fails.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "tests/properties/harness.h"

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  for (int i = 1; i < argc; ++i) {
    if (std::strncmp(argv[i], "--seed=", 7) == 0) {
      tieout::properties::first_seed = std::strtoull(argv[i] + 7, nullptr, 10);
    } else if (std::strncmp(argv[i], "--count=", 8) == 0) {
      tieout::properties::seeds = std::strtoull(argv[i] + 8, nullptr, 10);
    } else {
      std::fprintf(stderr, "unknown argument %s; known: --seed=N --count=N\n", argv[i]);
      return 2;
    }
  }
  return RUN_ALL_TESTS();
}
