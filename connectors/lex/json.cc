#include "connectors/lex/json.h"

#include <fmt/format.h>
#include <simdjson.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

namespace ondemand = simdjson::ondemand;

constexpr size_t kChunk = 256 * 1024;
constexpr std::string_view kBlank = " \t\r\n";
constexpr int kDeepest = 16;

std::string_view Why(simdjson::error_code error) { return simdjson::error_message(error); }

}  // namespace

bool BeginsAsJson(std::string_view text) {
  const size_t first = text.find_first_not_of(kBlank);
  return first != std::string_view::npos && (text[first] == '{' || text[first] == '[');
}

absl::StatusOr<std::string> JsonPart(std::string_view json,
                                     std::initializer_list<std::string_view> path) {
  const simdjson::padded_string padded(json);
  ondemand::parser parser;
  ondemand::document document;
  std::string_view raw;
  simdjson::error_code error = parser.iterate(padded).get(document);
  ondemand::value value;
  if (error == simdjson::SUCCESS) error = document.get_value().get(value);
  for (const std::string_view name : path) {
    ondemand::value inner;
    if (error == simdjson::SUCCESS) error = value.find_field_unordered(name).get(inner);
    value = inner;
  }
  ondemand::json_type type = ondemand::json_type::null;
  if (error == simdjson::SUCCESS) error = value.type().get(type);
  if (error == simdjson::SUCCESS && type == ondemand::json_type::object) {
    ondemand::object object;
    error = value.get_object().get(object);
    if (error == simdjson::SUCCESS) error = object.raw_json().get(raw);
  } else if (error == simdjson::SUCCESS && type == ondemand::json_type::array) {
    ondemand::array array;
    error = value.get_array().get(array);
    if (error == simdjson::SUCCESS) error = array.raw_json().get(raw);
  } else if (error == simdjson::SUCCESS) {
    error = simdjson::INCORRECT_TYPE;
  }
  if (error == simdjson::SUCCESS) return std::string(raw);
  return base::InvalidArgument(fmt::format("{}: {}", fmt::join(path, "."), Why(error)));
}

absl::StatusOr<bool> LineReader::Next(std::string_view* line) {
  size_t searched = taken_;
  while (true) {
    const void* found = searched < buffer_.size() ? std::memchr(buffer_.data() + searched, '\n',
                                                                buffer_.size() - searched)
                                                  : nullptr;
    if (found != nullptr || at_end_) {
      if (found == nullptr && taken_ == buffer_.size()) return false;
      const size_t end = found != nullptr
                             ? static_cast<size_t>(static_cast<const char*>(found) - buffer_.data())
                             : buffer_.size();
      *line = std::string_view(buffer_).substr(taken_, end - taken_);
      if (line->ends_with('\r')) line->remove_suffix(1);
      ended_with_newline_ = found != nullptr;
      taken_ = found != nullptr ? end + 1 : end;
      if (++number_ == 1 && line->starts_with("\xEF\xBB\xBF")) line->remove_prefix(3);
      return true;
    }
    if (buffer_.size() - taken_ > longest_) {
      return base::InvalidArgument(
          fmt::format("line {} is longer than {} MiB", number_ + 1, longest_ >> 20));
    }
    searched = buffer_.size() - taken_;
    buffer_.erase(0, taken_);
    taken_ = 0;
    const size_t had = buffer_.size();
    buffer_.resize(had + kChunk);
    auto n = in_.Read(buffer_.data() + had, kChunk);
    buffer_.resize(had + (n.ok() ? *n : 0));
    if (!n.ok()) return n.status();
    at_end_ = *n == 0;
  }
}

// Walks an object and writes down what it holds.
class JsonFlattener {
 public:
  JsonFlattener(JsonFields* fields, JsonFields::Arrays arrays) : fields_(fields), arrays_(arrays) {}

