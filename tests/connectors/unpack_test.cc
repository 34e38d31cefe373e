#include "connectors/unpack.h"

#include <archive.h>
#include <archive_entry.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace tieout::connectors {
namespace {

using ::testing::HasSubstr;
using Files = std::vector<std::pair<std::string, std::string>>;

la_ssize_t Append(archive*, void* out, const void* bytes, size_t size) {
  static_cast<std::string*>(out)->append(static_cast<const char*>(bytes), size);
  return static_cast<la_ssize_t>(size);
}

std::string Packed(bool zip, const Files& files) {
  std::string out;
  archive* writer = archive_write_new();
  if (zip) {
    archive_write_set_format_zip(writer);
  } else {
    archive_write_add_filter_gzip(writer);
    archive_write_set_format_raw(writer);
  }
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

// The unpacked bytes, or the message.
std::string Read(const std::string& bytes) {
  auto in = Unpacked(std::make_unique<MemoryInput>(bytes), "bank.zip");
  if (!in.ok()) return std::string(in.status().message());
  std::string out;
  char buffer[1000];
  while (true) {
    const auto n = (*in)->Read(buffer, sizeof buffer);
    if (!n.ok()) return std::string(n.status().message());
    if (*n == 0) return out;
    out.append(buffer, *n);
  }
}

const std::string kText = "a statement\r\n" + std::string(100'000, 'x') + "\n";

TEST(Unpack, PlainGzipAndZipAreTheSameBytes) {
  EXPECT_EQ(Read(kText), kText);
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("PK"), "PK");
  EXPECT_EQ(Read(Packed(false, {{"x", kText}})), kText);
  EXPECT_EQ(Read(Packed(true, {{"x.xml", kText}})), kText);
}

TEST(Unpack, FoldersAndAPackersNoiseAreNoFiles) {
  EXPECT_EQ(Read(Packed(true, {{"march/", ""},
                               {"__MACOSX/._x.xml", "noise"},
                               {"march/x.xml", kText},
                               {"march/.DS_Store", "noise"}})),
            kText);
}

TEST(Unpack, SeveralFilesAreNamed) {
  EXPECT_EQ(Read(Packed(true, {{"a.xml", "1"}, {"b.xml", "2"}})),
            "bank.zip: the archive holds several files (a.xml, b.xml): unpack it, and ingest each");
  EXPECT_EQ(Read(Packed(true, {{"march/", ""}})), "bank.zip: the archive holds no file");
}

TEST(Unpack, CutOffAnywhereIsSaid) {
  for (const bool zip : {true, false}) {
    const std::string whole = Packed(zip, {{"x", kText}});
    // A zip's directory at its end repeats what stands before: without it the file is still whole.
    const size_t end = zip ? whole.find("PK\x01\x02") : whole.size();
    for (size_t size = 5; size < end - 8; size += 7) {
      EXPECT_THAT(Read(whole.substr(0, size)), HasSubstr("bank.zip: the archive can't be unpacked"))
          << size;
    }
  }
}

TEST(Unpack, WhatGrowsBeyondReasonIsRefused) {
  EXPECT_THAT(Read(Packed(false, {{"x", std::string(12 << 20, '\0')}})),
              HasSubstr("the archive grows beyond 200 times its size"));
}

}  // namespace
}  // namespace tieout::connectors
