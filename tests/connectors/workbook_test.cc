#include "connectors/workbook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <random>
#include <string>

#include "tests/support/archive.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kNames[] =
    R"(<workbook xmlns:r="x"><workbookPr/><sheets><sheet name="Till" sheetId="1" r:id="rId2"/>)"
    R"(<sheet name="Lists" sheetId="2" state="hidden" r:id="rId9"/>)"
    R"(<sheet name="Notes" sheetId="3" r:id="rId1"/></sheets></workbook>)";
constexpr char kRelations[] =
    R"(<Relationships><Relationship Id="rId1" Target="/xl/worksheets/b.xml"/>)"
    R"(<Relationship Id="rId2" Target="worksheets/a.xml"/></Relationships>)";
constexpr char kStrings[] =
    "<sst><si><t>Day</t></si><si><r><t>A</t></r><r><t>mount</t></r></si><si><t>bowl, &quot;blue"
    "&quot;\nand cup</t></si></sst>";
constexpr char kStyles[] =
    R"(<styleSheet><numFmts><numFmt numFmtId="164" formatCode="dd\.mm\.yyyy"/></numFmts><cellXfs>)"
    R"(<xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="164"/></cellXfs></styleSheet>)";
constexpr char kTill[] =
    R"(<worksheet><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>)"
    R"(<c r="D1" t="inlineStr"><is><t>Note</t></is></c></row><row r="3"><c r="A3" s="2">)"
    R"(<v>46088</v></c><c r="B3"><v>12.300000000000001</v></c><c r="D3" t="s"><v>2</v></c></row>)"
    R"(<row r="4"><c r="A4" s="1"><v>46088.4375</v></c><c r="B4"><f>1+1</f><v>2</v></c></row>)"
    R"(<row r="5"><c r="B5" t="e"><v>#REF!</v></c><c r="C5" t="b"><v>1</v></c></row>)"
    R"(</sheetData></worksheet>)";

ArchivedFiles Parts() {
  return {{"[Content_Types].xml", "<Types/>"},
          {"xl/worksheets/a.xml", kTill},
          {"xl/worksheets/b.xml",
           R"(<worksheet><sheetData><row><c t="str"><v>x</v></c></row></sheetData></worksheet>)"},
          {"xl/sharedStrings.xml", kStrings},
          {"xl/styles.xml", kStyles},
          {"xl/_rels/workbook.xml.rels", kRelations},
          {"xl/workbook.xml", kNames}};
}

struct Read {
  ArchivedFiles sheets;
  std::string trouble;
};

Read ReadSheets(const ArchivedFiles& parts) {
  const std::string path = ::testing::TempDir() + "workbook_" + std::to_string(::getpid());
  std::ofstream(path, std::ios::binary) << Zipped(parts);
  Read read;
  const absl::Status status = ForEachSource(path, [&](const std::string& name, InputStream& in) {
    std::string text;
    char buffer[100];
    absl::StatusOr<size_t> n = 0;
    while ((n = in.Read(buffer, sizeof buffer)).ok() && *n > 0) text.append(buffer, *n);
    read.sheets.emplace_back(name, text);
    return n.status();
  });
  read.trouble = base::Message(status);
  return read;
}

TEST(Workbook, VisibleSheetsAreCsvLineByLine) {
  const Read read = ReadSheets(Parts());
  EXPECT_EQ(read.trouble, "");
  EXPECT_THAT(read.sheets, ElementsAre(Pair("Till",
                                            "Day,Amount,,Note\n"
                                            "\n"
                                            "2026-03-07,12.3,,\"bowl, \"\"blue\"\" and cup\"\n"
                                            "2026-03-07 10:30:00,2,,\n"
                                            ",#REF!,TRUE,\n"),
                                       Pair("Notes", "x\n")));
}

