// OFX's tags and texts, one at a time. SGML and XML alike: <TAG>text, closed or not.
#pragma once

#include <string>
#include <string_view>

#include "connectors/lex/lines.h"

namespace tieout::connectors::ofx {

struct Token {
  std::string tag;  // in capitals, without '/'
  bool closes = false;
  std::string text;  // behind an opening tag, up to the next tag: unescaped, trimmed, UTF-8
  uint64_t line = 0;
  std::string raw;  // as in the file
};

class TokenReader {
 public:
  explicit TokenReader(InputStream& in) : lines_(in, Encoding::kUtf8OrLatin, 1 << 20) {}

  // false: the end. Comments, processing instructions and what stands before the first tag are
  // skipped.
  absl::StatusOr<bool> Next(Token* token);

 private:
  absl::StatusOr<int> Peek();  // -1: the end
  void Take();
  absl::StatusOr<bool> TakeUntil(std::string_view end, std::string* text);

  PhysicalLines lines_;
  std::string_view rest_;
  bool ended_ = false;
  uint64_t line_ = 1;
};

}  // namespace tieout::connectors::ofx
