// What both stores promise, on memory and on real RocksDB in a temporary directory.
#include "engine/store/store.h"

#include <filesystem>

#include "engine/store/overlay_store.h"
#include "engine/store/rocks_store.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "rocksdb/db.h"
#include "tests/engine/store/random_checkpoints.h"

namespace tieout::store {
namespace {

using ::testing::HasSubstr;

std::string FreshDirectory(const std::string& name) {
  const std::string path = ::testing::TempDir() + "tieout_store_" + name;
  std::filesystem::remove_all(path);
  return path;
}

std::unique_ptr<StateStore> Rocks(const std::string& directory, bool read_only = false) {
  RocksOptions options;
  options.directory = directory;
  options.read_only = read_only;
  return NewRocksStore(options).value();
}

TEST(Meta, SurvivesItsBytes) {
  const Meta meta = CheckpointNumber(1, 7).meta;
  EXPECT_EQ(DecodeMeta(EncodeMeta(meta)).value(), meta);
}

TEST(Meta, OfAnotherFormatIsRefused) {
  std::string bytes = EncodeMeta(CheckpointNumber(1, 7).meta);
  bytes[0] = 2;
  EXPECT_THAT(DecodeMeta(bytes).status().ToString(), HasSubstr("format 2"));
  EXPECT_FALSE(DecodeMeta("short").ok());
}

TEST(CheckMeta, RefusesWithTheWayOut) {
  Meta meta;
  meta.log_id = "a";
  meta.partition = 2;
  meta.next_position = 50;
  meta.semantics = 1;
  const Expected good{"a", 2, 50, 1};
  EXPECT_TRUE(CheckMeta(meta, good, "store/2").ok());

  Expected other = good;
  other.log_id = "b";
  EXPECT_THAT(CheckMeta(meta, other, "store/2").ToString(), HasSubstr("remove the folder"));
  other = good;
  other.partition = 3;
  EXPECT_THAT(CheckMeta(meta, other, "store/2").ToString(), HasSubstr("partition 2, not of 3"));
  other = good;
  other.newest_semantics = 0;
  EXPECT_THAT(CheckMeta(meta, other, "store/2").ToString(), HasSubstr("use a newer tieout"));
  other = good;
  other.committed_position = 49;
  EXPECT_THAT(CheckMeta(meta, other, "store/2").ToString(), HasSubstr("Find the newer log"));
}

// Half of the checkpoints lie beneath, half are written over them: together they are as one store.
TEST(Store, AnOverlayHoldsTheSameAndLeavesItsBaseAlone) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    const auto base = NewMemoryStore();
    Pages model;
    for (int64_t n = 1; n <= 20; ++n) {
      const RandomCheckpoint checkpoint = CheckpointNumber(seed, n);
      ASSERT_TRUE((*base->Open(3))->Write(checkpoint.meta, checkpoint.pages).ok());
      ApplyTo(checkpoint, &model);
    }
    const Pages beneath = model;
    {
      const auto overlay = NewOverlayStore(base.get(), [&]() {
        return absl::StatusOr<std::unique_ptr<StateStore>>(Rocks(FreshDirectory("overlay")));
      });
      const auto pages = overlay->Open(3).value();
      ASSERT_EQ(AllPages(pages.get()), model);
      for (int64_t n = 21; n <= 40; ++n) {
        const RandomCheckpoint checkpoint = CheckpointNumber(seed, n);
        ASSERT_TRUE(pages->Write(checkpoint.meta, checkpoint.pages).ok());
        ApplyTo(checkpoint, &model);
        ASSERT_EQ(pages->meta(), checkpoint.meta);
        ASSERT_EQ(AllPages(pages.get()), model);
      }
      for (const auto& [key, value] : beneath) {
        std::string loaded;
        EXPECT_EQ(pages->Load(key, &loaded).value(), model.contains(key));
      }
    }
    EXPECT_EQ(AllPages((*base->Open(3)).get()), beneath);
  }
}

