#include "engine/runtime/packed_sources.h"

#include <fcntl.h>
#include <unistd.h>
#include <zstd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <utility>
#include <vector>

#include "engine/base/hash.h"
#include "engine/runtime/byte_frames.h"
#include "engine/runtime/incoming_file.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

constexpr int64_t kPackBytes = int64_t{64} << 20;  // then the next one begins
constexpr std::string_view kPrefix = "pack-", kSuffix = ".zst";
constexpr size_t kNumberBytes = 8;

std::vector<std::string> Packs(const std::string& directory) {
  std::vector<std::string> packs;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(directory, error)) {
    const std::string name = entry.path().filename();
    if (name.starts_with(kPrefix) && name.ends_with(kSuffix)) packs.push_back(entry.path());
  }
  std::sort(packs.begin(), packs.end());
  return packs;
}

std::string Frame(std::span<const SmallSource> sources) {
  std::string index, bytes;
  PutNumber(sources.size(), &index);
  for (const SmallSource& source : sources) {
    PutText(source.sha256, &index);
    PutNumber(source.bytes.size(), &index);
    bytes += source.bytes;
  }
  std::string packed(ZSTD_compressBound(bytes.size()), '\0');
  packed.resize(ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), 1));
  std::string frame;
  PutText(index, &frame);
  PutText(packed, &frame);
  return frame;
}

// Reads the texts of a file one after another; false at its end, whole or torn.
class TextsOfFile {
 public:
  explicit TextsOfFile(const std::string& path)
      : in_(path, std::ios::binary), left_(static_cast<uint64_t>(SizeOf(path))) {}

  bool Next(std::string* text) {
    uint64_t size = 0;
    if (!Size(&size)) return false;
    text->resize(size);
    left_ -= size;
    return static_cast<bool>(in_.read(text->data(), static_cast<std::streamsize>(size)));
  }
  bool Skip() {
    uint64_t size = 0;
    if (!Size(&size)) return false;
    left_ -= size;
    return static_cast<bool>(in_.seekg(static_cast<std::streamoff>(size), std::ios::cur));
  }

 private:
  static uintmax_t SizeOf(const std::string& path) {
    std::error_code error;
    const uintmax_t size = std::filesystem::file_size(path, error);
    return error ? 0 : size;
  }
  bool Size(uint64_t* size) {
    char number[kNumberBytes];
    if (left_ < kNumberBytes || !in_.read(number, kNumberBytes)) return false;
    left_ -= kNumberBytes;
    *size = FrameReader({number, kNumberBytes}).Number();
    return *size <= left_;
  }

  std::ifstream in_;
  uint64_t left_;
};

// Where it begins in its frame's bytes, and its size.
bool Locate(const std::string& index, std::string_view sha256, size_t* offset, size_t* size) {
  FrameReader reader(index);
  *offset = 0;
  for (uint64_t n = reader.Number(); n > 0 && reader.ok(); --n) {
    const bool found = reader.Text() == sha256;
    *size = reader.Number();
    if (found) return reader.ok();
    *offset += *size;
  }
  return false;
}

}  // namespace

SourcePacker::~SourcePacker() {
  if (fd_ >= 0) ::close(fd_);
}

absl::Status SourcePacker::Fail(const char* doing) {
  return base::Unavailable(fmt::format("{} {}: {}", doing, path_, std::strerror(errno)));
}

absl::Status SourcePacker::Begin() {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
  std::error_code error;
  std::filesystem::create_directories(directory_, error);
  if (error) return base::Unavailable("creating " + directory_ + ": " + error.message());
  // Another process may have begun the same one.
  for (uint64_t number = Packs(directory_).size() + 1; fd_ < 0; ++number) {
    path_ = fmt::format("{}/{}{:08}{}", directory_, kPrefix, number, kSuffix);
    fd_ = ::open(path_.c_str(), O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0600);
    if (fd_ < 0 && errno != EEXIST) return Fail("creating");
  }
  size_ = 0;
  const int folder = ::open(directory_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && ::fsync(folder) == 0;
  if (folder >= 0) ::close(folder);
  return synced ? absl::OkStatus() : Fail("syncing the folder of");
}

absl::Status SourcePacker::Add(std::span<const SmallSource> sources) {
  if (sources.empty()) return absl::OkStatus();
  if (fd_ < 0 || size_ >= kPackBytes) TIEOUT_RETURN_IF_ERROR(Begin());
  const std::string frame = Frame(sources);
  absl::Status status = WriteAll(fd_, frame, path_);
  if (status.ok() && ::fdatasync(fd_) != 0) status = Fail("syncing");
  if (status.ok()) {
    size_ += static_cast<int64_t>(frame.size());
    return status;
  }
  // What this one holds behind its last whole frame is unknown: the next frame goes into another.
  ::close(std::exchange(fd_, -1));
  return status;
}

absl::StatusOr<std::string> FindPacked(const std::string& directory, std::string_view sha256) {
  std::vector<std::string> packs = Packs(directory);
  std::reverse(packs.begin(), packs.end());  // asked for are mostly new ones
  for (const std::string& path : packs) {
    TextsOfFile texts(path);
    std::string text;
    size_t offset = 0, size = 0;
    while (texts.Next(&text)) {
      if (!Locate(text, sha256, &offset, &size)) {
        if (!texts.Skip()) break;
        continue;
      }
      if (!texts.Next(&text)) break;  // torn
      const uint64_t whole = ZSTD_getFrameContentSize(text.data(), text.size());
      const bool plausible = whole != ZSTD_CONTENTSIZE_ERROR && whole != ZSTD_CONTENTSIZE_UNKNOWN &&
                             whole <= uint64_t{1} << 30 && offset + size <= whole;
      std::string bytes(plausible ? whole : 0, '\0');
      const size_t n = ZSTD_decompress(bytes.data(), bytes.size(), text.data(), text.size());
      std::string source = plausible && n == whole ? bytes.substr(offset, size) : std::string();
      if (base::Sha256(source).view() == sha256) return source;
      return base::DataLoss(path + " is damaged: take it from a backup");
    }
  }
  return base::NotFound("the source isn't kept in " + directory);
}

}  // namespace tieout::runtime
