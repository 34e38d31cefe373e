#include "connectors/excerpt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "connectors/registry.h"

namespace tieout::connectors {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Excerpt At(std::string_view file, uint64_t line, std::vector<std::string> ids = {}) {
  MemoryInput in(file);
  const auto excerpt = ReadExcerpt(in, line, ids);
  EXPECT_TRUE(excerpt.ok()) << excerpt.status();
  return excerpt.value_or(Excerpt());
}

TEST(ExcerptTest, OfACsvAllLinesOfTheRow) {
  const std::string csv =
      "id,text,amount\r\n1,plain,5\r\n2,\"two\r\nlines, \"\"quoted\"\"\",6\r\n3,a 5\" pipe,7\r\n";
  EXPECT_THAT(At(csv, 2).lines, ElementsAre("1,plain,5"));
  EXPECT_THAT(At(csv, 3).lines, ElementsAre("2,\"two", "lines, \"\"quoted\"\"\",6"));
  EXPECT_THAT(At(csv, 5).lines, ElementsAre("3,a 5\" pipe,7"));
  EXPECT_THAT(At(csv, 6).lines, IsEmpty());
  EXPECT_THAT(At(csv, 9).missing, HasSubstr("no line 9"));
}

TEST(ExcerptTest, InTheFilesOwnEncoding) {
  std::string utf16("\xFF\xFE");
  for (const char c : std::string_view("id\n\xE4;1\n")) utf16 += {c, '\0'};
  EXPECT_THAT(At(utf16, 2).lines, ElementsAre("ä;1"));
  EXPECT_THAT(At("id\nK\xF6ln;1\n", 2).lines, ElementsAre("Köln;1"));
}

constexpr std::string_view kXml =
    "<?xml version=\"1.0\"?>\n<D:Document xmlns:D=\"x\"><D:Stmt>\n"
    "    <D:Ntry>\n        <D:Amt>5</D:Amt>\n        <D:Ref>AB12</D:Ref>\n    </D:Ntry>\n"
    "    <D:Ntry><D:Amt>6</D:Amt><D:Ref>CD34</D:Ref></D:Ntry><D:Ntry><D:Ref>EF56</D:Ref></D:Ntry>\n"
    "</D:Stmt></D:Document>\n";

TEST(ExcerptTest, OfXmlTheEntry) {
  EXPECT_THAT(At(kXml, 3).lines, ElementsAre("<D:Ntry>", "    <D:Amt>5</D:Amt>",
                                             "    <D:Ref>AB12</D:Ref>", "</D:Ntry>"));
  EXPECT_THAT(At(kXml, 7, {"EF56"}).lines, ElementsAre("<D:Ntry><D:Ref>EF56</D:Ref></D:Ntry>"));
  EXPECT_THAT(At(kXml, 7, {"other"}).missing, HasSubstr("2 entries begin on line 7"));
}

TEST(ExcerptTest, OfOfxTheTransactionAlsoWhereLeavesStayOpen) {
  const std::string sgml =
      "OFXHEADER:100\n\n<OFX><BANKTRANLIST>\n<STMTTRN>\n<TRNAMT>-5\n<FITID>7\n</STMTTRN>\n"
      "<STMTTRN><TRNAMT>6<FITID>8</STMTTRN></BANKTRANLIST></OFX>\n";
  EXPECT_THAT(At(sgml, 4).lines, ElementsAre("<STMTTRN>", "<TRNAMT>-5", "<FITID>7", "</STMTTRN>"));
  EXPECT_THAT(At(sgml, 8).lines, ElementsAre("<STMTTRN><TRNAMT>6<FITID>8</STMTTRN>"));
}

TEST(ExcerptTest, OfJsonTheObject) {
  const std::string pretty =
      "{\n  \"data\": [\n    {\n      \"id\": \"txn_1\"\n    },\n    {\n      \"id\": \"txn_2\"\n"
      "    }\n  ]\n}\n";
  EXPECT_THAT(At(pretty, 6).lines, ElementsAre("{", "  \"id\": \"txn_2\"", "}"));
  const std::string one_line = R"({"data":[{"id":"txn_1","of":{"id":"x"}},{"id":"txn_2"}]})";
  EXPECT_THAT(At(one_line, 1, {"txn_1"}).lines, ElementsAre(R"({"id":"txn_1","of":{"id":"x"}})"));
  EXPECT_THAT(At("{\"id\":\"a\"}\n{\"id\":\"b\"}\n", 2).lines, ElementsAre("{\"id\":\"b\"}"));
}

TEST(ExcerptTest, OfTextFormatsTheEntryWithWhatContinuesIt) {
  const std::string swift =
      "{1:F01BANK}{4:\n:20:A\n:61:2603060306C5,00NTRF\nextra\n:86:166?00x\nmore\n:61:2603060306C6,"
      "00NTRF\n:62F:C260306EUR1,\n:86:of the statement\n-}\n";
  EXPECT_THAT(At(swift, 3).lines,
              ElementsAre(":61:2603060306C5,00NTRF", "extra", ":86:166?00x", "more"));
  EXPECT_THAT(At(swift, 7).lines, ElementsAre(":61:2603060306C6,00NTRF"));
  EXPECT_THAT(At("01,A\n16,165,5/\n88,more\n88,and more/\n16,165,6/\n", 2).lines,
              ElementsAre("16,165,5/", "88,more", "88,and more/"));
  EXPECT_THAT(At("!Type:Bank\nD1/2\nT5\n^\nD1/3\nT6\n^\n", 2).lines,
              ElementsAre("D1/2", "T5", "^"));
}

TEST(ExcerptTest, IsBounded) {
  std::string csv = "id,text\n1,\"";
  for (int i = 0; i < 100; ++i) csv += "line\n";
  EXPECT_THAT(At(csv, 2).lines, SizeIs(40));
  EXPECT_TRUE(At(csv, 2).cut);
  const Excerpt wide = At("id\n" + std::string(3 << 20, 'x') + "\n2\n", 2);
  EXPECT_TRUE(wide.cut);
  ASSERT_THAT(wide.lines, SizeIs(1));
  EXPECT_EQ(wide.lines[0].size(), 8u << 10);
  EXPECT_THAT(At("id\n" + std::string(3 << 20, 'x') + "\n2\n", 3).lines, ElementsAre("2"));
}

// Any line of any broken file has an answer, within its bounds.
TEST(ExcerptTest, SurvivesAnyBytes) {
  std::mt19937 random(7);
  const std::vector<std::string> files = {
      std::string(kXml), "{\"data\":[{\"id\":\"a\"},\n{\"id\":\"b\"}]}\n{\"id\":\"c\"}\n",
      "a,b\n1,\"x\ny\"\n2,z\n", ":20:A\n:61:26C5,00\n:86:x\n-}\n", "!Type:Bank\nD1\nT5\n^\n"};
  for (int i = 0; i < 20'000; ++i) {
    std::string file = files[random() % files.size()];
    for (uint32_t n = random() % 4; n > 0; --n) {
      file[random() % file.size()] = "\"<>{}[],:\n^/ \xFF"[random() % 15];
    }
    MemoryInput in(file);
    const auto excerpt = ReadExcerpt(in, 1 + random() % 9, std::vector<std::string>{"a", "AB12"});
    if (!excerpt.ok()) continue;
    EXPECT_TRUE(excerpt->missing.empty() || excerpt->lines.empty());
    EXPECT_LE(excerpt->lines.size(), 40u);
  }
}

// What each connector makes of its own test files: the row of every event is found, and where the
// file has the entry's id anywhere, it is in the row.
class EventRows : public Sink {
 public:
  explicit EventRows(std::string_view file) : file_(file) {}
  absl::Status OnEvent(const ledger::Event& event) override {
    if (event.source.line == 0 || event.kind() == ledger::Kind::kAmendment) {
      return absl::OkStatus();
    }
    const std::string_view entry = ledger::EntryOf(event.event_id);
    const std::string id(entry.substr(entry.rfind('/') + 1));
    const Excerpt row = At(file_, event.source.line, {id, std::string(event.refs.payment_id)});
    if (row.lines.empty()) {
      EXPECT_THAT(row.missing, HasSubstr("entries begin on line 1,")) << event.event_id;
      return absl::OkStatus();
    }
    ++shown;
    const bool is_in_file = file_.find(id) != file_.npos;
    const auto names_id = [&](const std::string& line) { return line.find(id) != line.npos; };
    if (!is_in_file) return absl::OkStatus();
    ++named;
    // A payout made of its rows stands for no row of its own.
    if (event.kind() == ledger::Kind::kPayout) return absl::OkStatus();
    EXPECT_TRUE(std::any_of(row.lines.begin(), row.lines.end(), names_id))
        << event.event_id << " at line " << event.source.line << ": " << row.lines.front();
    return absl::OkStatus();
  }
  absl::Status OnNoOp(uint64_t, std::string_view) override { return absl::OkStatus(); }
  absl::Status OnQuarantined(const Quarantined&) override { return absl::OkStatus(); }
  int shown = 0, named = 0;  // rows found; of these of an entry whose id stands in the file

