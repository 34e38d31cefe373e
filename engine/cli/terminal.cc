#include "engine/cli/terminal.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>

#include "engine/base/text.h"

namespace tieout::cli {
namespace {

std::string_view Code(Style style) {
  switch (style) {
    case Style::kPlain:
      return "";
    case Style::kBold:
      return "\033[1m";
    case Style::kDim:
      return "\033[2m";
    case Style::kGood:
      return "\033[32m";
    case Style::kBad:
      return "\033[31m";
    case Style::kWarn:
      return "\033[33m";
  }
  return "";
}

bool StartsCodePoint(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

}  // namespace

Terminal Terminal::Of(int descriptor) {
  const bool interactive = isatty(descriptor) == 1;
  const char* no_colour = std::getenv("NO_COLOR");
  const char* term = std::getenv("TERM");
  const bool dumb = term == nullptr || std::string_view(term) == "dumb";
  return Terminal(interactive, interactive && no_colour == nullptr && !dumb);
}

std::string Terminal::Paint(Style style, std::string_view text) const {
  if (!colour_ || style == Style::kPlain || text.empty()) return std::string(text);
  return std::string(Code(style)) + std::string(text) + "\033[0m";
}

std::string Printable(std::string_view text) {
  const std::string valid = base::ToUtf8(text);
  std::string out;
  for (size_t i = 0; i < valid.size(); ++i) {
    const auto c = static_cast<unsigned char>(valid[i]);
    const bool c1 = c == 0xC2 && static_cast<unsigned char>(valid[i + 1]) < 0xA0;
    if (c < 0x20 || c == 0x7F || c1) {
      out += "·";
      i += c1 ? 1 : 0;
    } else {
      out += valid[i];
    }
  }
  return out;
}

size_t DisplayWidth(std::string_view text) {
  size_t width = 0;
  for (char c : text) width += StartsCodePoint(c) ? 1 : 0;
  return width;
}

std::string Shorten(std::string_view text, size_t width) {
  if (DisplayWidth(text) <= width) return std::string(text);
  if (width == 0) return "";
  size_t columns = 0;
  size_t end = 0;
  while (end < text.size() && !(StartsCodePoint(text[end]) && columns == width - 1)) {
    columns += StartsCodePoint(text[end]) ? 1 : 0;
    ++end;
  }
  return std::string(text.substr(0, end)) + "…";
}

std::string Wrap(std::string_view text, size_t width, std::string_view indent) {
  std::string out;
  size_t column = 0;
  size_t at = 0;
  while (at < text.size()) {
    const size_t end = std::min(text.find_first_of(" \n", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    const size_t needed = DisplayWidth(word);
    if (!word.empty()) {
      if (column > 0 && column + 1 + needed > width) {
        out += '\n';
        column = 0;
      }
      if (column == 0) {
        out += indent;
        column = DisplayWidth(indent);
      } else {
        out += ' ';
        ++column;
      }
      out += word;
      column += needed;
    }
    if (end < text.size() && text[end] == '\n' && column > 0) {
      out += '\n';
      column = 0;
    }
    at = end + 1;
  }
  return out;
}

}  // namespace tieout::cli
