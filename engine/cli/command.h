// How a command is made: it adds itself to the command line, and leaves what to do.
//
//   void AddStatus(Command app, Invocation& invocation) {
//     const Command command = app.AddCommand("status", "where the log and the state stand");
//     command.Footer("Example:\n  tieout status --data ./tieout-data");
//     command.OnUse([&invocation] { invocation.run = RunStatus; });
//   }
//
// One file a command. Options live in a shared_ptr that the callback holds.
#pragma once

#include <functional>
#include <ostream>
#include <string>

#include "engine/base/status.h"
#include "engine/cli/command_line.h"
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
inline void AddFormat(Command command, Invocation& invocation) {
  command.AddOption("--format", invocation.format, "table (people), jsonl or csv (programs)")
      .TypeName("FORMAT")
      .Default("table");
}

// The flag of commands that fold partitions side by side.
inline void AddWorkers(Command command, int* workers) {
  command.AddOption("--workers", *workers, "threads; the answer is the same [1]")
      .TypeName("N")
      .Between(1, 256);
}

void AddDemo(Command app, Invocation& invocation);
void AddIngest(Command app, Invocation& invocation);
void AddPull(Command app, Invocation& invocation);
void AddRun(Command app, Invocation& invocation);
void AddServe(Command app, Invocation& invocation);
void AddStatus(Command app, Invocation& invocation);
void AddSeller(Command app, Invocation& invocation);
void AddBreaks(Command app, Invocation& invocation);
void AddRecords(Command app, Invocation& invocation);
void AddExplain(Command app, Invocation& invocation);
void AddReplay(Command app, Invocation& invocation);
void AddVerify(Command app, Invocation& invocation);
void AddRule(Command app, Invocation& invocation);
void AddTopics(Command app, Invocation& invocation);
void AddLog(Command app, Invocation& invocation);
void AddLogCopy(Command log, Invocation& invocation);
void AddGroup(Command app, Invocation& invocation);
void AddDlq(Command app, Invocation& invocation);
void AddHelp(Command app, Invocation& invocation);

}  // namespace tieout::cli
