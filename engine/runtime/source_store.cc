#include "engine/runtime/source_store.h"

#include <sys/stat.h>
#include <unistd.h>
#include <zstd.h>

#include <filesystem>
#include <utility>

#include "connectors/unpack.h"
#include "engine/base/hash.h"
#include "engine/runtime/incoming_file.h"
#include "engine/runtime/packed_sources.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

constexpr size_t kChunkBytes = 128 << 10;

class Compressor {
 public:
  explicit Compressor(IncomingFile* out) : out_(out), context_(ZSTD_createCCtx()) {
    ZSTD_CCtx_setParameter(context_, ZSTD_c_checksumFlag, 1);
  }
  ~Compressor() { ZSTD_freeCCtx(context_); }
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;

  absl::Status Take(const char* bytes, size_t size, ZSTD_EndDirective end) {
    ZSTD_inBuffer in{bytes, size, 0};
    size_t left = 0;
    do {
      ZSTD_outBuffer out{buffer_.data(), buffer_.size(), 0};
      left = ZSTD_compressStream2(context_, &out, &in, end);
      if (ZSTD_isError(left)) return base::Internal(ZSTD_getErrorName(left));
      TIEOUT_RETURN_IF_ERROR(out_->Write({buffer_.data(), out.pos}));
    } while (in.pos < in.size || (end == ZSTD_e_end && left > 0));
    return absl::OkStatus();
  }

 private:
  IncomingFile* const out_;
  ZSTD_CCtx* const context_;
  std::string buffer_ = std::string(kChunkBytes, '\0');
};

class DecompressedInput : public connectors::InputStream {
 public:
  DecompressedInput(std::unique_ptr<connectors::InputStream> in, std::string path)
      : in_(std::move(in)), path_(std::move(path)), context_(ZSTD_createDCtx()) {}
  ~DecompressedInput() override { ZSTD_freeDCtx(context_); }
  DecompressedInput(const DecompressedInput&) = delete;
  DecompressedInput& operator=(const DecompressedInput&) = delete;

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    ZSTD_outBuffer out{buffer, size, 0};
    while (out.pos == 0 && size > 0) {
      if (packed_.pos == packed_.size && !ended_) {
        TIEOUT_ASSIGN_OR_RETURN(size_t n, in_->Read(buffer_.data(), buffer_.size()));
        packed_ = {buffer_.data(), n, 0};
        ended_ = n == 0;
      }
      const size_t before = packed_.pos;
      const size_t left = ZSTD_decompressStream(context_, &out, &packed_);
      if (ZSTD_isError(left)) return Damaged(ZSTD_getErrorName(left));
      if (out.pos > 0 || !ended_) frame_open_ = left != 0;
      if (ended_ && out.pos == 0 && packed_.pos == before) {
        if (frame_open_) return Damaged("it ends in the middle");
        return 0;
      }
    }
    return out.pos;
  }

 private:
  absl::Status Damaged(std::string_view why) const {
    return base::DataLoss(fmt::format(
        "{} is damaged ({}): ingest the source again after removing this file", path_, why));
  }

  const std::unique_ptr<connectors::InputStream> in_;
  const std::string path_;
  ZSTD_DCtx* const context_;
  std::string buffer_ = std::string(kChunkBytes, '\0');
  ZSTD_inBuffer packed_{nullptr, 0, 0};
  bool ended_ = false;
  bool frame_open_ = true;
};

class OwnedInput : public connectors::InputStream {
 public:
  explicit OwnedInput(std::string bytes) : bytes_(std::move(bytes)), in_(bytes_) {}
  absl::StatusOr<size_t> Read(char* buffer, size_t size) override { return in_.Read(buffer, size); }

 private:
  const std::string bytes_;
  connectors::MemoryInput in_;
};

// Differs when the file was written to or replaced.
std::string StateOf(const std::string& path) {
  struct stat found {};
  if (::stat(path.c_str(), &found) != 0) return "";
  return fmt::format("{} {} {} {}.{}", found.st_dev, found.st_ino, found.st_size,
                     found.st_mtim.tv_sec, found.st_mtim.tv_nsec);
}

}  // namespace

std::string SourceStore::PathOf(const std::string& sha256) const {
  return fmt::format("{}/{}.zst", directory_, base::HexEncode(sha256));
}

absl::StatusOr<std::vector<SourceStore::Kept>> SourceStore::Put(const std::string& path) const {
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) return base::Unavailable("creating " + directory_ + ": " + error.message());
  const std::string before = StateOf(path);
  std::vector<Kept> sources;
  TIEOUT_RETURN_IF_ERROR(connectors::ForEachSource(
      path, [&](const std::string& member, connectors::InputStream& in) -> absl::Status {
        Kept& kept = sources.emplace_back();
        kept.member = member;
        kept.broken = Keep(in, &kept);
        const bool is_whole_file = member.empty() || absl::IsUnavailable(kept.broken);
        return is_whole_file ? kept.broken : absl::OkStatus();
      }));
  if (StateOf(path) != before) {
    return base::FailedPrecondition(path + ": it changed while it was read: ingest it again");
  }
  return sources;
}

absl::Status SourceStore::Keep(connectors::InputStream& in, Kept* kept) const {
  IncomingFile file(directory_ + "/incoming");
  TIEOUT_RETURN_IF_ERROR(file.Create());
  Compressor compressor(&file);
  base::Sha256Stream hash;
  std::string chunk(kChunkBytes, '\0');
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, in.Read(chunk.data(), chunk.size()));
    if (n == 0) break;
    hash.Update({chunk.data(), n});
    kept->bytes += n;
    TIEOUT_RETURN_IF_ERROR(compressor.Take(chunk.data(), n, ZSTD_e_continue));
  }
  TIEOUT_RETURN_IF_ERROR(compressor.Take(nullptr, 0, ZSTD_e_end));
  kept->sha256 = hash.Finish().view();
  std::error_code error;
  if (std::filesystem::exists(PathOf(kept->sha256), error)) return absl::OkStatus();
  return file.MoveTo(PathOf(kept->sha256));
}

absl::StatusOr<std::unique_ptr<connectors::InputStream>> SourceStore::Open(
    const std::string& sha256) const {
  const std::string path = PathOf(sha256);
  absl::StatusOr<std::unique_ptr<connectors::InputStream>> in = connectors::OpenFile(path);
  if (absl::IsNotFound(in.status())) {
    TIEOUT_ASSIGN_OR_RETURN(std::string bytes, FindPacked(directory_, sha256));
    return std::unique_ptr<connectors::InputStream>(std::make_unique<OwnedInput>(std::move(bytes)));
  }
  TIEOUT_RETURN_IF_ERROR(in.status());
  return std::unique_ptr<connectors::InputStream>(
      std::make_unique<DecompressedInput>(*std::move(in), path));
}

}  // namespace tieout::runtime
