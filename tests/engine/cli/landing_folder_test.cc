#include "engine/cli/landing_folder.h"

#include <filesystem>
#include <fstream>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace tieout::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class LandingFolderTest : public ::testing::Test {
 protected:
  LandingFolderTest() : root_(::testing::TempDir() + "landing_" + std::to_string(::getpid())) {
    std::filesystem::remove_all(root_);
    std::filesystem::create_directories(root_ + "/data");
    landing_ = std::make_unique<LandingFolder>(root_, root_ + "/data");
  }
  ~LandingFolderTest() override { std::filesystem::remove_all(root_); }
  void Write(const std::string& name, const std::string& text) const {
    std::ofstream(root_ + "/" + name, std::ios::app) << text;
  }
  // The names of what is at rest so many seconds after the start.
  std::vector<std::string> LookAt(int seconds) {
    std::vector<std::string> names;
    const auto found = landing_->Look(start_ + std::chrono::seconds(seconds));
    EXPECT_TRUE(found.ok()) << found.status();
    for (const std::string& path : *found) names.push_back(path.substr(root_.size() + 1));
    return names;
  }
  void Done(const std::string& name) { landing_->Done(root_ + "/" + name); }

  const std::string root_;
  const LandingFolder::Clock::time_point start_ = LandingFolder::Clock::now();
  std::unique_ptr<LandingFolder> landing_;
};

TEST_F(LandingFolderTest, AFileThatGrowsIsHandedOutOnceItRests) {
  Write("b.csv", "one\n");
  EXPECT_THAT(LookAt(0), IsEmpty());
  EXPECT_TRUE(landing_->waiting());
  EXPECT_THAT(LookAt(1), IsEmpty());
  Write("b.csv", "two\n");
  EXPECT_THAT(LookAt(2), IsEmpty());
  Write("a.csv", "one\n");
  EXPECT_THAT(LookAt(4), ElementsAre("b.csv"));
  EXPECT_THAT(LookAt(6), ElementsAre("a.csv", "b.csv"));
  Done("a.csv");
  Done("b.csv");
  EXPECT_THAT(LookAt(60), IsEmpty());
  EXPECT_FALSE(landing_->waiting());
  Write("b.csv", "three\n");  // and again when it changes
  EXPECT_THAT(LookAt(61), IsEmpty());
  EXPECT_THAT(LookAt(63), ElementsAre("b.csv"));
}

TEST_F(LandingFolderTest, WhoeverStillWritesIsWaitedFor) {
  std::ofstream writer(root_ + "/slow.csv");
  writer << "half of it" << std::flush;
  LookAt(0);
  EXPECT_THAT(LookAt(10), IsEmpty());  // as quiet as can be, but open
  EXPECT_FALSE(landing_->IsStill(root_ + "/slow.csv"));
  writer.close();
  EXPECT_THAT(LookAt(20), ElementsAre("slow.csv"));
  EXPECT_TRUE(landing_->IsStill(root_ + "/slow.csv"));
  Write("slow.csv", "more");
  EXPECT_FALSE(landing_->IsStill(root_ + "/slow.csv"));
}

TEST_F(LandingFolderTest, WhatIsNoStatementIsLeftAloneAndARenameMakesOne) {
  for (const char* name :
       {".hidden.csv", "x.csv.part", "y.CRDOWNLOAD", "z.csv~", "~$z.csv", "map.toml"}) {
    Write(name, "text");
  }
  Write("empty.csv", "");
  LookAt(0);
  EXPECT_THAT(LookAt(10), IsEmpty());
  EXPECT_FALSE(landing_->waiting());
  std::filesystem::rename(root_ + "/x.csv.part", root_ + "/x.csv");
  EXPECT_THAT(LookAt(11), IsEmpty());
  EXPECT_THAT(LookAt(13), ElementsAre("x.csv"));
}

TEST_F(LandingFolderTest, FoldersWithinAreLookedIntoButNotTheDataOrLinks) {
  std::filesystem::create_directories(root_ + "/march/.cache");
  Write("march/bank.csv", "x");
  Write("march/.cache/copy.csv", "x");
  Write("data/segment", "x");
  std::filesystem::create_directory_symlink(root_ + "/march", root_ + "/again");
  LookAt(0);
  EXPECT_THAT(LookAt(2), ElementsAre("march/bank.csv"));
  std::filesystem::remove_all(root_ + "/march");
  EXPECT_THAT(LookAt(4), IsEmpty());
}

TEST_F(LandingFolderTest, WakesWhenAFileLandsAndSaysWhenTheFolderIsGone) {
  LookAt(0);
  Write("a.csv", "x");
  EXPECT_TRUE(landing_->Wait(std::chrono::seconds(10)));
  EXPECT_FALSE(landing_->Wait(std::chrono::milliseconds(1)));
  std::filesystem::remove_all(root_);
  EXPECT_EQ(landing_->Look(start_).status().code(), absl::StatusCode::kUnavailable);
}

}  // namespace
}  // namespace tieout::cli
