// A small file as one string: a secret, a key. Thread safety: all.
#pragma once

#include <optional>
#include <string>

namespace tieout::base {

// nullopt: it can't be opened.
std::optional<std::string> ReadFile(const std::string& path);

}  // namespace tieout::base
