// Where webhooks come in.
#pragma once

#include <cstdint>
#include <string>

namespace tieout::intake {

struct Options {
  std::string listen = "127.0.0.1:9465";
  uint64_t max_body_bytes = 1u << 20;
};

}  // namespace tieout::intake
