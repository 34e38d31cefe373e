#include "tests/crash/flags.h"

#include "CLI/CLI.hpp"

namespace tieout::crash {
namespace {

struct Add {
  CLI::App& app;
  const Flag& flag;
  void operator()(bool* target) const { app.add_flag(flag.name, *target, flag.purpose); }
  template <typename T>
  void operator()(T* target) const {
    app.add_option(flag.name, *target, flag.purpose);
  }
};

}  // namespace

std::optional<int> ParseFlags(int argc, char** argv, const char* purpose,
                              const std::vector<Flag>& flags) {
  CLI::App app(purpose);
  for (const Flag& flag : flags) std::visit(Add{app, flag}, flag.target);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error);
  }
  return std::nullopt;
}

}  // namespace tieout::crash