TEST(Workbook, SaysWhatIsWrong) {
  ArchivedFiles parts = Parts();
  parts[3].second = "<sst/>";
  EXPECT_THAT(ReadSheets(parts).trouble, HasSubstr("cell A1 names string 0, which isn't there"));
  parts = Parts();
  parts[1].second = std::string(kTill).substr(0, 300);
  EXPECT_THAT(ReadSheets(parts).trouble, HasSubstr("xl/worksheets/a.xml:1: the XML ends"));
  parts = Parts();
  parts[5].second = "<Relationships/>";
  EXPECT_THAT(ReadSheets(parts).trouble, HasSubstr("sheet Till isn't in the workbook"));
  EXPECT_THAT(ReadSheets({{"[Content_Types].xml", ""}, {"word/document.xml", "x"}}).trouble,
              HasSubstr("an office document, but no XLSX"));
  parts = Parts();
  parts[1].second =
      "<worksheet><sheetData>" + std::string(12 << 20, ' ') + "</sheetData></worksheet>";
  EXPECT_THAT(ReadSheets(parts).trouble, HasSubstr("grows beyond 200 times its size"));
}

// Whatever stands in its parts, there is an answer, and no line more than the file's rows.
TEST(Workbook, SurvivesAnyBytesInItsParts) {
  std::mt19937 random(7);
  int read = 0, refused = 0;
  for (int i = 0; i < 300; ++i) {
    ArchivedFiles parts = Parts();
    std::string& part = parts[1 + random() % (parts.size() - 1)].second;
    for (uint32_t n = 1 + random() % 3; n > 0; --n) {
      constexpr std::string_view kBytes = "0123456789<>/\"=AZaz -.E";
      part[random() % part.size()] = kBytes[random() % kBytes.size()];
    }
    const Read outcome = ReadSheets(parts);
    ++(outcome.trouble.empty() ? read : refused);
    EXPECT_TRUE(!outcome.trouble.empty() || !outcome.sheets.empty());
  }
  EXPECT_GT(read, 20);
  EXPECT_GT(refused, 20);
}

TEST(Workbook, NumbersAreTheDigitsASpreadsheetShows) {
  EXPECT_EQ(PlainNumber("12.300000000000001"), "12.3");
  EXPECT_EQ(PlainNumber("0.30000000000000004"), "0.3");
  EXPECT_EQ(PlainNumber("1012.3499999999999"), "1012.35");
  EXPECT_EQ(PlainNumber("-0.1"), "-0.1");
  EXPECT_EQ(PlainNumber("1.0125E3"), "1012.5");
  EXPECT_EQ(PlainNumber("5E-3"), "0.005");
  EXPECT_EQ(PlainNumber("1e+05"), "100000");
  EXPECT_EQ(PlainNumber("999999999999999.9"), "1000000000000000");
  EXPECT_EQ(PlainNumber("0"), "0");
  EXPECT_EQ(PlainNumber("-0.00"), "0");
  EXPECT_EQ(PlainNumber("123456789012345678"), "123456789012346000");
  for (const char* none : {"", "x", "1.2.3", "1E", "1E999", "#REF!", "--1"}) {
    EXPECT_EQ(PlainNumber(none), none);
  }
}

TEST(Workbook, DatesOfBothCalendars) {
  EXPECT_EQ(DateOfSerial("46088", false), "2026-03-07");
  EXPECT_EQ(DateOfSerial("44626", true), "2026-03-07");
  EXPECT_EQ(DateOfSerial("46088.999994", false), "2026-03-07 23:59:59");
  EXPECT_EQ(DateOfSerial("46088.999999", false), "2026-03-08");
  EXPECT_EQ(DateOfSerial("1", false), "1900-01-01");
  EXPECT_EQ(DateOfSerial("59", false), "1900-02-28");
  EXPECT_EQ(DateOfSerial("60", false), "60");  // a day that never was
  EXPECT_EQ(DateOfSerial("61", false), "1900-03-01");
  EXPECT_EQ(DateOfSerial("0.4375", false), "10:30:00");
  EXPECT_EQ(DateOfSerial("-1", false), "-1");
  EXPECT_EQ(DateOfSerial("99999999", false), "99999999");
  for (const char* date : {"dd/mm/yyyy", "[$-409]d-mmm-yy", "hh:mm", "yyyy\\-mm\\-dd;@"}) {
    EXPECT_TRUE(IsDateFormat(date)) << date;
  }
  for (const char* number : {"General", "0.00", "[Red]#,##0.00", "0.00\" days\"", "0\\d", "[h]:mm",
                             "#,##0.00_);(#,##0.00)", "_-* #,##0_-"}) {
    EXPECT_FALSE(IsDateFormat(number)) << number;
  }
}

}  // namespace
}  // namespace tieout::connectors
