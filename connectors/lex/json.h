// JSON by simdjson: a list's entries one at a time, and an entry's values by path.
//
// Numbers stay the text they are: no amount ever is a double. A file is either one document (an
// array, or an object whose `data` is one) or JSON lines, an object a line. A document must be in
// memory whole and may have 64 MiB; lines may go on for ever.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/input.h"

namespace tieout::connectors {

inline constexpr size_t kLargestJson = 64 << 20;

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

// One JSON object, flattened: "source.metadata.order_id" -> its value. Arrays are left out.
class JsonFields {
 public:
  // kInvalidArgument: no proper JSON object; says where.
  static absl::StatusOr<JsonFields> Parse(std::string_view json);

  bool Has(std::string_view path) const { return Find(path) != nullptr; }
  // A string's characters; empty for what isn't there or is null.
  std::string_view Text(std::string_view path) const;
  // A number's or a truth value's own characters; empty for all else.
  std::string_view Token(std::string_view path) const;

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
  JsonEntries(InputStream& in, std::string_view file_name) : in_(in), file_name_(file_name) {}

  struct Entry {
    uint64_t line = 0;
    std::string_view json;  // valid until the next call; a line may be anything
  };
  absl::StatusOr<bool> Next(Entry* entry);

 private:
  absl::Status Begin();
  absl::Status ReadDocument();
  absl::StatusOr<bool> NextLine(Entry* entry);

  PeekInput in_;
  const std::string file_name_;
  bool begun_ = false;
  std::unique_ptr<LineReader> lines_;  // null: one document
  // One document: its text, and where its entries stand in it.
  std::string document_;
  struct Place {
    size_t offset, size;
    uint64_t line;
  };
  std::vector<Place> places_;
  size_t next_place_ = 0;
};

}  // namespace tieout::connectors
