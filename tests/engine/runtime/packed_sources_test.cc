#include "engine/runtime/packed_sources.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <vector>

#include "engine/base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::runtime {
namespace {

using ::testing::ElementsAre;

std::string HashOf(const std::string& bytes) { return std::string(base::Sha256(bytes).view()); }

absl::Status Add(SourcePacker* packer, const std::vector<std::string>& sources) {
  std::vector<std::string> hashes;
  std::vector<SmallSource> small;
  for (const std::string& source : sources) hashes.push_back(HashOf(source));
  for (size_t i = 0; i < sources.size(); ++i) small.push_back({hashes[i], sources[i]});
  return packer->Add(small);
}

std::vector<std::string> FilesIn(const std::string& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    names.push_back(entry.path().filename());
  }
  std::sort(names.begin(), names.end());
  return names;
}

TEST(PackedSources, AreFoundByTheirHashAcrossFramesAndFiles) {
  const std::string directory = FreshDirectory("packed");
  {
    SourcePacker first(directory);
    ASSERT_TRUE(Add(&first, {"one", "", "three"}).ok());
    ASSERT_TRUE(Add(&first, {std::string(100'000, 'x')}).ok());
    ASSERT_TRUE(Add(&first, {}).ok());
  }
  SourcePacker second(directory);
  ASSERT_TRUE(Add(&second, {"four", "one"}).ok());
  for (const std::string& source : {std::string("one"), std::string(), std::string("three"),
                                    std::string(100'000, 'x'), std::string("four")}) {
    EXPECT_EQ(FindPacked(directory, HashOf(source)).value_or("none"), source);
  }
  EXPECT_TRUE(absl::IsNotFound(FindPacked(directory, HashOf("five")).status()));
  EXPECT_TRUE(absl::IsNotFound(FindPacked(directory + "/none", HashOf("one")).status()));
  EXPECT_THAT(FilesIn(directory), ElementsAre("pack-00000001.zst", "pack-00000002.zst"));
}

// A crash cuts the last frame anywhere: what was told to be there still is.
TEST(PackedSources, ATornEndCostsNothingBeforeIt) {
  const std::string directory = FreshDirectory("packed_torn");
  const std::string path = directory + "/pack-00000001.zst";
  uintmax_t whole = 0;
  {
    SourcePacker packer(directory);
    ASSERT_TRUE(Add(&packer, {"one", "two"}).ok());
    whole = std::filesystem::file_size(path);
    ASSERT_TRUE(Add(&packer, {"three"}).ok());
  }
  for (uintmax_t size = std::filesystem::file_size(path); size-- > whole;) {
    std::filesystem::resize_file(path, size);
    EXPECT_EQ(FindPacked(directory, HashOf("two")).value_or("none"), "two");
    EXPECT_TRUE(absl::IsNotFound(FindPacked(directory, HashOf("three")).status())) << size;
  }
  SourcePacker after(directory);
  ASSERT_TRUE(Add(&after, {"three"}).ok());
  EXPECT_EQ(FindPacked(directory, HashOf("three")).value_or("none"), "three");
}

TEST(PackedSources, DamageIsSaidToBe) {
  const std::string directory = FreshDirectory("packed_damaged");
  SourcePacker packer(directory);
  ASSERT_TRUE(Add(&packer, {"a source that says something"}).ok());
  const std::string path = directory + "/pack-00000001.zst";
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(-5, std::ios::end);
  file.put('!');
  file.close();
  EXPECT_TRUE(
      absl::IsDataLoss(FindPacked(directory, HashOf("a source that says something")).status()));
}

}  // namespace
}  // namespace tieout::runtime
