#include "connectors/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <cerrno>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr size_t kChunk = 128 * 1024;
constexpr uint64_t kLargestGrowth = 200;
constexpr uint64_t kAlwaysFine = 8 << 20;
constexpr size_t kMostNames = 10;

// What a packer adds beside the files themselves.
bool IsNoise(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.ends_with(".DS_Store");
}

class ArchiveInput : public InputStream {
 public:
  ArchiveInput(std::unique_ptr<InputStream> packed, std::string name)
      : packed_(std::move(packed)), name_(std::move(name)), archive_(archive_read_new()) {
    TIEOUT_CHECK(archive_ != nullptr);
    archive_read_support_filter_gzip(archive_);
    archive_read_support_format_zip_streamable(archive_);
    archive_read_support_format_raw(archive_);  // what a gzip holds
  }
  ~ArchiveInput() override { archive_read_free(archive_); }
  ArchiveInput(const ArchiveInput&) = delete;
  ArchiveInput& operator=(const ArchiveInput&) = delete;

  // To the first file.
  absl::Status Open() {
    if (archive_read_open(archive_, this, nullptr, &OnRead, nullptr) != ARCHIVE_OK) {
      return Explain();
    }
    TIEOUT_ASSIGN_OR_RETURN(const bool found, NextFile());
    // Cut off within gzip's own header, it would pass for plain bytes.
    if (archive_format(archive_) == ARCHIVE_FORMAT_RAW &&
        archive_filter_code(archive_, 0) != ARCHIVE_FILTER_GZIP) {
      return base::DataLoss(
          fmt::format("{}: the archive can't be unpacked: it ends within its header", name_));
    }
    if (found) return absl::OkStatus();
    return base::InvalidArgument(fmt::format("{}: the archive holds no file", name_));
  }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    const la_ssize_t n = archive_read_data(archive_, buffer, size);
    if (n < 0) return Explain();
    if (n == 0) {
      TIEOUT_RETURN_IF_ERROR(RefuseMore());
      return size_t{0};
    }
    unpacked_bytes_ += static_cast<uint64_t>(n);
    if (unpacked_bytes_ > kAlwaysFine + kLargestGrowth * packed_bytes_) {
      return base::InvalidArgument(
          fmt::format("{}: the archive grows beyond {} times its size: refused, no statement does",
                      name_, kLargestGrowth));
    }
    return static_cast<size_t>(n);
  }

 private:
  absl::StatusOr<bool> NextFile() {
    archive_entry* entry = nullptr;
    while (true) {
      const int result = archive_read_next_header(archive_, &entry);
      if (result == ARCHIVE_EOF) return false;
      if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return Explain();
      const char* path = archive_entry_pathname_utf8(entry);
      const std::string name = path == nullptr ? "?" : base::ToUtf8(path);
      if (archive_entry_filetype(entry) == AE_IFDIR || name.ends_with('/') || IsNoise(name))
        continue;
      if (names_.size() < kMostNames) names_.push_back(name);
      return true;
    }
  }

  // One file, or a person must say which.
  absl::Status RefuseMore() {
    bool several = false;
    while (true) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, NextFile());
      if (!more) break;
      several = true;
    }
    if (!several) return absl::OkStatus();
    return base::InvalidArgument(
        fmt::format("{}: the archive holds several files ({}): unpack it, and ingest each", name_,
                    fmt::join(names_, ", ")));
  }

  absl::Status Explain() const {
    if (!read_status_.ok()) return read_status_;
    const char* text = archive_error_string(archive_);
    const std::string why = base::ToUtf8(text == nullptr ? "unknown trouble" : text);
    const std::string message = fmt::format(
        "{}: the archive can't be unpacked: {}: fetch it again, or unpack it", name_, why);
    return ended_ ? base::DataLoss(message) : base::InvalidArgument(message);
  }

  static la_ssize_t OnRead(archive* handle, void* self, const void** bytes) {
    auto* input = static_cast<ArchiveInput*>(self);
    const auto n = input->packed_->Read(input->chunk_.data(), input->chunk_.size());
    if (!n.ok()) {
      input->read_status_ = n.status();
      archive_set_error(handle, EIO, "%s", "the file can't be read");
      return ARCHIVE_FATAL;
    }
    input->ended_ = *n == 0;
    input->packed_bytes_ += *n;
    *bytes = input->chunk_.data();
    return static_cast<la_ssize_t>(*n);
  }

  const std::unique_ptr<InputStream> packed_;
  const std::string name_;
  archive* const archive_;
  std::string chunk_ = std::string(kChunk, '\0');
  absl::Status read_status_;
  bool ended_ = false;
  uint64_t packed_bytes_ = 0, unpacked_bytes_ = 0;
  std::vector<std::string> names_;
};

// A stream whose beginning was looked at, with what it was read from.
class OwnedPeek : public InputStream {
 public:
  explicit OwnedPeek(std::unique_ptr<InputStream> in) : in_(std::move(in)), peek_(*in_) {}
  absl::StatusOr<std::string_view> Peek(size_t size) { return peek_.Peek(size); }
  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    return peek_.Read(buffer, size);
  }

 private:
  const std::unique_ptr<InputStream> in_;
  PeekInput peek_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<InputStream>> Unpacked(std::unique_ptr<InputStream> in,
                                                      std::string name) {
  auto peeked = std::make_unique<OwnedPeek>(std::move(in));
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peeked->Peek(4));
  const bool packed = head.starts_with("\x1F\x8B") || head == std::string_view("PK\x03\x04", 4);
  if (!packed) return std::unique_ptr<InputStream>(std::move(peeked));
  auto archive = std::make_unique<ArchiveInput>(std::move(peeked), std::move(name));
  TIEOUT_RETURN_IF_ERROR(archive->Open());
  return std::unique_ptr<InputStream>(std::move(archive));
}

absl::StatusOr<std::unique_ptr<InputStream>> OpenUnpacked(const std::string& path) {
  TIEOUT_ASSIGN_OR_RETURN(auto in, OpenFile(path));
  return Unpacked(std::move(in), path);
}

}  // namespace tieout::connectors
