#include "engine/cli/cli.h"

#include <iostream>
#include <iterator>

#include "CLI/CLI.hpp"
#include "engine/cli/command.h"
#include "engine/cli/suggest.h"
#include "engine/cli/terminal.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

// In the order a newcomer meets them; --help keeps it.
constexpr void (*kCommands[])(Command, Invocation&) = {
    AddDemo,   AddIngest, AddPull,    AddRun,     AddServe,  AddStatus,
    AddSeller, AddBreaks, AddRecords, AddExplain, AddReplay, AddVerify,
    AddRule,   AddTopics, AddGroup,   AddLog,     AddDlq,    AddHelp};

void AddGlobalFlags(CLI::App& app, GlobalFlags& flags) {
  app.add_option("--data", flags.data, "directory of log, state and sources [./tieout-data]")
      ->type_name("DIR");
  app.add_option("--brokers", flags.brokers,
                 "Kafka's host:port list; without it, or '', the log is in --data")
      ->type_name("LIST");
  app.add_option("--topic-prefix", flags.topic_prefix, "of the log's topics on Kafka [tieout-]")
      ->type_name("PREFIX");
  app.add_option("--config", flags.config, "settings [./tieout.toml where there is one]")
      ->type_name("FILE");
  app.fallthrough();  // `tieout breaks --data DIR` as well as `tieout --data DIR breaks`
}

void Fail(const Terminal& terminal, std::string_view message) {
  std::cerr << terminal.Paint(Style::kBad, "tieout:") << ' ' << message << '\n';
}

// A first word that is no command, told before CLI11 calls it an unexpected argument.
bool RefuseUnknownCommand(const CLI::App& app, int argc, char** argv) {
  if (argc < 2 || argv[1][0] == '-') return false;
  std::vector<std::string> names;
  for (const CLI::App* command : app.get_subcommands([](const CLI::App*) { return true; })) {
    if (command->get_name() == argv[1]) return false;
    names.push_back(command->get_name());
  }
  Fail(Terminal::Of(2), fmt::format("no command '{}'{}; `tieout --help` lists them", argv[1],
                                    DidYouMean(argv[1], names)));
  return true;
}

absl::StatusOr<ExitCode> Run(const GlobalFlags& flags, const Invocation& invocation) {
  absl::StatusOr<Config> config = LoadConfig(flags.config);
  absl::StatusOr<Format> format = ParseFormat(invocation.format);
  for (const absl::Status& status : {config.status(), format.status()}) {
    if (status.ok()) continue;
    Fail(Terminal::Of(2), base::Message(status));
    return ExitCode::kUsage;
  }
  if (!flags.data.empty()) config->engine.data_dir = flags.data;
  if (!flags.brokers.empty() || flags.no_brokers) config->engine.brokers = flags.brokers;
  if (!flags.topic_prefix.empty()) config->engine.topic_prefix = flags.topic_prefix;
  Context context{*std::move(config), flags,           *format,        std::cout,
                  std::cerr,          Terminal::Of(1), Terminal::Of(2)};
  context.config.engine.warn = [&context](const std::string& text) {
    context.err << "tieout: " + Printable(text) + "\n" << std::flush;
  };
  return invocation.run(context);
}

}  // namespace

int Main(int argc, char** argv) {
  CLI::App app("Ties out what providers owe with what banks received, down to file and line.",
               "tieout");
  app.set_version_flag("--version", "tieout " TIEOUT_VERSION);
  app.require_subcommand(1);
  app.footer(
      "`tieout COMMAND --help` has an example; `tieout help config`, `… formats` and\n"
      "`… exit-codes` list every setting, file format and exit code.");
  GlobalFlags flags;
  AddGlobalFlags(app, flags);
  Invocation invocation;
  for (auto add : kCommands) add(Command(&app), invocation);
  if (RefuseUnknownCommand(app, argc, argv)) return static_cast<int>(ExitCode::kUsage);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const int code = app.exit(error);
    return code == 0 ? 0 : static_cast<int>(ExitCode::kUsage);
  }
  flags.no_brokers = app.count("--brokers") > 0 && flags.brokers.empty();
  const absl::StatusOr<ExitCode> code = Run(flags, invocation);
  if (!code.ok()) Fail(Terminal::Of(2), base::Message(code.status()));
  std::cout.flush();
  return static_cast<int>(code.ok() ? *code : ExitCodeOf(code.status()));
}

}  // namespace tieout::cli
