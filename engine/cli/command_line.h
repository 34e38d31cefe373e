// What commands say about themselves: a cover of CLI11, whose headers cost each file that includes
// them seven seconds to compile. The words mean what CLI11's mean; its parser stays in cli.cc.
//
// Both classes are views of what the command line owns: copy them freely, not beyond Main().
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace tieout::cli {

// A flag with a value, or a value by its place.
class Argument {
 public:
  explicit Argument(CLI::Option* option) : option_(option) {}
  Argument TypeName(const std::string& name) const;  // --help's word for the value
  Argument Default(const std::string& text) const;   // as --help shows it
  Argument Required() const;
  Argument Excludes(Argument other) const;
  Argument OneOf(const std::vector<std::string>& values) const;
  Argument Between(int least, int most) const;

 private:
  CLI::Option* option_;
};

class Command {
 public:
  explicit Command(CLI::App* app) : app_(app) {}
  Command AddCommand(const std::string& name, const std::string& purpose) const;
  void RequireCommand() const;  // one of those added must follow

  // `target` keeps its value where the argument isn't given, and outlives the parsing. T: another
  // type than those used so far needs its line in command_line.cc.
  template <typename T>
  Argument AddOption(const std::string& name, T& target, const std::string& purpose) const;
  Argument AddFlag(const std::string& name, bool& target, const std::string& purpose) const;

  void Footer(const std::string& text) const;          // below --help: examples, exit codes
  void OnUse(const std::function<void()>& use) const;  // the command was given, arguments are set

 private:
  CLI::App* app_;
};

// From within OnUse: ends the parsing as the absence of something required does.
[[noreturn]] void MissingArgument(const std::string& what);

}  // namespace tieout::cli
