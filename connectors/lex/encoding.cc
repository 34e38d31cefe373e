#include "connectors/lex/encoding.h"

#include <fmt/format.h>

#include <cerrno>

#include "absl/strings/ascii.h"
#include "engine/base/check.h"
#include "engine/base/text.h"

namespace tieout::connectors {
namespace {

const iconv_t kNoConverter = reinterpret_cast<iconv_t>(-1);

const char* IconvName(Encoding encoding) {
  switch (encoding) {
    case Encoding::kUtf8:
    case Encoding::kUtf8OrLatin:
      return nullptr;
    case Encoding::kWindows1252:
      return "WINDOWS-1252";
    case Encoding::kUtf16Le:
      return "UTF-16LE";
    case Encoding::kUtf16Be:
      return "UTF-16BE";
  }
  return nullptr;
}

struct Mark {
  std::string_view bytes;
  Encoding encoding;
};
constexpr Mark kMarks[] = {{"\xEF\xBB\xBF", Encoding::kUtf8},
                           {"\xFF\xFE", Encoding::kUtf16Le},
                           {"\xFE\xFF", Encoding::kUtf16Be}};

const Mark* FindMark(std::string_view head) {
  for (const Mark& mark : kMarks) {
    if (head.starts_with(mark.bytes)) return &mark;
  }
  return nullptr;
}

// The characters Windows-1252 puts where Latin-1 has control codes; 0: undefined.
constexpr uint16_t kWindows1252High[32] = {
    0x20AC, 0,      0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0,      0x017D, 0,      0,      0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0,      0x017E, 0x0178};

}  // namespace

void AppendUtf8(uint32_t c, std::string* out) {
  if (c < 0x80) {
    out->push_back(static_cast<char>(c));
  } else if (c < 0x800) {
    out->push_back(static_cast<char>(0xC0 | (c >> 6)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  } else {
    out->push_back(static_cast<char>(0xE0 | (c >> 12)));
    out->push_back(static_cast<char>(0x80 | ((c >> 6) & 0x3F)));
    out->push_back(static_cast<char>(0x80 | (c & 0x3F)));
  }
}

absl::StatusOr<Encoding> ParseEncoding(std::string_view name) {
  std::string lower(name);
  absl::AsciiStrToLower(&lower);
  if (lower == "utf-8" || lower == "utf8") return Encoding::kUtf8;
  if (lower == "auto") return Encoding::kUtf8OrLatin;
  if (lower == "windows-1252" || lower == "cp1252" || lower == "latin-1" || lower == "latin1" ||
      lower == "iso-8859-1") {
    return Encoding::kWindows1252;
  }
  if (lower == "utf-16" || lower == "utf-16le") return Encoding::kUtf16Le;
  if (lower == "utf-16be") return Encoding::kUtf16Be;
  return base::InvalidArgument(
      fmt::format("encoding {} isn't known: utf-8, windows-1252, utf-16le, utf-16be or auto",
                  base::Quoted(name)));
}

uint32_t Windows1252Character(unsigned char byte) {
  return byte >= 0x80 && byte < 0xA0 ? kWindows1252High[byte - 0x80] : byte;
}

std::string Windows1252ToUtf8(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() + bytes.size() / 8);
  for (const unsigned char c : bytes) {
    const uint32_t character = Windows1252Character(c);
    AppendUtf8(character == 0 && c != 0 ? 0xFFFD : character, &out);
  }
  return out;
}

DecodedInput::DecodedInput(InputStream& in, Encoding encoding)
    : in_(in), encoding_(encoding), converter_(kNoConverter) {}

DecodedInput::~DecodedInput() {
  if (converter_ != kNoConverter) iconv_close(converter_);
}

absl::Status DecodedInput::Begin() {
  begun_ = true;
  TIEOUT_ASSIGN_OR_RETURN(const std::string_view head, in_.Peek(3));
  if (const Mark* mark = FindMark(head); mark != nullptr) {
    char skipped[4];
    TIEOUT_ASSIGN_OR_RETURN(const size_t n, in_.Read(skipped, mark->bytes.size()));
    TIEOUT_CHECK(n == mark->bytes.size());
    if (IconvName(mark->encoding) != nullptr || encoding_ != Encoding::kUtf8OrLatin) {
      encoding_ = mark->encoding;
    }
  }
  if (const char* name = IconvName(encoding_); name != nullptr) {
    converter_ = iconv_open("UTF-8", name);
    TIEOUT_CHECK(converter_ != kNoConverter);
  }
  return absl::OkStatus();
}

absl::StatusOr<size_t> DecodedInput::Read(char* buffer, size_t size) {
  if (!begun_) TIEOUT_RETURN_IF_ERROR(Begin());
  if (converter_ == kNoConverter) return in_.Read(buffer, size);
  return ReadConverted(buffer, size);
}

absl::StatusOr<size_t> DecodedInput::ReadConverted(char* buffer, size_t size) {
  constexpr size_t kChunk = 16 * 1024;
  while (true) {
    if (!source_ended_ && pending_.size() < kChunk) {
      const size_t had = pending_.size();
      pending_.resize(had + kChunk);
      auto n = in_.Read(pending_.data() + had, kChunk);
      pending_.resize(had + (n.ok() ? *n : 0));
      if (!n.ok()) return n.status();
      source_ended_ = *n == 0;
    }
    if (pending_.empty()) return size_t{0};
    char* from = pending_.data();
    size_t from_left = pending_.size();
    char* to = buffer;
    size_t to_left = size;
    const size_t result = iconv(converter_, &from, &from_left, &to, &to_left);
    const int error = result == static_cast<size_t>(-1) ? errno : 0;
    pending_.erase(0, pending_.size() - from_left);
    if (to != buffer) return static_cast<size_t>(to - buffer);
    if (error == EILSEQ) {
      return base::InvalidArgument(
          fmt::format("bytes {} are no {}: name the file's encoding in the profile",
                      base::Quoted(std::string_view(pending_).substr(0, 4)), IconvName(encoding_)));
    }
    if (source_ended_) {
      return base::DataLoss(
          fmt::format("the file ends within a {} character: it is cut off", IconvName(encoding_)));
    }
  }
}

std::string DecodeHead(std::string_view head) {
  MemoryInput memory(head);
  DecodedInput decoded(memory, Encoding::kUtf8);
  std::string out;
  char buffer[4096];
  while (true) {
    const auto n = decoded.Read(buffer, sizeof(buffer));
    if (!n.ok() || *n == 0) return out;
    out.append(buffer, *n);
  }
}

}  // namespace tieout::connectors
