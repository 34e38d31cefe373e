#include "connectors/unpack.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include "connectors/archive.h"
#include "connectors/workbook.h"

namespace tieout::connectors {
namespace {

constexpr size_t kMostMembers = 1000;

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
  const bool is_office =
      holds("[Content_Types].xml") || (holds("mimetype") && holds("content.xml"));
  if (is_office && !holds(kWorkbookMember)) {
    return base::InvalidArgument(fmt::format(
        "{}: an office document, but no XLSX: save its sheet as CSV, and ingest that", path));
  }
  return names;
}

// What libarchive can't read on after, it reads anew up to the next member.
absl::Status ForEachMember(const std::string& path, uint64_t most_bytes, const TakeSource& take) {
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> names, Members(path));
  if (std::find(names.begin(), names.end(), kWorkbookMember) != names.end()) {
    return ForEachSheet(path, most_bytes, take);
  }
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
    const auto head = peek.Peek(kPackingHead);
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
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, peek.Peek(kPackingHead));
  if (head == std::string_view("\xD0\xCF\x11\xE0", kPackingHead)) {
    return base::InvalidArgument(fmt::format(
        "{}: an Excel file of the old kind (.xls), or a workbook under a password: save "
        "it as XLSX or CSV without one, and ingest that",
        path));
  }
  const Packing packing = PackingOf(head);
  if (packing == Packing::kNone) return take("", peek);
  std::error_code error;
  const uint64_t packed_bytes = std::filesystem::file_size(path, error);
  if (error) return base::Unavailable(fmt::format("{}: {}", path, error.message()));
  const uint64_t most_bytes = MostUnpacked(packed_bytes);
  if (packing == Packing::kZip) return ForEachMember(path, most_bytes, take);
  Archive archive(path, packing);
  TIEOUT_RETURN_IF_ERROR(archive.Open());
  TIEOUT_RETURN_IF_ERROR(archive.NextFile().status());
  Watched content(&archive, path, most_bytes);
  return take("", content);
}

}  // namespace tieout::connectors
