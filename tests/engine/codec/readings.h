// What must hold for any bytes whatsoever, shared by the seeded test and the fuzz target.
#pragma once

#include <string>
#include <string_view>

namespace tieout::codec {

// Reads the bytes as an event, in place and by generated code. Empty: both agree and what was read
// can be written and read again; else what went wrong.
std::string Disagreement(std::string_view bytes);

}  // namespace tieout::codec
