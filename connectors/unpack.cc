#include "connectors/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <utility>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr size_t kChunk = 128 * 1024;
constexpr uint64_t kLargestGrowth = 200;
constexpr uint64_t kAlwaysFine = 8 << 20;
constexpr size_t kMostMembers = 1000;
constexpr size_t kHeadBytes = 4;

enum class Packing : uint8_t { kNone, kGzip, kZip };

Packing PackingOf(std::string_view head) {
  if (head.starts_with("\x1F\x8B")) return Packing::kGzip;
  if (head == std::string_view("PK\x03\x04", kHeadBytes)) return Packing::kZip;
  return Packing::kNone;
}

// What a packer adds beside the files themselves.
bool IsNoise(std::string_view name) {
  return name.starts_with("__MACOSX/") || name.ends_with(".DS_Store");
}

// A member's name is its packer's, and must not command a terminal.
std::string CleanName(const char* path) {
  std::string name = path == nullptr ? "?" : base::ToUtf8(path);
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return c < ' ' || c == 0x7F; }, '?');
  return name;
}

// The files of an archive, one at a time, from the beginning.
class Archive : public InputStream {
 public:
  Archive(const std::string& path, Packing packing)
      : path_(path), packing_(packing), archive_(archive_read_new()) {
    TIEOUT_CHECK(archive_ != nullptr);
    if (packing_ == Packing::kZip) {
      archive_read_support_format_zip_seekable(archive_);  // by the directory at its end
    } else {
      archive_read_support_filter_gzip(archive_);
      archive_read_support_format_raw(archive_);
    }
  }
  ~Archive() override { archive_read_free(archive_); }
  Archive(const Archive&) = delete;
  Archive& operator=(const Archive&) = delete;

  absl::Status Open() {
    if (archive_read_open_filename(archive_, path_.c_str(), kChunk) == ARCHIVE_OK) {
      return absl::OkStatus();
    }
    if (packing_ == Packing::kGzip) return CannotBeRead(path_);
    return base::DataLoss(
        fmt::format("{}: the archive can't be unpacked: the directory at its end is missing, it is "
                    "cut off: fetch it again",
                    path_));
  }

  absl::StatusOr<bool> NextFile() {
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
      if (packing_ == Packing::kGzip)
        return true;  // what a gzip calls its content is nobody's name
      member_ = CleanName(archive_entry_pathname_utf8(entry));
      const bool is_folder = archive_entry_filetype(entry) == AE_IFDIR || member_.ends_with('/');
      if (!is_folder && !IsNoise(member_)) return true;
    }
  }
  const std::string& member() const { return member_; }

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
    const la_ssize_t n = archive_read_data(archive_, buffer, size);
    if (n >= 0) return static_cast<size_t>(n);
    return CannotBeRead(member_.empty() ? path_ : fmt::format("{}:{}", path_, member_));
  }

 private:
  absl::Status CannotBeRead(const std::string& name) const {
    const char* text = archive_error_string(archive_);
    const std::string why = base::ToUtf8(text == nullptr ? "unknown trouble" : text);
    return base::InvalidArgument(
        fmt::format("{}: can't be unpacked: {}: fetch it again, or unpack it", name, why));
  }

  const std::string path_;
  const Packing packing_;
  archive* const archive_;
  std::string member_;
};

// A member's bytes, watched: what went wrong, and how much came out.
class Watched : public InputStream {
 public:
  Watched(InputStream* in, std::string name, uint64_t most_bytes)
      : in_(in), name_(std::move(name)), most_bytes_(most_bytes) {}

  absl::StatusOr<size_t> Read(char* buffer, size_t size) override {
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
  // From now on reading it gives this.
  void Refuse(absl::Status status) { status_ = std::move(status); }

  uint64_t bytes() const { return bytes_; }
  bool grew() const { return grew_; }
  const absl::Status& status() const { return status_; }

 private:
  InputStream* const in_;
  const std::string name_;
  const uint64_t most_bytes_;
  uint64_t bytes_ = 0;
  bool grew_ = false;
  absl::Status status_;
};

// The files' names; what can't be a folder of statements is refused before anything is unpacked.
absl::StatusOr<std::vector<std::string>> Members(const std::string& path) {
  Archive archive(path, Packing::kZip);
  TIEOUT_RETURN_IF_ERROR(archive.Open());
  std::vector<std::string> names;
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, archive.NextFile());
    if (!more) break;
    names.push_back(archive.member());
    if (names.size() > kMostMembers) {
      return base::InvalidArgument(fmt::format(
          "{}: the archive holds over {} files: unpack it, and ingest them", path, kMostMembers));
    }
  }
  if (names.empty()) {
    return base::InvalidArgument(fmt::format("{}: the archive holds no file", path));
  }
  const auto holds = [&](std::string_view name) {
    return std::find(names.begin(), names.end(), name) != names.end();
  };
  if (holds("[Content_Types].xml") || (holds("mimetype") && holds("content.xml"))) {
    return base::InvalidArgument(fmt::format(
        "{}: a spreadsheet or another office document: save its sheet as CSV, and ingest that",
        path));
  }
  return names;
}

// What libarchive can't read on after, it reads anew up to the next member.
absl::Status ForEachMember(const std::string& path, uint64_t most_bytes, const TakeSource& take) {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> names, Members(path));
  std::unique_ptr<Archive> archive;
  for (size_t i = 0; i < names.size(); ++i) {
    size_t skipped = archive == nullptr ? i : 0;
    if (archive == nullptr) {
      archive = std::make_unique<Archive>(path, Packing::kZip);
      TIEOUT_RETURN_IF_ERROR(archive->Open());
    }
    for (size_t headers = 0; headers <= skipped; ++headers) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, archive->NextFile());
      if (!more) return base::DataLoss(path + ": changed while it was read: ingest it again");
    }
    PeekInput peek(*archive);
    Watched member(&peek, path, most_bytes);
    const auto head = peek.Peek(kHeadBytes);
    if (!head.ok()) {
      member.Refuse(head.status());
    } else if (PackingOf(*head) != Packing::kNone) {
      member.Refuse(base::InvalidArgument(fmt::format(
          "{}:{}: an archive within an archive: unpack it, and ingest it", path, names[i])));
    }
    TIEOUT_RETURN_IF_ERROR(take(names[i], member));
    if (member.grew()) return member.status();
    if (!member.status().ok()) archive.reset();
    most_bytes -= member.bytes();
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ForEachSource(const std::string& path, const TakeSource& take) {
  TIEOUT_ASSIGN_OR_RETURN(auto file, OpenFile(path));
  PeekInput peek(*file);
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kHeadBytes));
  const Packing packing = PackingOf(head);
  if (packing == Packing::kNone) return take("", peek);
  std::error_code error;
  const uint64_t packed_bytes = std::filesystem::file_size(path, error);
  if (error) return base::Unavailable(fmt::format("{}: {}", path, error.message()));
  const uint64_t most_bytes = kAlwaysFine + kLargestGrowth * packed_bytes;
  if (packing == Packing::kZip) return ForEachMember(path, most_bytes, take);
  Archive archive(path, packing);
  TIEOUT_RETURN_IF_ERROR(archive.Open());
  TIEOUT_RETURN_IF_ERROR(archive.NextFile().status());
  Watched content(&archive, path, most_bytes);
  return take("", content);
}

}  // namespace tieout::connectors
