#include "engine/cli/hint.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_replace.h"

namespace tieout::cli {
namespace {

std::string ShellWord(const std::string& word) {
  const auto is_plain = [](unsigned char c) {
    return absl::ascii_isalnum(c) ||
           std::string_view("_@%+=:,./-").find(static_cast<char>(c)) != std::string_view::npos;
  };
  if (!word.empty() && std::all_of(word.begin(), word.end(), is_plain)) return word;
  return "'" + absl::StrReplaceAll(word, {{"'", "'\\''"}}) + "'";
}

}  // namespace

std::string CommandLine(std::string_view command, const GlobalFlags& flags) {
  std::string line = "tieout " + std::string(command);
  const auto add = [&](std::string_view name, const std::string& value, bool given) {
    if (given) line += std::string(name) + ShellWord(value);
  };
  add(" --config ", flags.config, !flags.config.empty());
  add(" --brokers ", flags.brokers, !flags.brokers.empty() || flags.no_brokers);
  add(" --topic-prefix ", flags.topic_prefix, !flags.topic_prefix.empty());
  add(" --data ", flags.data, !flags.data.empty());
  return line;
}

}  // namespace tieout::cli
