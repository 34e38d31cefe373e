#include "connectors/archive.h"

#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr size_t kChunk = 128 * 1024;
constexpr uint64_t kLargestGrowth = 200;
constexpr uint64_t kAlwaysFine = 8 << 20;

// What a packer adds beside the files themselves.
bool IsNoise(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.ends_with(".DS_Store");
}

}  // namespace

Packing PackingOf(std::string_view head) {
  if (head.starts_with("\x1F\x8B")) return Packing::kGzip;
  if (head == std::string_view("PK\x03\x04", kPackingHead)) return Packing::kZip;
  return Packing::kNone;
}

std::string CleanName(std::string_view name) {
  std::string clean = base::ToUtf8(name);
  std::replace_if(
      clean.begin(), clean.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  return clean;
}

uint64_t MostUnpacked(uint64_t packed_bytes) { return kAlwaysFine + kLargestGrowth * packed_bytes; }

Archive::Archive(const std::string& path, Packing packing)
    : path_(path), packing_(packing), archive_(archive_read_new()) {
  TIEOUT_CHECK(archive_ != nullptr);
  if (packing_ == Packing::kZip) {
    archive_read_support_format_zip_seekable(archive_);  // by the directory at its end
  } else {
    archive_read_support_filter_gzip(archive_);
    archive_read_support_format_raw(archive_);
  }
}

Archive::~Archive() { archive_read_free(archive_); }

absl::Status Archive::Open() {
  if (archive_read_open_filename(archive_, path_.c_str(), kChunk) == ARCHIVE_OK) {
    return absl::OkStatus();
  }
  if (packing_ == Packing::kGzip) return CannotBeRead(path_);
  return base::DataLoss(
      fmt::format("{}: the archive can't be unpacked: the directory at its end is missing, it is "
                  "cut off: fetch it again",
                  path_));
}

absl::StatusOr<bool> Archive::NextFile() {
  archive_entry* entry = nullptr;
  while (true) {
    const int result = archive_read_next_header(archive_, &entry);
    if (result == ARCHIVE_EOF) return false;
    if (result != ARCHIVE_OK && result != ARCHIVE_WARN) return CannotBeRead(path_);
    // Cut off within gzip's own header, it would pass for plain bytes.
    if (packing_ == Packing::kGzip && archive_filter_code(archive_, 0) != ARCHIVE_FILTER_GZIP) {
      return base::DataLoss(
          fmt::format("{}: the archive can't be unpacked: it ends within its header", path_));
    }
    if (packing_ == Packing::kGzip) return true;  // what a gzip calls its content is nobody's name
    const char* name = archive_entry_pathname_utf8(entry);
    member_ = CleanName(name == nullptr ? "?" : name);
    const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR || member_.ends_with('/');
    if (!is_folder && !IsNoise(member_)) return true;
  }
}

absl::StatusOr<size_t> Archive::Read(char* buffer, size_t size) {
  const la_ssize_t n = archive_read_data(archive_, buffer, size);
  if (n >= 0) return static_cast<size_t>(n);
  return CannotBeRead(member_.empty() ? path_ : fmt::format("{}:{}", path_, member_));
}

absl::Status Archive::CannotBeRead(const std::string& name) const {
  const char* text = archive_error_string(archive_);
  const std::string why = base::ToUtf8(text == nullptr ? "unknown trouble" : text);
  return base::InvalidArgument(
      fmt::format("{}: can't be unpacked: {}: fetch it again, or unpack it", name, why));
}

absl::StatusOr<size_t> Watched::Read(char* buffer, size_t size) {
  if (!status_.ok()) return status_;
  auto n = in_->Read(buffer, size);
  if (n.ok()) bytes_ += *n;
  if (!n.ok()) status_ = n.status();
  if (bytes_ > most_bytes_) {
    grew_ = true;
    status_ = base::InvalidArgument(
        fmt::format("{}: the archive grows beyond {} times its size: refused, no statement does",
                    name_, kLargestGrowth));
  }
  return status_.ok() ? n : status_;
}

}  // namespace tieout::connectors
