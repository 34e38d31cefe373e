// JSON by simdjson: a list's entries one at a time, and an entry's values by path.
//
// Numbers stay the text they are: no amount ever is a double. A file is either one document (an
// array, or an object that holds one under a name the connector knows: a page of the API) or JSON
// lines, each an object or such a page. A document must be in memory whole and may have 64 MiB;
// lines may go on for ever.
#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/input.h"

namespace tieout::connectors {

inline constexpr size_t kLargestJson = 64 << 20;

// Behind blanks it begins with an object or a list.
bool BeginsAsJson(std::string_view text);

// The object or list at a path of names, as it stands there. kInvalidArgument: no proper JSON, or
// nothing there.
absl::StatusOr<std::string> JsonPart(std::string_view json,
                                     std::initializer_list<std::string_view> path);

// The lines of a text, without their ends; a byte order mark is dropped.
class LineReader {
 public:
  LineReader(InputStream& in, size_t longest) : in_(in), longest_(longest) {}
  // False: the end. kInvalidArgument: a line longer than `longest`.
  absl::StatusOr<bool> Next(std::string_view* line);
  uint64_t line_number() const { return number_; }
  // The last line ended with a newline.
  bool ended_with_newline() const { return ended_with_newline_; }

 private:
  InputStream& in_;
  const size_t longest_;
  std::string buffer_;
  size_t taken_ = 0;
  bool at_end_ = false;
  bool ended_with_newline_ = true;
  uint64_t number_ = 0;
};

// One JSON object, flattened: "source.metadata.order_id" -> its value. Arrays are left out, or
// flattened too: "fees.0.amount".
class JsonFields {
 public:
  enum class Arrays : uint8_t { kLeaveOut, kFlatten };
  // kInvalidArgument: no proper JSON object; says where.
  static absl::StatusOr<JsonFields> Parse(std::string_view json, Arrays arrays = Arrays::kLeaveOut);

  bool Has(std::string_view path) const { return Find(path) != nullptr; }
  // A string's characters; empty for what isn't there or is null.
  std::string_view Text(std::string_view path) const;
  // A number's or a truth value's own characters; empty for all else.
  std::string_view Token(std::string_view path) const;
  // Either of them: ids are numbers here and texts there.
  std::string_view Any(std::string_view path) const;
  // The path or something below it is there and not null.
  bool HasBelow(std::string_view path) const;

 private:
  friend class JsonFlattener;
  struct Field {
    std::string path, value;
    bool is_text = false;
  };
  const Field* Find(std::string_view path) const;
  std::vector<Field> fields_;
};

// The objects of a file, as raw text. Usage like CsvReader's.
class JsonEntries {
 public:
  // `lists`: the names under which a page holds its entries. The views must outlive this.
  JsonEntries(InputStream& in, std::string_view file_name,
              std::vector<std::string_view> lists = {"data"})
      : in_(in), file_name_(file_name), lists_(std::move(lists)) {}

  struct Entry {
    uint64_t line = 0;
    std::string_view json;     // valid until the next call; a line may be anything
    std::string_view list;     // the name it stood under; empty: none, or an array
    std::string_view page;     // the page around it, where `list` isn't empty
    uint64_t page_number = 0;  // from 1, in the order of the file
  };
  absl::StatusOr<bool> Next(Entry* entry);

 private:
  absl::Status Begin();
  absl::Status ReadDocument();
  absl::Status Split(uint64_t line);

  PeekInput in_;
  const std::string file_name_;
  const std::vector<std::string_view> lists_;
  bool begun_ = false;
  std::unique_ptr<LineReader> lines_;  // null: one document
  // The document or line at hand: its text, and where its entries stand in it.
  std::string document_;
  struct Place {
    size_t offset, size;
    uint64_t line;
    std::string_view list;
  };
  std::vector<Place> places_;
  size_t next_place_ = 0;
  uint64_t pages_ = 0;
};

}  // namespace tieout::connectors
