#include "connectors/bai2/record.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/text.h"

namespace tieout::connectors::bai2 {
namespace {

constexpr size_t kLongestBody = 1 << 20;

bool BeginsRecord(std::string_view text) {
  static constexpr std::array<std::string_view, 8> kCodes = {"01,", "02,", "03,", "16,",
                                                             "49,", "88,", "98,", "99,"};
  return std::any_of(kCodes.begin(), kCodes.end(),
                     [&](std::string_view code) { return text.starts_with(code); });
}

// Where the first record on the line ends: behind a '/' after which another begins.
size_t EndOfRecord(std::string_view text) {
  for (size_t at = text.find('/'); at != std::string_view::npos; at = text.find('/', at + 1)) {
    const size_t next = text.find_first_not_of(" \t", at + 1);
    if (next != std::string_view::npos && BeginsRecord(text.substr(next))) return at + 1;
  }
  return text.size();
}

}  // namespace

// A record's beginning or the rest of a line that continues one.
absl::StatusOr<bool> RecordReader::NextPiece(std::string_view* piece) {
  while (true) {
    if (taken_ >= text_.size()) {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, lines_.Next(&line_));
      if (!more) return false;
      text_ = line_.text;
      taken_ = 0;
    }
    const std::string_view rest = std::string_view(text_).substr(taken_);
    const size_t end = EndOfRecord(rest);
    taken_ += end;
    *piece = base::Trim(rest.substr(0, end));
    if (!piece->empty()) return true;
    if (end == 0) taken_ = text_.size();
  }
}

absl::StatusOr<bool> RecordReader::Next(Record* record) {
  record->body.clear();
  record->code.clear();
  record->physical = 1;
  std::string_view piece;
  while (true) {
    if (holds_) {
      piece = held_;
    } else {
      TIEOUT_ASSIGN_OR_RETURN(const bool more, NextPiece(&piece));
      if (!more) return !record->code.empty();
    }
    const bool is_record = BeginsRecord(piece);
    const bool continues = !is_record || piece.starts_with("88,");
    const bool open = !record->code.empty();
    if (open && !continues) {
      if (!holds_) {
        held_ = piece;
        held_line_ = line_.number;
      }
      holds_ = true;
      return true;
    }
    const uint64_t line = holds_ ? held_line_ : line_.number;
    std::string_view body = is_record ? piece.substr(3) : piece;
    if (body.ends_with("/")) body.remove_suffix(1);
    if (!open && !continues) {
      record->code = piece.substr(0, 2);
      record->line = line;
      record->body = body;
    } else if (open && record->body.size() + body.size() < kLongestBody) {
      if (is_record) ++record->physical;
      record->body += '\n';
      record->body += body;
    }  // else: text before the first record
    holds_ = false;
  }
}

std::string_view Fields::Next() {
  const size_t end = std::min(rest_.find_first_of(",\n"), rest_.size());
  const std::string_view field = base::Trim(rest_.substr(0, end));
  done_ = end == rest_.size();
  rest_.remove_prefix(std::min(end + 1, rest_.size()));
  return field;
}

std::string_view Fields::Rest() {
  done_ = true;
  return base::Trim(rest_);
}

std::string_view Fields::SkipFunds() {
  const std::string_view type = Next();
  std::string_view date;
  if (type == "S") {
    for (int i = 0; i < 3; ++i) Next();
  } else if (type == "V") {
    date = Next();
    Next();
  } else if (type == "D") {
    const std::string_view text = Next();
    size_t pairs = 0;
    std::from_chars(text.data(), text.data() + text.size(), pairs);
    for (size_t i = 0; i < 2 * std::min<size_t>(pairs, 1000) && !done_; ++i) Next();
  }
  return date;
}

}  // namespace tieout::connectors::bai2