  simdjson::error_code Object(ondemand::object object, const std::string& prefix, int depth) {
    if (depth > kDeepest) return simdjson::DEPTH_ERROR;
    for (auto field : object) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return error;
      std::string path = prefix.empty() ? std::string(key) : fmt::format("{}.{}", prefix, key);
      ondemand::value value;
      if (const auto error = field.value().get(value)) return error;
      if (const auto error = Value(value, std::move(path), depth)) return error;
    }
    return simdjson::SUCCESS;
  }

 private:
  simdjson::error_code Value(ondemand::value value, std::string path, int depth) {
    ondemand::json_type type;
    if (const auto error = value.type().get(type)) return error;
    switch (type) {
      case ondemand::json_type::object: {
        ondemand::object object;
        if (const auto error = value.get_object().get(object)) return error;
        return Object(object, path, depth + 1);
      }
      case ondemand::json_type::array: {
        ondemand::array array;
        if (const auto error = value.get_array().get(array)) return error;
        if (arrays_ == JsonFields::Arrays::kFlatten) return Array(array, path, depth + 1);
        std::string_view skipped;
        return array.raw_json().get(skipped);
      }
      case ondemand::json_type::string: {
        std::string_view text;
        if (const auto error = value.get_string().get(text)) return error;
        fields_->fields_.push_back({std::move(path), std::string(text), true});
        return simdjson::SUCCESS;
      }
      case ondemand::json_type::number:
      case ondemand::json_type::boolean: {
        const std::string_view token = base::Trim(value.raw_json_token(), kBlank);
        fields_->fields_.push_back({std::move(path), std::string(token), false});
        return simdjson::SUCCESS;
      }
      case ondemand::json_type::null:
        break;
    }
    return simdjson::SUCCESS;
  }

  simdjson::error_code Array(ondemand::array array, const std::string& path, int depth) {
    if (depth > kDeepest) return simdjson::DEPTH_ERROR;
    size_t index = 0;
    for (auto element : array) {
      ondemand::value value;
      if (const auto error = element.get(value)) return error;
      if (const auto error = Value(value, fmt::format("{}.{}", path, index++), depth)) return error;
    }
    return simdjson::SUCCESS;
  }

  JsonFields* const fields_;
  const JsonFields::Arrays arrays_;
};

absl::StatusOr<JsonFields> JsonFields::Parse(std::string_view json, Arrays arrays) {
  const simdjson::padded_string padded(json);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::object object;
  JsonFields fields;
  simdjson::error_code error = parser.iterate(padded).get(document);
  if (error == simdjson::SUCCESS) error = document.get_object().get(object);
  if (error == simdjson::SUCCESS) error = JsonFlattener(&fields, arrays).Object(object, "", 0);
  const char* rest = nullptr;  // where there is more after the object
  if (error == simdjson::SUCCESS && document.current_location().get(rest) == simdjson::SUCCESS) {
    error = simdjson::TAPE_ERROR;
  }
  if (error != simdjson::SUCCESS) {
    return base::InvalidArgument(fmt::format("no proper JSON object: {}", Why(error)));
  }
  return fields;
}

const JsonFields::Field* JsonFields::Find(std::string_view path) const {
  for (const Field& field : fields_) {
    if (field.path == path) return &field;
  }
  return nullptr;
}

std::string_view JsonFields::Text(std::string_view path) const {
  const Field* field = Find(path);
  return field != nullptr && field->is_text ? std::string_view(field->value) : std::string_view();
}

std::string_view JsonFields::Token(std::string_view path) const {
  const Field* field = Find(path);
  return field != nullptr && !field->is_text ? std::string_view(field->value) : std::string_view();
}

std::string_view JsonFields::Any(std::string_view path) const {
  const Field* field = Find(path);
  return field != nullptr ? std::string_view(field->value) : std::string_view();
}

bool JsonFields::HasBelow(std::string_view path) const {
  return std::any_of(fields_.begin(), fields_.end(), [&](const Field& field) {
    const std::string_view own = field.path;
    return own.starts_with(path) && (own.size() == path.size() || own[path.size()] == '.');
  });
}

// Lines, if the first one is a whole object; else one document. A page may be a long line.
absl::Status JsonEntries::Begin() {
  begun_ = true;
  std::string_view head;
  for (size_t size = 64 * 1024; size <= kLargestJson; size *= 4) {
    TIEOUT_ASSIGN_OR_RETURN(head, in_.Peek(size));
    if (head.size() < size || head.find('\n') != std::string_view::npos) break;
  }
  if (head.starts_with("\xEF\xBB\xBF")) head.remove_prefix(3);
  if (base::Trim(head, kBlank).empty())
    return base::InvalidArgument(fmt::format("{} is empty", file_name_));
  if (JsonFields::Parse(base::Trim(head.substr(0, head.find('\n')), kBlank)).ok()) {
    lines_ = std::make_unique<LineReader>(in_, kLargestJson);
    return absl::OkStatus();
  }
  return ReadDocument();
}

absl::Status JsonEntries::ReadDocument() {
  while (true) {
    const size_t had = document_.size();
    document_.resize(had + kChunk);
    auto n = in_.Read(document_.data() + had, kChunk);
    document_.resize(had + (n.ok() ? *n : 0));
    if (!n.ok()) return n.status();
    if (*n == 0) break;
    if (document_.size() > kLargestJson) {
      return base::InvalidArgument(
          fmt::format("{}: one JSON document larger than 64 MiB: fetch it in pages, or write its "
                      "entries as JSON lines, one object a line",
                      file_name_));
    }
  }
  if (document_.starts_with("\xEF\xBB\xBF")) document_.erase(0, 3);
  return Split(1);
}

