#include "engine/matching/id_filter.h"

#include <gtest/gtest.h>

#include <string>

namespace tieout::matching {
namespace {

base::Hash128 Id(int i) { return base::HashBytes128("id " + std::to_string(i)); }

TEST(IdFilter, HoldsWhatItWasGivenAndHardlyMore) {
  constexpr int kIds = 100'000;
  IdFilter filter;
  filter.Reserve(kIds);
  for (int i = 0; i < kIds; ++i) filter.Insert(Id(i));
  int wrong = 0;
  for (int i = 0; i < kIds; ++i) {
    ASSERT_TRUE(filter.MayHold(Id(i))) << i;
    wrong += filter.MayHold(Id(kIds + i)) ? 1 : 0;
  }
  EXPECT_LT(wrong, 5) << "of 100,000; one in half a million is what it is built for";
}

// The memory's keys beside event ids: the second word follows from the first.
TEST(IdFilter, TellsKeysOfOneWordApart) {
  constexpr int kKeys = 100'000;
  const auto key = [](int i, bool inverted) {
    const uint64_t word = Id(i).low;
    return inverted ? base::Hash128{word, ~word} : base::Hash128{word, word * 0x9e3779b97f4a7c15u};
  };
  for (const bool inverted : {true, false}) {
    IdFilter filter;
    filter.Reserve(kKeys);
    for (int i = 0; i < kKeys; ++i) filter.Insert(key(i, inverted));
    int wrong = 0;
    for (int i = 0; i < kKeys; ++i) wrong += filter.MayHold(key(kKeys + i, inverted)) ? 1 : 0;
    EXPECT_LT(wrong, 5) << inverted;
  }
}

TEST(IdFilter, GrowsAndForgetsByGeneration) {
  IdFilter filter;
  for (int i = 0; i < 5'000; ++i) filter.Insert(Id(i), i / 2'500);
  for (int i = 0; i < 5'000; ++i) ASSERT_TRUE(filter.MayHold(Id(i))) << i;
  filter.DropBefore(1);
  int left = 0;
  for (int i = 0; i < 2'500; ++i) left += filter.MayHold(Id(i)) ? 1 : 0;
  EXPECT_LT(left, 10);
  for (int i = 2'500; i < 5'000; ++i) ASSERT_TRUE(filter.MayHold(Id(i))) << i;
}

TEST(IdFilter, GrowsNoFurtherThanItIsLet) {
  IdFilter filter;
  int held = 0;
  while (filter.TryInsert(Id(held), 0, 350)) ++held;
  EXPECT_EQ(held, 32 + 256) << "the next would hold eight times as many";
  EXPECT_FALSE(filter.MayHold(Id(held)));
}

}  // namespace
}  // namespace tieout::matching
