#include "tests/support/archive.h"

#include <archive.h>
#include <archive_entry.h>

#include "gtest/gtest.h"

namespace tieout {
namespace {

la_ssize_t Append(archive*, void* out, const void* bytes, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

std::string Packed(archive* writer, const ArchivedFiles& files) {
  std::string out;
  archive_write_set_bytes_in_last_block(writer, 1);
  EXPECT_EQ(archive_write_open(writer, &out, nullptr, &Append, nullptr), ARCHIVE_OK);
  for (const auto& [name, content] : files) {
    archive_entry* entry = archive_entry_new();
    archive_entry_set_pathname(entry, name.c_str());
    archive_entry_set_filetype(entry, name.ends_with('/') ? AE_IFDIR : AE_IFREG);
    archive_entry_set_size(entry, static_cast<int64_t>(content.size()));
    EXPECT_EQ(archive_write_header(writer, entry), ARCHIVE_OK);
    archive_write_data(writer, content.data(), content.size());
    archive_entry_free(entry);
  }
  archive_write_close(writer);
  archive_write_free(writer);
  return out;
}

}  // namespace

std::string Zipped(const ArchivedFiles& files) {
  archive* writer = archive_write_new();
  archive_write_set_format_zip(writer);
  return Packed(writer, files);
}

size_t DataOfFirst(const std::string& zip) {
  const auto number_at = [&](size_t at) {  // little-endian, two bytes
    return static_cast<size_t>(static_cast<unsigned char>(zip.at(at))) |
           static_cast<size_t>(static_cast<unsigned char>(zip.at(at + 1))) << 8;
  };
  constexpr size_t kHeader = 30, kNameSize = 26, kExtraSize = 28;
  return kHeader + number_at(kNameSize) + number_at(kExtraSize);
}

std::string Gzipped(const std::string& content) {
  archive* writer = archive_write_new();
  archive_write_add_filter_gzip(writer);
  archive_write_set_format_raw(writer);
  return Packed(writer, {{"x", content}});
}

}  // namespace tieout
