#include "engine/base/host_port.h"

#include <charconv>

namespace tieout::base {

std::optional<HostPort> ParseHostPort(std::string_view text) {
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  HostPort address{std::string(text.substr(0, colon))};
  const char* const end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data() + colon + 1, end, address.port);
  const bool good =
      parsed.ec == std::errc() && parsed.ptr == end && address.port >= 0 && address.port <= 65535;
  return good ? std::optional(std::move(address)) : std::nullopt;
}

}  // namespace tieout::base
