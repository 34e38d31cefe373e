#include "connectors/unpack.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/support/archive.h"

namespace tieout::connectors {
namespace {

using ::testing::HasSubstr;
using Files = ArchivedFiles;

std::string WriteFile(const std::string& bytes) {
  const std::string path = testing::TempDir() + "unpack_test_" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
  return path;
}

// Each source's bytes, or what is wrong with it; and what is wrong with the whole, named "".
struct Outcome {
  Files sources;
  std::string trouble;
};

Outcome ReadAll(const std::string& bytes) {
  const std::string path = WriteFile(bytes);
  Outcome outcome;
  const absl::Status status = ForEachSource(path, [&](const std::string& member, InputStream& in) {
    std::string content;
    char buffer[1000];
    absl::StatusOr<size_t> n = 0;
    while ((n = in.Read(buffer, sizeof buffer)).ok() && *n > 0) content.append(buffer, *n);
    if (!n.ok()) content = base::Message(n.status());
    outcome.sources.emplace_back(member, content);
    return member.empty() ? n.status() : absl::OkStatus();
  });
  outcome.trouble = base::Message(status);
  for (auto& [member, content] : outcome.sources) {
    if (const size_t at = content.find(path); at != content.npos) {
      content.replace(at, path.size(), "FILE");
    }
  }
  if (outcome.trouble.starts_with(path)) outcome.trouble.replace(0, path.size(), "FILE");
  return outcome;
}

// Of a file that holds one.
std::string Read(const std::string& bytes) {
  const Outcome outcome = ReadAll(bytes);
  if (!outcome.trouble.empty()) return outcome.trouble;
  EXPECT_EQ(outcome.sources.size(), 1u);
  return outcome.sources.at(0).second;
}

const std::string kText = "a statement\r\n" + std::string(100'000, 'x') + "\n";

TEST(Unpack, PlainGzipAndZipAreTheSameBytes) {
  EXPECT_EQ(Read(kText), kText);
  EXPECT_EQ(Read(""), "");
  EXPECT_EQ(Read("PK"), "PK");
  EXPECT_EQ(Read(Gzipped(kText)), kText);
  EXPECT_EQ(Read(Zipped({{"x.xml", kText}})), kText);
}

TEST(Unpack, FoldersAndAPackersNoiseAreNoFiles) {
  EXPECT_EQ(Read(Zipped({{"march/", ""},
                         {"__MACOSX/._x.xml", "noise"},
                         {"march/x.xml", kText},
                         {"march/.DS_Store", "noise"}})),
            kText);
}

TEST(Unpack, EachFileOfAZipIsASource) {
  const Outcome outcome = ReadAll(Zipped({{"a.xml", kText}, {"march/b.xml", "2"}}));
  EXPECT_EQ(outcome.trouble, "");
  EXPECT_EQ(outcome.sources, (Files{{"a.xml", kText}, {"march/b.xml", "2"}}));
  EXPECT_EQ(Read(Zipped({{"march/", ""}})), "FILE: the archive holds no file");
}

// Whatever byte of the first file's data is broken: it is named, and the others are whole.
TEST(Unpack, ABrokenFileIsNamedAndTheOthersGoOn) {
  const std::string whole = Zipped({{"a", kText}, {"b", "second"}, {"c", "third"}});
  const size_t data = DataOfFirst(whole);
  const size_t end = whole.find("PK\x03\x04", data) - 24;  // before its descriptor
  int broken = 0;
  for (size_t at = data; at < end; at += 3) {
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x55);
    const Outcome outcome = ReadAll(bytes);
    ASSERT_EQ(outcome.trouble, "") << at;
    ASSERT_EQ(outcome.sources.size(), 3u) << at;
    EXPECT_EQ(outcome.sources[1], std::pair(std::string("b"), std::string("second"))) << at;
    EXPECT_EQ(outcome.sources[2], std::pair(std::string("c"), std::string("third"))) << at;
    if (outcome.sources[0].second == kText) continue;
    EXPECT_THAT(outcome.sources[0].second, HasSubstr("FILE:a: can't be unpacked: ")) << at;
    ++broken;
  }
  EXPECT_GT(broken, 10);
}

TEST(Unpack, WhatIsNoFolderOfStatementsIsRefused) {
  const std::string inner = Zipped({{"x", "y"}});
  const Outcome nested = ReadAll(Zipped({{"inner.zip", inner}, {"plain", "z"}}));
  ASSERT_EQ(nested.sources.size(), 2u);
  EXPECT_EQ(nested.sources[0].second,
            "FILE:inner.zip: an archive within an archive: unpack it, and ingest it");
  EXPECT_EQ(nested.sources[1].second, "z");
  EXPECT_THAT(Read("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), HasSubstr("save it as XLSX or CSV"));
  Files many(1001, {"same", "x"});
  EXPECT_THAT(Read(Zipped(many)), HasSubstr("over 1000 files"));
}

TEST(Unpack, ANameCommandsNoTerminal) {
  EXPECT_EQ(ReadAll(Zipped({{"a\x1b[31m\n.csv", "x"}})).sources.at(0).first, "a?[31m?.csv");
}

TEST(Unpack, CutOffAnywhereIsSaid) {
  for (const bool zip : {true, false}) {
    const std::string whole = zip ? Zipped({{"x", kText}}) : Gzipped(kText);
    for (size_t size = 5; size + 8 < whole.size(); size += 7) {
      EXPECT_THAT(Read(whole.substr(0, size)), HasSubstr("can't be unpacked")) << size;
    }
  }
}

TEST(Unpack, WhatGrowsBeyondReasonIsRefused) {
  const std::string zeros(12 << 20, '\0');
  EXPECT_THAT(Read(Gzipped(zeros)), HasSubstr("the archive grows beyond 200 times its size"));
  // All of them together, whatever each comes to.
  const std::string third(4 << 20, '\0');
  const Outcome outcome = ReadAll(Zipped({{"a", third}, {"b", third}, {"c", third}}));
  EXPECT_THAT(outcome.trouble, HasSubstr("the archive grows beyond 200 times its size"));
}

}  // namespace
}  // namespace tieout::connectors
