// kill -9 in the middle of writing: what is found afterwards is one checkpoint, whole.
//
// The writer is this binary again (posix_spawn of /proc/self/exe): RocksDB's threads don't survive
// a fork.
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "engine/store/rocks_store.h"
#include "gtest/gtest.h"
#include "tests/engine/store/random_checkpoints.h"

namespace tieout::store {
namespace {

constexpr uint64_t kSeed = 77;
constexpr char kDirectoryVariable[] = "TIEOUT_STORE_KILL_DIRECTORY";

std::unique_ptr<StateStore> Rocks(const std::string& directory) {
  RocksOptions options;
  options.directory = directory;
  return NewRocksStore(options).value();
}

// Runs in the child only: writes checkpoint after checkpoint until killed.
TEST(KillWriter, DISABLED_WritesUntilKilled) {
  const char* directory = std::getenv(kDirectoryVariable);
  ASSERT_NE(directory, nullptr);
  auto store = Rocks(directory);
  auto pages = store->Open(3).value();
  const int64_t done = pages->meta() ? pages->meta()->next_position / 10 : 0;
  for (int64_t n = done + 1;; ++n) {
    const RandomCheckpoint checkpoint = CheckpointNumber(kSeed, n);
    ASSERT_TRUE(pages->Write(checkpoint.meta, checkpoint.pages).ok());
  }
}

void RunWriterFor(const std::string& directory, useconds_t micros) {
  setenv(kDirectoryVariable, directory.c_str(), 1);
  char program[] = "/proc/self/exe";
  char filter[] = "--gtest_filter=KillWriter.DISABLED_WritesUntilKilled";
  char also[] = "--gtest_also_run_disabled_tests";
  char* arguments[] = {program, filter, also, nullptr};
  pid_t child = 0;
  ASSERT_EQ(posix_spawn(&child, program, nullptr, nullptr, arguments, environ), 0);
  usleep(micros);
  kill(child, SIGKILL);
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_TRUE(WIFSIGNALED(status)) << "the writer ended by itself";
}

TEST(Kill, LeavesOneWholeCheckpoint) {
  const std::string directory = ::testing::TempDir() + "tieout_store_kill";
  std::filesystem::remove_all(directory);
  std::mt19937_64 random(kSeed);
  int64_t folded = 0;
  Pages model;
  uint64_t longest_us = 150'000;
  for (int round = 0; round < 15; ++round) {
    RunWriterFor(directory, static_cast<useconds_t>(random() % longest_us));
    auto store = Rocks(directory);
    auto pages = store->Open(3).value();
    const int64_t found = pages->meta() ? pages->meta()->next_position / 10 : 0;
    ASSERT_GE(found, folded) << "a checkpoint that was there is gone";
    while (folded < found) ApplyTo(CheckpointNumber(kSeed, ++folded), &model);
    if (found == 0) {
      longest_us += longest_us / 2;  // a slow machine, or sanitizers
    } else {
      ASSERT_EQ(*pages->meta(), CheckpointNumber(kSeed, found).meta);
    }
    ASSERT_EQ(AllPages(pages.get()), model);
  }
  EXPECT_GT(folded, 0) << "no round lived long enough to write: nothing was tested";
}

}  // namespace
}  // namespace tieout::store
