// Text for messages to people.
#pragma once

#include <string>
#include <string_view>

namespace tieout::base {

// "12..34" in double quotes: control characters, quotes and bytes that are no UTF-8 as escapes,
// cut after `limit` bytes with an ellipsis. So a hostile value can't spoil a terminal or a log
// line.
std::string Quoted(std::string_view text, size_t limit = 80);

bool IsUtf8(std::string_view text);
// The same text with each byte that belongs to no UTF-8 character as U+FFFD.
std::string ToUtf8(std::string_view text);

}  // namespace tieout::base
