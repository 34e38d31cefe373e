#include "engine/cli/command_line.h"

#include "CLI/CLI.hpp"

namespace tieout::cli {

Argument Argument::TypeName(const std::string& name) const {
  return Argument(option_->type_name(name));
}

Argument Argument::Default(const std::string& text) const {
  return Argument(option_->default_str(text));
}

Argument Argument::Required() const { return Argument(option_->required()); }

Argument Argument::Excludes(Argument other) const {
  return Argument(option_->excludes(other.option_));
}

Argument Argument::OneOf(const std::vector<std::string>& values) const {
  return Argument(option_->check(CLI::IsMember(values)));
}

Argument Argument::Between(int least, int most) const {
  return Argument(option_->check(CLI::Range(least, most)));
}

Command Command::AddCommand(const std::string& name, const std::string& purpose) const {
  return Command(app_->add_subcommand(name, purpose));
}

void Command::RequireCommand() const { app_->require_subcommand(1); }

template <typename T>
Argument Command::AddOption(const std::string& name, T& target, const std::string& purpose) const {
  return Argument(app_->add_option(name, target, purpose));
}
template Argument Command::AddOption(const std::string&, int&, const std::string&) const;
template Argument Command::AddOption(const std::string&, uint64_t&, const std::string&) const;
template Argument Command::AddOption(const std::string&, std::string&, const std::string&) const;
template Argument Command::AddOption(const std::string&, std::vector<std::string>&,
                                     const std::string&) const;

Argument Command::AddFlag(const std::string& name, bool& target, const std::string& purpose) const {
  return Argument(app_->add_flag(name, target, purpose));
}

void Command::Footer(const std::string& text) const { app_->footer(text); }

void Command::OnUse(const std::function<void()>& use) const { app_->callback(use); }

void MissingArgument(const std::string& what) { throw CLI::RequiredError(what); }

}  // namespace tieout::cli
