// "127.0.0.1:9464", "[::1]:0": an address to listen on. Thread safety: a function of its argument.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace tieout::base {

struct HostPort {
  std::string host;  // as it stands: with its brackets, and perhaps empty
  int port = 0;      // 0 to 65535
};

// nullopt: it has no such form.
std::optional<HostPort> ParseHostPort(std::string_view text);

}  // namespace tieout::base
