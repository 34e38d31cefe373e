#include "connectors/lex/lines.h"

#include <algorithm>
#include <cstring>

#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

constexpr size_t kChunk = 256 * 1024;
constexpr size_t kLongest = 1 << 20;

}  // namespace

absl::StatusOr<std::string_view> PhysicalLines::Next() {
  size_t searched = taken_;
  while (true) {
    const char* begin = buffer_.data() + searched;
    const size_t size = filled_ - searched;
    const auto* lf = static_cast<const char*>(std::memchr(begin, '\n', size));
    const size_t before_lf = lf == nullptr ? size : static_cast<size_t>(lf - begin);
    const auto* cr = static_cast<const char*>(std::memchr(begin, '\r', before_lf));
    const char* end = nullptr;
    if (cr != nullptr && cr + 1 < begin + size) {
      end = cr[1] == '\n' ? cr + 2 : cr + 1;
    } else if (cr != nullptr && at_end_) {
      end = cr + 1;
    } else if (cr == nullptr && lf != nullptr) {
      end = lf + 1;
    }
    if (end == nullptr && (at_end_ || filled_ - taken_ > longest_)) {
      end = buffer_.data() + filled_;
    }
    if (end != nullptr) {
      const std::string_view line(buffer_.data() + taken_,
                                  static_cast<size_t>(end - buffer_.data()) - taken_);
      taken_ += line.size();
      return line;
    }
    searched = cr != nullptr ? static_cast<size_t>(cr - buffer_.data()) : filled_;
    if (taken_ > 0) {
      buffer_.erase(0, taken_);
      searched -= taken_;
      filled_ -= taken_;
      taken_ = 0;
    }
    if (buffer_.size() < filled_ + kChunk) buffer_.resize(filled_ + kChunk);
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, in_.Read(buffer_.data() + filled_, kChunk));
    filled_ += n;
    at_end_ = n == 0;
  }
}

TextLines::TextLines(InputStream& in, Encoding encoding) : lines_(in, encoding, kLongest) {}

absl::StatusOr<bool> TextLines::Next(TextLine* line) {
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view bytes, lines_.Next());
  if (bytes.empty()) return false;
  line->number = next_number_;
  if (bytes.back() == '\n' || bytes.back() == '\r') ++next_number_;
  text_ = base::IsUtf8(bytes) ? std::string(bytes) : Windows1252ToUtf8(bytes);
  std::erase_if(text_, [](char c) { return static_cast<unsigned char>(c) < ' ' && c != '\t'; });
  line->text = text_;
  return true;
}

}  // namespace tieout::connectors
