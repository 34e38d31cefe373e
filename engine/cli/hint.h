// A command for a person to go on with, on the same log as the one that names it.
#pragma once

#include <string>
#include <string_view>

namespace tieout::cli {

// The flags of every command, as given; empty: not.
struct GlobalFlags {
  std::string data, brokers, topic_prefix, config;
  bool no_brokers = false;  // --brokers '': none, whatever tieout.toml says
};

// "run" -> "tieout run --brokers localhost:9092 --topic-prefix shop-", as a shell takes it.
std::string CommandLine(std::string_view command, const GlobalFlags& flags);

}  // namespace tieout::cli
