// A JSON string literal of any bytes, for the few places that write JSON by hand.
#pragma once

#include <string>
#include <string_view>

namespace tieout::runtime {

// With its quotes. Bytes that are no UTF-8 are taken as Latin-1, so that nothing is lost.
std::string JsonText(std::string_view bytes);

}  // namespace tieout::runtime