// The elements of an array, each an object.
simdjson::error_code ElementsOf(ondemand::array array, std::vector<std::string_view>* elements) {
  for (auto element : array) {
    ondemand::object object;
    std::string_view raw;
    if (const auto error = element.get_object().get(object)) return error;
    if (const auto error = object.raw_json().get(raw)) return error;
    elements->push_back(raw);
  }
  return simdjson::SUCCESS;
}

// Finds the entries of document_, which begins on `line`: the elements of an array or of the lists
// of a page, else the object itself.
absl::Status JsonEntries::Split(uint64_t line) {
  places_.clear();
  next_place_ = 0;
  ++pages_;
  document_.reserve(document_.size() + simdjson::SIMDJSON_PADDING);
  ondemand::parser parser;
  ondemand::document document;
  ondemand::json_type type = ondemand::json_type::null;
  simdjson::error_code error =
      parser.iterate(document_.data(), document_.size(), document_.capacity()).get(document);
  if (error == simdjson::SUCCESS) error = document.type().get(type);
  std::vector<std::string_view> elements;
  std::vector<std::string_view> lists;  // beside each element
  bool is_page = type != ondemand::json_type::object;
  if (error == simdjson::SUCCESS && type == ondemand::json_type::object) {
    ondemand::object object;
    error = document.get_object().get(object);
    if (error == simdjson::SUCCESS) {
      for (auto field : object) {
        std::string_view key;
        ondemand::value value;
        if ((error = field.unescaped_key().get(key)) != simdjson::SUCCESS) break;
        if ((error = field.value().get(value)) != simdjson::SUCCESS) break;
        const auto list = std::find(lists_.begin(), lists_.end(), key);
        ondemand::json_type inner = ondemand::json_type::null;
        if ((error = value.type().get(inner)) != simdjson::SUCCESS) break;
        if (list == lists_.end() || inner != ondemand::json_type::array) continue;
        is_page = true;
        ondemand::array array;
        if ((error = value.get_array().get(array)) != simdjson::SUCCESS) break;
        error = ElementsOf(array, &elements);
        lists.resize(elements.size(), *list);
        if (error != simdjson::SUCCESS) break;
      }
    }
  } else if (error == simdjson::SUCCESS) {
    ondemand::array array;
    error = document.get_array().get(array);
    if (error == simdjson::SUCCESS) error = ElementsOf(array, &elements);
  }
  const char* rest = nullptr;  // where there is more after the document
  if (error == simdjson::SUCCESS && document.current_location().get(rest) == simdjson::SUCCESS) {
    error = simdjson::TAPE_ERROR;
  }
  if (error == simdjson::SUCCESS && !is_page) elements.push_back(base::Trim(document_, kBlank));
  lists.resize(elements.size());
  size_t counted = 0;
  for (size_t i = 0; i < elements.size(); ++i) {
    const auto offset = static_cast<size_t>(elements[i].data() - document_.data());
    line +=
        static_cast<uint64_t>(std::count(document_.begin() + static_cast<ptrdiff_t>(counted),
                                         document_.begin() + static_cast<ptrdiff_t>(offset), '\n'));
    counted = offset;
    places_.push_back({offset, elements[i].size(), line, lists[i]});
  }
  if (error != simdjson::SUCCESS) {
    line += static_cast<uint64_t>(
        std::count(document_.begin() + static_cast<ptrdiff_t>(counted), document_.end(), '\n'));
    return base::InvalidArgument(fmt::format(
        "{}:{}: no proper JSON list (an array, or an object with `{}`): {}. If the file is cut "
        "off, fetch it again",
        file_name_, line, fmt::join(lists_, "` or `"), Why(error)));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> JsonEntries::Next(Entry* entry) {
  if (!begun_) TIEOUT_RETURN_IF_ERROR(Begin());
  while (next_place_ == places_.size()) {
    std::string_view line;
    if (lines_ == nullptr) return false;
    TIEOUT_ASSIGN_OR_RETURN(const bool more, lines_->Next(&line));
    if (!more) return false;
    line = base::Trim(line, kBlank);
    if (line.empty()) continue;
    document_.assign(line);
    // A line that is no JSON is a row that can't be read, and not the end of the file.
    if (!Split(lines_->line_number()).ok()) {
      places_ = {{0, document_.size(), lines_->line_number(), ""}};
    }
  }
  const Place& place = places_[next_place_++];
  entry->line = place.line;
  entry->json = std::string_view(document_).substr(place.offset, place.size);
  entry->list = place.list;
  entry->page_number = pages_;
  entry->page = place.list.empty() ? std::string_view() : std::string_view(document_);
  return true;
}

}  // namespace tieout::connectors
