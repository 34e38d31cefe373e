// What the output is connected to: colour and width are for people at a terminal only.
#pragma once

#include <string>
#include <string_view>

namespace tieout::cli {

enum class Style : unsigned char { kPlain, kBold, kDim, kGood, kBad, kWarn };

class Terminal {
 public:
  // Looks at the descriptor, NO_COLOR (any value: no colour), TERM=dumb.
  static Terminal Of(int descriptor);
  static Terminal Plain() { return Terminal(false, false); }

  bool interactive() const { return interactive_; }
  bool colour() const { return colour_; }
  // `text` in the style where there is colour, else as it is.
  std::string Paint(Style style, std::string_view text) const;

 private:
  Terminal(bool interactive, bool colour) : interactive_(interactive), colour_(colour) {}
  bool interactive_;
  bool colour_;
};

// `text` in valid UTF-8 with every control character as "·": what a file or a provider wrote must
// not command a terminal.
std::string Printable(std::string_view text);

// Columns a UTF-8 text takes: one a code point (no wide or combining characters in our output).
size_t DisplayWidth(std::string_view text);
// `text` cut to `width` columns, the last one "…" when something was cut.
std::string Shorten(std::string_view text, size_t width);
// Words on lines of at most `width` columns; a longer word gets a line of its own.
std::string Wrap(std::string_view text, size_t width, std::string_view indent);

}  // namespace tieout::cli