 private:
  const std::string_view file_;
};

struct Found {
  int shown = 0, named = 0;
};
Found RowsIn(const std::string& text, const std::string& name) {
  const auto connector = Detect(name, std::string_view(text).substr(0, kDetectBytes));
  if (!connector.ok() || (*connector)->name() == "events") return {};  // goldens: other files' rows
  EventRows rows(text);
  MemoryInput in(text);
  Context context;
  context.file_name = name;
  context.merchant_account = "acct_1";
  context.currency = "EUR";
  (void)(*connector)->Parse(in, context, rows);
  return {rows.shown, rows.named};
}

TEST(ExcerptTest, FindsTheRowOfEveryEventOfEveryConnector) {
  std::map<std::string, Found> found;
  const auto add = [&](const std::string& folder, const Found& rows) {
    found[folder].shown += rows.shown;
    found[folder].named += rows.named;
  };
  const std::string root = std::string(TIEOUT_SOURCE_DIR) + "/tests/connectors";
  for (const auto& file : std::filesystem::recursive_directory_iterator(root)) {
    if (!file.is_regular_file() || file.path().parent_path().filename() != "testdata") continue;
    std::ifstream in(file.path(), std::ios::binary);
    std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
    const std::string name = file.path().string();
    const std::string folder = file.path().parent_path().parent_path().filename();
    add(folder, RowsIn(text, name));
    // JSON and XML as programs write it: on one line.
    if (name.ends_with(".json") || name.ends_with(".xml")) {
      std::replace(text.begin(), text.end(), '\n', ' ');
      add(folder + ", one line", RowsIn(text, name));
    }
  }
  for (const char* folder : {"adyen", "amazon", "bai2", "camt", "ebay", "etsy", "mt940", "ofx",
                             "paypal", "qif", "shopify", "square", "stripe"}) {
    EXPECT_GT(found[folder].shown, 0) << folder;
  }
  for (const char* folder : {"adyen", "amazon", "camt", "ebay", "paypal", "shopify", "square",
                             "stripe", "camt, one line", "stripe, one line"}) {
    EXPECT_GT(found[folder].named, 0) << folder;
  }
}

}  // namespace
}  // namespace tieout::connectors
