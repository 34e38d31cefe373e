#include "connectors/workbook.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "connectors/archive.h"
#include "connectors/lex/xml.h"

namespace tieout::connectors {
namespace {

constexpr size_t kMostText = 64 << 20;
constexpr size_t kMostColumns = 16'384;
constexpr uint64_t kMostRows = 1'048'576;

// The children of some elements, whole; of all else nothing.
class Children : public XmlHandler {
 public:
  using Visit = std::function<absl::Status(const XmlNode& child, std::string_view parent)>;
  Children(std::set<std::string, std::less<>> parents, Visit visit)
      : parents_(std::move(parents)), visit_(std::move(visit)) {}
  bool WantsChildrenOf(std::string_view name) const override { return parents_.contains(name); }
  absl::Status OnOpen(std::string_view, uint64_t) override { return absl::OkStatus(); }
  absl::Status OnClose(std::string_view, uint64_t) override { return absl::OkStatus(); }
  absl::Status OnElement(const XmlNode& element, std::string_view parent) override {
    return visit_(element, parent);
  }

 private:
  const std::set<std::string, std::less<>> parents_;
  const Visit visit_;
};

struct SheetEntry {
  std::string name, relation;
  std::string member;  // where it lies in the zip
};

// "BC12" -> 54; nullopt: no place.
std::optional<size_t> ColumnOf(std::string_view place) {
  size_t column = 0;
  for (const char c : place) {
    if (c < 'A' || c > 'Z') break;
    column = column * 26 + static_cast<size_t>(c - 'A') + 1;
    if (column > kMostColumns) return std::nullopt;
  }
  return column == 0 ? std::nullopt : std::optional(column - 1);
}

uint64_t NumberIn(std::string_view text, uint64_t otherwise) {
  uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && end == text.data() + text.size() ? number : otherwise;
}

// A shared or inline string: its own text, or that of its runs; phonetic hints are no part of it.
std::string StringOf(const XmlNode& node) {
  std::string text(node.TextAt({"t"}));
  for (const XmlNode& child : node.children) {
    if (child.name == "r") text += child.TextAt({"t"});
  }
  return text;
}

std::string CsvCell(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < ' '; }, ' ');
  if (text.find_first_of(",\"") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

class Workbook {
 public:
  Workbook(const std::string& path, uint64_t most_bytes) : path_(path), most_bytes_(most_bytes) {}

  absl::Status Open();
  const std::vector<SheetEntry>& sheets() const { return sheets_; }
  // The sheet's rows; empty: it has none.
  absl::StatusOr<std::string> Csv(const SheetEntry& sheet);

 private:
  // false: there is no such member.
  absl::StatusOr<bool> Read(const std::string& member, XmlHandler* handler);
  absl::Status ReadNames();
  absl::Status ReadStrings();
  absl::Status ReadFormats();
  absl::StatusOr<std::string> CellText(const XmlNode& cell) const;
  absl::Status TooLarge(std::string_view what) const {
    return base::InvalidArgument(fmt::format(
        "{}: {} of more than 64 MiB: save the sheet as CSV, and ingest that", path_, what));
  }

  const std::string path_;
  uint64_t most_bytes_;  // that may still be unpacked
  bool from_1904_ = false;
  std::vector<SheetEntry> sheets_;
  std::vector<std::string> strings_;
  std::vector<bool> style_is_date_;
};

absl::StatusOr<bool> Workbook::Read(const std::string& member, XmlHandler* handler) {
  Archive archive(path_, Packing::kZip);
  TIEOUT_RETURN_IF_ERROR(archive.Open());
  while (true) {
    TIEOUT_ASSIGN_OR_RETURN(const bool more, archive.NextFile());
    if (!more) return false;
    if (archive.member() == member) break;
  }
  Watched bytes(&archive, path_, most_bytes_);
  TIEOUT_RETURN_IF_ERROR(ReadXml(bytes, path_ + ":" + member, *handler));
  most_bytes_ -= bytes.bytes();
  return true;
}

absl::Status Workbook::Open() {
  TIEOUT_RETURN_IF_ERROR(ReadNames());
  TIEOUT_RETURN_IF_ERROR(ReadStrings());
  return ReadFormats();
}

absl::Status Workbook::ReadNames() {
  Children workbook({"workbook"}, [&](const XmlNode& child, std::string_view) {
    if (child.name == "workbookPr") {
      const std::string_view is_1904 = child.Attribute("date1904");
      from_1904_ = is_1904 == "1" || is_1904 == "true";
    }
    if (child.name != "sheets") return absl::OkStatus();
    for (const XmlNode& sheet : child.children) {
      const std::string_view state = sheet.Attribute("state");
      if (!state.empty() && state != "visible") continue;
      sheets_.push_back(
          {CleanName(sheet.Attribute("name")), std::string(sheet.Attribute("id")), ""});
    }
    return absl::OkStatus();
  });
  TIEOUT_RETURN_IF_ERROR(Read(std::string(kWorkbookMember), &workbook).status());
  Children relations({"Relationships"}, [&](const XmlNode& relation, std::string_view) {
    const std::string_view target = relation.Attribute("Target");
    for (SheetEntry& sheet : sheets_) {
      if (sheet.relation != relation.Attribute("Id")) continue;
      sheet.member =
          target.starts_with('/') ? std::string(target.substr(1)) : fmt::format("xl/{}", target);
    }
    return absl::OkStatus();
  });
  return Read("xl/_rels/workbook.xml.rels", &relations).status();
}

absl::Status Workbook::ReadStrings() {
  size_t bytes = 0;
  Children strings({"sst"}, [&](const XmlNode& item, std::string_view) {
    strings_.push_back(StringOf(item));
    bytes += strings_.back().size() + sizeof(std::string);
    return bytes > kMostText ? TooLarge("strings") : absl::OkStatus();
  });
  return Read("xl/sharedStrings.xml", &strings).status();
}

absl::Status Workbook::ReadFormats() {
  std::map<uint64_t, bool> is_date;  // by number format
  const auto is_built_in_date = [](uint64_t id) {
    return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || id == 45 || id == 47 ||
           (id >= 50 && id <= 58);
  };
  Children styles({"numFmts", "cellXfs"}, [&](const XmlNode& child, std::string_view parent) {
    const uint64_t id = NumberIn(child.Attribute("numFmtId"), 0);
    if (parent == "numFmts") {
      is_date[id] = IsDateFormat(child.Attribute("formatCode"));
    } else {
      const auto own = is_date.find(id);
      style_is_date_.push_back(own != is_date.end() ? own->second : is_built_in_date(id));
    }
    return absl::OkStatus();
  });
  return Read("xl/styles.xml", &styles).status();
}

absl::StatusOr<std::string> Workbook::CellText(const XmlNode& cell) const {
  const std::string_view type = cell.Attribute("t");
  const std::string_view value = cell.TextAt({"v"});
  if (type == "inlineStr") {
    const XmlNode* text = cell.Child("is");
    return text == nullptr ? std::string() : StringOf(*text);
  }
  if (value.empty()) return std::string();
  if (type == "s") {
    const uint64_t index = NumberIn(value, strings_.size());
    if (index < strings_.size()) return strings_[index];
    return base::InvalidArgument(
        fmt::format("{}: cell {} names string {}, which isn't there: the "
                    "workbook is broken, save it anew",
                    path_, cell.Attribute("r"), value));
  }
  if (type == "b") return std::string(value == "1" ? "TRUE" : "FALSE");
  if (!type.empty() && type != "n") return std::string(value);  // str, d, e
  const uint64_t style = NumberIn(cell.Attribute("s"), 0);
  const bool is_date = style < style_is_date_.size() && style_is_date_[style];
  return is_date ? DateOfSerial(value, from_1904_) : PlainNumber(value);
}

absl::StatusOr<std::string> Workbook::Csv(const SheetEntry& sheet) {
  struct Row {
    uint64_t number;
    size_t columns;
    std::string text;
  };
  std::vector<Row> rows;
  size_t bytes = 0, widest = 0;
  uint64_t next = 1;
  Children reader({"sheetData"}, [&](const XmlNode& row, std::string_view) -> absl::Status {
    const uint64_t number = NumberIn(row.Attribute("r"), next);
    if (number < next || number > kMostRows) {
      return base::InvalidArgument(fmt::format("{}: sheet {}: row {} is out of order", path_,
                                               sheet.name, row.Attribute("r")));
    }
    next = number + 1;
    Row& out = rows.emplace_back(Row{number, 0, ""});
    for (const XmlNode& cell : row.children) {
      const size_t column = ColumnOf(cell.Attribute("r")).value_or(out.columns);
      TIEOUT_ASSIGN_OR_RETURN(std::string text, CellText(cell));
      if (text.empty() || column < out.columns) continue;
      out.text.append(column - out.columns + (out.columns > 0 ? 1 : 0), ',');
      out.text += CsvCell(std::move(text));
      out.columns = column + 1;
    }
    widest = std::max(widest, out.columns);
    bytes += out.text.size() + sizeof(Row);
    return bytes > kMostText ? TooLarge("a sheet") : absl::OkStatus();
  });
  TIEOUT_ASSIGN_OR_RETURN(const bool found, Read(sheet.member, &reader));
  if (!found) {
    return base::InvalidArgument(
        fmt::format("{}: sheet {} isn't in the workbook: save it anew", path_, sheet.name));
  }
  std::string csv;
  uint64_t line = 1;
  for (const Row& row : rows) {
    if (row.columns == 0) continue;
    csv.append(row.number - line, '\n');
    csv += row.text;
    csv.append(widest - row.columns, ',');
    csv += '\n';
    line = row.number + 1;
    if (csv.size() > kMostText) return TooLarge("a sheet");
  }
  return csv;
}

}  // namespace

absl::Status ForEachSheet(const std::string& path, uint64_t most_bytes, const TakeSource& take) {
  Workbook workbook(path, most_bytes);
  TIEOUT_RETURN_IF_ERROR(workbook.Open());
  size_t taken = 0;
  for (const SheetEntry& sheet : workbook.sheets()) {
    TIEOUT_ASSIGN_OR_RETURN(const std::string csv, workbook.Csv(sheet));
    if (csv.empty()) continue;
    ++taken;
    MemoryInput in(csv);
    TIEOUT_RETURN_IF_ERROR(take(sheet.name, in));
  }
  if (taken > 0) return absl::OkStatus();
  return base::InvalidArgument(path + ": the workbook has no visible sheet with a cell in it");
}

}  // namespace tieout::connectors