TEST(Store, MemoryAndRocksHoldTheSame) {
  for (uint64_t seed = 1; seed <= 5; ++seed) {
    SCOPED_TRACE(seed);
    const std::string directory = FreshDirectory("same");
    auto memory = NewMemoryStore();
    auto rocks = Rocks(directory);
    auto in_memory = memory->Open(3).value();
    auto in_rocks = rocks->Open(3).value();
    EXPECT_FALSE(in_rocks->meta().has_value());
    Pages model;
    std::mt19937_64 random(seed);
    for (int64_t n = 1; n <= 40; ++n) {
      const RandomCheckpoint checkpoint = CheckpointNumber(seed, n);
      ASSERT_TRUE(in_memory->Write(checkpoint.meta, checkpoint.pages).ok());
      ASSERT_TRUE(in_rocks->Write(checkpoint.meta, checkpoint.pages).ok());
      ApplyTo(checkpoint, &model);
      if (random() % 8 == 0) {  // a restart
        in_memory.reset();
        in_memory = memory->Open(3).value();
        in_rocks.reset();
        rocks = Rocks(directory);
        in_rocks = rocks->Open(3).value();
      }
      ASSERT_EQ(in_memory->meta(), checkpoint.meta);
      ASSERT_EQ(in_rocks->meta(), checkpoint.meta);
      ASSERT_EQ(AllPages(in_memory.get()), model);
      ASSERT_EQ(AllPages(in_rocks.get()), model);
      const std::string key = "page/" + std::to_string(random() % 500);
      std::string value;
      const bool there = in_rocks->Load(key, &value).value();
      ASSERT_EQ(there, model.contains(key));
      if (there) {
        ASSERT_EQ(value, model[key]);
      }
    }
  }
}

TEST(Store, IsHeldByOne) {
  auto memory = NewMemoryStore();
  auto held = memory->Open(0).value();
  EXPECT_EQ(memory->Open(0).status().code(), absl::StatusCode::kFailedPrecondition);

  const std::string directory = FreshDirectory("held");
  auto first = Rocks(directory);
  auto held_rocks = first->Open(0).value();
  absl::Status refused = Rocks(directory)->Open(0).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(), HasSubstr("held by another process"));
  EXPECT_TRUE(first->Open(1).ok());
}

TEST(Store, AReaderBesideAWriterSeesTheLastCheckpoint) {
  const std::string directory = FreshDirectory("beside");
  EXPECT_FALSE(Rocks(directory, true)->Open(3).value()->meta().has_value());
  EXPECT_FALSE(std::filesystem::exists(directory)) << "a reader creates nothing";

  auto writer_store = Rocks(directory);
  auto writer = writer_store->Open(3).value();
  Pages model;
  for (int64_t n = 1; n <= 30; ++n) {
    const RandomCheckpoint checkpoint = CheckpointNumber(9, n);
    ASSERT_TRUE(writer->Write(checkpoint.meta, checkpoint.pages).ok());
    ApplyTo(checkpoint, &model);
    auto reader_store = Rocks(directory, true);
    auto reader = reader_store->Open(3).value();
    ASSERT_EQ(reader->meta(), checkpoint.meta);
    ASSERT_EQ(AllPages(reader.get()), model);
  }
}

TEST(Store, PagesWithoutAPositionAreRefused) {
  const std::string directory = FreshDirectory("remains");
  std::filesystem::create_directories(directory);
  rocksdb::Options options;
  options.create_if_missing = true;
  rocksdb::DB* db = nullptr;
  ASSERT_TRUE(rocksdb::DB::Open(options, directory + "/3", &db).ok());
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "phS1", "a page").ok());
  ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), "m", "where an earlier version put it").ok());
  delete db;
  const absl::Status refused = Rocks(directory)->Open(3).status();
  EXPECT_EQ(refused.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_THAT(refused.ToString(), HasSubstr("remove the folder"));
}

TEST(Store, DamageIsSaidWithTheWayOut) {
  const std::string directory = FreshDirectory("damaged");
  {
    auto store = Rocks(directory);
    auto pages = store->Open(3).value();
    const RandomCheckpoint checkpoint = CheckpointNumber(9, 1);
    ASSERT_TRUE(pages->Write(checkpoint.meta, checkpoint.pages).ok());
  }
  for (const auto& entry : std::filesystem::directory_iterator(directory + "/3")) {
    if (entry.path().filename().string().starts_with("MANIFEST")) {
      std::filesystem::resize_file(entry.path(), 3);
    }
  }
  absl::Status damaged = Rocks(directory)->Open(3).status();
  EXPECT_EQ(damaged.code(), absl::StatusCode::kDataLoss);
  EXPECT_THAT(damaged.ToString(), HasSubstr("folded again from the log"));
}

}  // namespace
}  // namespace tieout::store
