#include "engine/store/rocks_store.h"

#include <algorithm>
#include <cstdarg>
#include <filesystem>
#include <thread>
#include <utility>
#include <vector>

#include "fmt/format.h"
#include "rocksdb/cache.h"
#include "rocksdb/convenience.h"
#include "rocksdb/db.h"
#include "rocksdb/env.h"
#include "rocksdb/filter_policy.h"
#include "rocksdb/sst_file_writer.h"
#include "rocksdb/table.h"

namespace tieout::store {
namespace {

namespace fs = std::filesystem;

// Keys: "p" + page key a page, "z" the meta entry; so meta, which is known when all pages are
// written, sorts last, as an SST wants it.
constexpr char kPagePrefix = 'p';
constexpr char kMetaKey[] = "z";
constexpr int kOpenAttempts = 20;

std::string_view ToView(const rocksdb::Slice& s) { return {s.data(), s.size()}; }

// In `room`, which begins with the prefix and is used again.
const std::string& PageKey(std::string_view key, std::string* room) {
  room->resize(1);
  *room += key;
  return *room;
}

absl::Status FromRocks(const rocksdb::Status& status, std::string_view doing,
                       std::string_view place) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  if (text.find("lock") != std::string::npos && status.IsIOError()) {
    return base::FailedPrecondition(
        fmt::format("{} is held by another process ({}): is `tieout serve` or `run` at work on "
                    "this directory? Let it finish or stop it",
                    place, text));
  }
  if (status.IsCorruption()) {
    return base::DataLoss(
        fmt::format("{} {}: {}. The store is only a copy: remove the folder and it will be folded "
                    "again from the log",
                    doing, place, text));
  }
  return base::Unavailable(fmt::format("{} {}: {}", doing, place, text));
}

rocksdb::CompressionType BestFastCompression() {
  const auto supported = rocksdb::GetSupportedCompressions();
  const bool lz4 =
      std::find(supported.begin(), supported.end(), rocksdb::kLZ4Compression) != supported.end();
  return lz4 ? rocksdb::kLZ4Compression : rocksdb::kNoCompression;
}

// A reader beside a writer leaves no log files in the writer's folder.
class NoLogger : public rocksdb::Logger {
 public:
  void Logv(const char*, va_list) override {}
};

class RocksPartition : public PartitionStore {
 public:
  RocksPartition(std::unique_ptr<rocksdb::DB> db, std::string place)
      : db_(std::move(db)), place_(std::move(place)), incoming_(place_ + "/checkpoint.incoming") {}

  absl::Status ReadMeta() {
    std::string bytes;
    rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), kMetaKey, &bytes);
    if (status.IsNotFound()) return RefuseRemains();
    TIEOUT_RETURN_IF_ERROR(FromRocks(status, "reading", place_));
    absl::StatusOr<Meta> meta = DecodeMeta(bytes);
    if (!meta.ok()) {
      return absl::Status(meta.status().code(),
                          place_ + ": " + base::Message(meta.status()) +
                              ": remove the folder and it will be folded again from the log");
    }
    meta_ = *std::move(meta);
    return absl::OkStatus();
  }

  absl::StatusOr<bool> Load(std::string_view key, std::string* value) override {
    rocksdb::Status status = db_->Get(rocksdb::ReadOptions(), PageKey(key, &load_key_), value);
    if (status.IsNotFound()) return false;
    TIEOUT_RETURN_IF_ERROR(FromRocks(status, "reading", place_));
    return true;
  }

  const std::optional<Meta>& meta() const override { return meta_; }

  absl::Status Put(std::string_view key, std::string_view value) override {
    TIEOUT_RETURN_IF_ERROR(Begin());
    return FromRocks(value.empty() ? writer_->Delete(PageKey(key, &put_key_))
                                   : writer_->Put(PageKey(key, &put_key_),
                                                  rocksdb::Slice(value.data(), value.size())),
                     "writing", place_);
  }

  // IngestExternalFile is the one change of the manifest that makes all of the file visible.
  absl::Status Commit(const Meta& meta) override {
    TIEOUT_RETURN_IF_ERROR(Begin());
    rocksdb::Status status = writer_->Put(kMetaKey, EncodeMeta(meta));
    if (status.ok()) status = writer_->Finish();
    writer_.reset();
    rocksdb::IngestExternalFileOptions options;
    options.move_files = true;
    options.write_global_seqno = false;
    if (status.ok()) status = db_->IngestExternalFile({incoming_}, options);
    TIEOUT_RETURN_IF_ERROR(FromRocks(status, "writing", place_));
    meta_ = meta;
    return absl::OkStatus();
  }

  absl::Status Scan(
      const std::function<absl::Status(std::string_view, std::string_view)>& visit) override {
    rocksdb::ReadOptions options;
    options.fill_cache = false;
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(options));
    const rocksdb::Slice first(&kPagePrefix, 1);
    for (it->Seek(first); it->Valid() && it->key().starts_with(first); it->Next()) {
      TIEOUT_RETURN_IF_ERROR(visit(ToView(it->key()).substr(1), ToView(it->value())));
    }
    return FromRocks(it->status(), "reading", place_);
  }

 private:
  // Without meta there may be nothing: nobody knows what pages are the state of.
  absl::Status RefuseRemains() {
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    it->SeekToFirst();
    TIEOUT_RETURN_IF_ERROR(FromRocks(it->status(), "reading", place_));
    if (!it->Valid()) return absl::OkStatus();
    return base::FailedPrecondition(
        place_ +
        " has pages that say of no position (another version of tieout wrote them?): "
        "remove the folder and it will be folded again from the log");
  }

  // The next checkpoint's file. What was written stays in the machine's cache: it is read soon.
  absl::Status Begin() {
    if (writer_ != nullptr) return absl::OkStatus();
    constexpr bool kInvalidatePageCache = false;
    writer_ = std::make_unique<rocksdb::SstFileWriter>(rocksdb::EnvOptions(), db_->GetOptions(),
                                                       nullptr, kInvalidatePageCache);
    return FromRocks(writer_->Open(incoming_), "writing", place_);
  }

  std::unique_ptr<rocksdb::DB> db_;
  const std::string place_, incoming_;
  std::unique_ptr<rocksdb::SstFileWriter> writer_;  // null: nothing was Put since the last Commit
  std::optional<Meta> meta_;
  // One a thread: a Load may run beside a Put.
  std::string load_key_ = std::string(1, kPagePrefix), put_key_ = load_key_;
};

