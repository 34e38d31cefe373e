#include "engine/runtime/source_store.h"

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>

#include "engine/base/hash.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/support/archive.h"

namespace tieout::runtime {
namespace {

using ::testing::HasSubstr;

std::string WriteFile(const std::string& path, const std::string& content) {
  std::ofstream(path, std::ios::binary) << content;
  return path;
}

absl::StatusOr<SourceStore::Kept> PutOne(const SourceStore& store, const std::string& path) {
  const auto kept = store.Put(path);
  if (!kept.ok()) return kept.status();
  EXPECT_EQ(kept->size(), 1u);
  return kept->at(0);
}

std::string ReadBack(const SourceStore& store, const std::string& sha256) {
  auto in = store.Open(sha256);
  if (!in.ok()) return in.status().ToString();
  std::string all, chunk(777, '\0');
  while (true) {
    const auto n = (*in)->Read(chunk.data(), chunk.size());
    if (!n.ok()) return n.status().ToString();
    if (*n == 0) return all;
    all.append(chunk, 0, *n);
  }
}

TEST(SourceStore, GivesBackTheBytesOfAnyLength) {
  const std::string directory = FreshDirectory("sources");
  SourceStore store(directory + "/sources");
  std::mt19937_64 random(1);
  for (size_t size : {0, 1, 1000, 128 << 10, (128 << 10) + 1, 1'000'000}) {
    std::string content(size, '\0');
    for (char& c : content) c = static_cast<char>(random() % 7 + 'a');
    const auto kept = PutOne(store, WriteFile(directory + "/file", content));
    ASSERT_TRUE(kept.ok()) << kept.status();
    EXPECT_EQ(kept->bytes, size);
    EXPECT_EQ(base::HexEncode(kept->sha256), base::Sha256(content).hex());
    EXPECT_EQ(ReadBack(store, kept->sha256), content);
  }
}

TEST(SourceStore, ACutFileIsSaidToBe) {
  const std::string directory = FreshDirectory("source_cut");
  SourceStore store(directory);
  std::string content;
  for (int i = 0; i < 100'000; ++i) content += std::to_string(i);
  const auto kept = PutOne(store, WriteFile(directory + "/file", content));
  ASSERT_TRUE(kept.ok());
  const std::string path = directory + "/" + base::HexEncode(kept->sha256) + ".zst";
  std::filesystem::resize_file(path, std::filesystem::file_size(path) / 2);
  EXPECT_THAT(ReadBack(store, kept->sha256), HasSubstr("is damaged"));
}

// A statement is the same source gzipped and plain, and its lines are those of the statement.
TEST(SourceStore, AGzippedFileIsItsContent) {
  constexpr char kGzipped[] =
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\x4b\x54\x28\x2e\x49\x2c\x49\xcd"
      "\x4d\xcd\x2b\xe1\xca\x4f\x53\x28\x29\xcf\x57\xc8\xc9\xcc\x4b\x2d\xe6\x02"
      "\x00\xbf\x40\xdb\xdd\x19\x00\x00\x00";
  const std::string directory = FreshDirectory("source_gzip");
  SourceStore store(directory);
  const std::string plain = "a statement\nof two lines\n";
  const auto kept =
      PutOne(store, WriteFile(directory + "/file.gz", std::string(kGzipped, sizeof kGzipped - 1)));
  ASSERT_TRUE(kept.ok()) << kept.status();
  EXPECT_EQ(kept->bytes, plain.size());
  EXPECT_EQ(base::HexEncode(kept->sha256), base::Sha256(plain).hex());
  EXPECT_EQ(ReadBack(store, kept->sha256), plain);
}

TEST(SourceStore, AFileThatIsWrittenToMeanwhileIsRefused) {
  const std::string directory = FreshDirectory("source_changing");
  const std::string path = WriteFile(directory + "/file", std::string(8 << 20, 'x'));
  const SourceStore store(directory + "/sources");
  std::atomic<bool> stop = false;
  std::atomic<int> appended = 0;
  std::thread writer([&] {
    std::ofstream out(path, std::ios::app);
    for (; !stop; ++appended) {
      out << "more\n" << std::flush;
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  });
  while (appended == 0) std::this_thread::yield();
  const absl::Status changed = store.Put(path).status();
  stop = true;
  writer.join();
  EXPECT_EQ(changed.code(), absl::StatusCode::kFailedPrecondition) << changed;
  EXPECT_THAT(changed.ToString(), HasSubstr(path + ": it changed while it was read"));
  EXPECT_TRUE(store.Put(path).ok());
}

TEST(SourceStore, KeepsEachFileOfAZipThatCanBeRead) {
  const std::string directory = FreshDirectory("source_zip");
  const std::string zip = directory + "/file.zip";
  std::string bytes = Zipped({{"a", "first"}, {"b", "second"}});
  WriteFile(zip, bytes);
  SourceStore store(directory + "/sources");
  const auto whole = store.Put(zip);
  ASSERT_TRUE(whole.ok()) << whole.status();
  ASSERT_EQ(whole->size(), 2u);
  EXPECT_EQ(whole->at(1).member, "b");
  EXPECT_EQ(ReadBack(store, whole->at(1).sha256), "second");

  char& broken_byte = bytes[DataOfFirst(bytes) + 2];
  broken_byte = static_cast<char>(broken_byte ^ 0x55);
  const auto broken = store.Put(WriteFile(zip, bytes));
  ASSERT_TRUE(broken.ok()) << broken.status();
  EXPECT_THAT(broken->at(0).broken.ToString(), HasSubstr(zip + ":a: can't be unpacked"));
  EXPECT_TRUE(broken->at(1).broken.ok()) << broken->at(1).broken;
  EXPECT_EQ(ReadBack(store, broken->at(1).sha256), "second");
}

}  // namespace
}  // namespace tieout::runtime
