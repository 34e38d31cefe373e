#include "engine/audit/scratch_map.h"

#include <filesystem>

#include "engine/audit/entry_file.h"
#include "engine/base/temporary_folder.h"
#include "fmt/format.h"
#include "gtest/gtest.h"

namespace tieout::audit {
namespace {

TEST(ScratchMapTest, FindsWhatItHoldsAndWhatItSpilled) {
  const auto states = store::NewMemoryStore();
  const auto spilled = *states->Open(0);
  ScratchMap map(spilled.get(), 10);
  for (int i = 0; i < 95; ++i) {
    EXPECT_EQ(*map.Get(fmt::format("k{}", i)), "");
    ASSERT_TRUE(map.Put(fmt::format("k{}", i), fmt::format("v{}", i)).ok());
  }
  ASSERT_TRUE(map.Put("k3", "anew").ok());
  for (int i = 0; i < 95; ++i) {
    EXPECT_EQ(*map.Get(fmt::format("k{}", i)), i == 3 ? "anew" : fmt::format("v{}", i));
  }
  int pages = 0;
  ASSERT_TRUE(spilled
                  ->Scan([&](std::string_view, std::string_view) {
                    ++pages;
                    return absl::OkStatus();
                  })
                  .ok());
  EXPECT_EQ(pages, 90);
}

TEST(EntryFileTest, GivesBackEachOrdinalAndGoesAway) {
  base::TemporaryFolder folder("test");
  const std::string path = *folder.Path() + "/entries";
  {
    EntryFile file(path);
    EXPECT_FALSE((*file.At(0)).has_value());
    for (int64_t i = 0; i < 1000; ++i) {
      ASSERT_TRUE(file.Add({.id_hash = 7, .amount = -i, .applied = 1}).ok());
    }
    for (const uint64_t ordinal : {999, 0, 500}) {
      EXPECT_EQ((*file.At(ordinal))->amount, -static_cast<int64_t>(ordinal));
    }
    EXPECT_FALSE((*file.At(1000)).has_value());
    EXPECT_TRUE(std::filesystem::exists(path));
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(EntryFileTest, SaysThatItCantBeWritten) {
  EntryFile file("/nowhere/entries");
  const absl::Status status = file.Add({});
  EXPECT_TRUE(absl::IsUnavailable(status)) << status;
  EXPECT_NE(status.message().find("TMPDIR"), std::string::npos);
}

}  // namespace
}  // namespace tieout::audit