class RocksStore : public StateStore {
 public:
  explicit RocksStore(RocksOptions options)
      : options_(std::move(options)),
        empty_(NewMemoryStore()),
        cache_(rocksdb::NewLRUCache(options_.block_cache_bytes)) {}

  absl::StatusOr<std::unique_ptr<PartitionStore>> Open(int partition) override {
    const std::string place = Place(partition);
    std::error_code error;
    if (options_.read_only && !fs::exists(place + "/CURRENT", error)) {
      return empty_->Open(partition);
    }
    if (!options_.read_only) {
      fs::create_directories(place, error);
      if (error) return base::Unavailable("creating " + place + ": " + error.message());
      fs::remove(place + "/checkpoint.incoming", error);  // a crash's leftover
    }
    rocksdb::DB* db = nullptr;
    rocksdb::Status status =
        options_.read_only ? OpenBeside(place, &db) : rocksdb::DB::Open(Tuning(), place, &db);
    TIEOUT_RETURN_IF_ERROR(FromRocks(status, "opening", place));
    auto store = std::make_unique<RocksPartition>(std::unique_ptr<rocksdb::DB>(db), place);
    TIEOUT_RETURN_IF_ERROR(store->ReadMeta());
    return store;
  }

  std::string Place(int partition) const override {
    return fmt::format("{}/{}", options_.directory, partition);
  }

 private:
  rocksdb::Options Tuning() const {
    rocksdb::BlockBasedTableOptions table;
    table.block_cache = cache_;
    table.cache_index_and_filter_blocks = true;  // else they grow beside the bound
    table.pin_l0_filter_and_index_blocks_in_cache = true;
    table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
    table.block_size = 16 << 10;  // pages are kilobytes, not rows

    rocksdb::Options options;
    if (options_.env != nullptr) options.env = options_.env;
    options.create_if_missing = true;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    options.compression = BestFastCompression();
    options.max_open_files = 64;
    options.max_background_jobs = 2;
    options.keep_log_file_num = 2;
    options.max_log_file_size = 1 << 20;
    options.info_log_level = rocksdb::WARN_LEVEL;
    return options;
  }

  // As a secondary: RocksDB's own way to read beside a writer, whose files stay readable while
  // open. Between reading the manifest and opening, a compaction may take a file away: again then.
  rocksdb::Status OpenBeside(const std::string& place, rocksdb::DB** db) const {
    rocksdb::Options options = Tuning();
    options.create_if_missing = false;
    options.max_open_files = -1;
    options.info_log = std::make_shared<NoLogger>();
    rocksdb::Status status;
    for (int attempt = 0; attempt < kOpenAttempts; ++attempt) {
      status = rocksdb::DB::OpenAsSecondary(options, place, place, db);
      if (status.ok()) break;
      std::this_thread::sleep_for(std::chrono::milliseconds(10));
    }
    return status;
  }

  const RocksOptions options_;
  const std::unique_ptr<StateStore> empty_;
  const std::shared_ptr<rocksdb::Cache> cache_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<StateStore>> NewRocksStore(const RocksOptions& options) {
  if (options.directory.empty()) return base::InvalidArgument("the store's directory is empty");
  return std::make_unique<RocksStore>(options);
}

}  // namespace tieout::store
