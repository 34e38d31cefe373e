// How a command is made: it adds itself to the command line, and leaves what to do.
//
//   void AddStatus(CLI::App& app, Invocation& invocation) {
//     CLI::App* command = app.add_subcommand("status", "where the log and the state stand");
//     command->footer("Example:\n  tieout status --data ./tieout-data");
//     command->callback([&invocation] { invocation.run = RunStatus; });
//   }
//
// One file a command. Options live in a shared_ptr that the callback holds.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "CLI/CLI.hpp"
#include "engine/base/status.h"
#include "engine/cli/config.h"
#include "engine/cli/exit_code.h"
#include "engine/cli/hint.h"
#include "engine/cli/table.h"
#include "engine/cli/terminal.h"

namespace tieout::cli {

struct Context {
  Config config;  // flags are already in it
  GlobalFlags flags;
  Format format = Format::kTable;
  std::ostream& out;
  std::ostream& err;
  Terminal out_terminal;
  Terminal err_terminal;

  // As --format says.
  void Print(const Table& table) { table.Print(format, out_terminal, out); }
  // A command that goes on from here, for a message: "`tieout run --data k`".
  std::string Next(std::string_view command) const {
    return "`" + CommandLine(command, flags) + "`";
  }
};

using Action = std::function<absl::StatusOr<ExitCode>(Context&)>;

struct Invocation {
  Action run;
  std::string format = "table";
};

// The flag of commands that print a table.
inline void AddFormat(CLI::App* command, Invocation& invocation) {
  command->add_option("--format", invocation.format, "table (people), jsonl or csv (programs)")
      ->type_name("FORMAT")
      ->default_str("table");
}

// The flag of commands that fold partitions side by side.
inline void AddWorkers(CLI::App* command, int* workers) {
  command->add_option("--workers", *workers, "threads; the answer is the same [1]")
      ->type_name("N")
      ->check(CLI::Range(1, 256));
}

void AddDemo(CLI::App& app, Invocation& invocation);
void AddIngest(CLI::App& app, Invocation& invocation);
void AddRun(CLI::App& app, Invocation& invocation);
void AddServe(CLI::App& app, Invocation& invocation);
void AddStatus(CLI::App& app, Invocation& invocation);
void AddSeller(CLI::App& app, Invocation& invocation);
void AddBreaks(CLI::App& app, Invocation& invocation);
void AddRecords(CLI::App& app, Invocation& invocation);
void AddExplain(CLI::App& app, Invocation& invocation);
void AddReplay(CLI::App& app, Invocation& invocation);
void AddVerify(CLI::App& app, Invocation& invocation);
void AddRule(CLI::App& app, Invocation& invocation);
void AddTopics(CLI::App& app, Invocation& invocation);
void AddLog(CLI::App& app, Invocation& invocation);
void AddLogCopy(CLI::App& log, Invocation& invocation);
void AddGroup(CLI::App& app, Invocation& invocation);
void AddDlq(CLI::App& app, Invocation& invocation);
void AddHelp(CLI::App& app, Invocation& invocation);

}  // namespace tieout::cli
