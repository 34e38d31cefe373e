#include "connectors/mt940/field.h"

#include <algorithm>
#include <array>

namespace tieout::connectors::mt940 {
namespace {

constexpr size_t kMostLines = 200;  // of one field: beyond, they are dropped text
constexpr std::array<std::string_view, 21> kTags = {
    "20",  "21", "25", "25P", "28",  "28C", "60F", "60M", "61", "86", "62F",
    "62M", "64", "65", "13",  "13D", "34F", "90D", "90C", "NS", "940"};

// "37 Fo", "20:15": what is left of a time of day.
bool LooksLikeTime(std::string_view rest) {
  const auto digit = [&](size_t at) {
    return at < rest.size() && rest[at] >= '0' && rest[at] <= '9';
  };
  if (!digit(0) || !digit(1) || rest[0] > '5') return false;
  return rest.size() == 2 || std::string_view(" ?.:,/").find(rest[2]) != std::string_view::npos;
}

}  // namespace

std::string Field::Text() const {
  std::string text = ":" + tag + ":";
  for (const std::string& part : lines) text += (&part == &lines.front() ? "" : "\n") + part;
  return text;
}

bool FieldReader::Begins(std::string_view line, std::string_view* tag,
                         std::string_view* rest) const {
  if (line.empty() || line.front() != ':') return false;
  const size_t end = line.find(':', 1);
  if (end == std::string_view::npos) return false;
  *tag = line.substr(1, end - 1);
  *rest = line.substr(end + 1);
  if (std::find(kTags.begin(), kTags.end(), *tag) == kTags.end()) return false;
  if (!in_lines_ || *tag == "61" || *tag == "86" || tag->starts_with("62") ||
      tag->starts_with("90") || *tag == "NS") {
    return true;
  }
  // Among the lines only the next message may begin, where this one has no end mark.
  return *tag == "20" && !LooksLikeTime(*rest);
}

absl::StatusOr<bool> FieldReader::Next(Field* field) {
  field->tag.clear();
  field->lines.clear();
  while (true) {
    if (!holds_) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, lines_.Next(&held_));
      if (!more) {
        open_.clear();
        return !field->tag.empty();
      }
      held_text_ = held_.text;
    }
    holds_ = false;
    std::string_view line = held_text_;
    // "{1:...}{2:...}{4:" stands before a message; what follows on that line belongs to it.
    if (line.starts_with("{")) {
      const size_t block = line.find("{4:");
      line = block == std::string_view::npos ? std::string_view() : line.substr(block + 3);
      if (line.empty()) continue;
    }
    const bool ends = line == "-" || line.starts_with("-}");
    std::string_view tag, rest;
    const bool begins = !ends && Begins(line, &tag, &rest);
    if ((ends || begins) && !field->tag.empty()) {
      holds_ = true;
      return true;
    }
    if (ends) {
      open_.clear();
      in_lines_ = false;
      field->line = held_.number;
      field->lines.emplace_back();
      return true;
    }
    if (begins) {
      open_ = tag;
      if (tag.starts_with("60") || tag == "61") in_lines_ = true;
      if (tag.starts_with("62") || tag.starts_with("90") || tag == "20") in_lines_ = false;
      field->tag = tag;
      field->line = held_.number;
      field->lines.emplace_back(rest);
    } else if (!field->tag.empty() && !line.empty() && field->lines.size() < kMostLines) {
      field->lines.emplace_back(line);
    }  // else: what a bank's system prints before the first tag
  }
}

}  // namespace tieout::connectors::mt940
