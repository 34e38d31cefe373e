// tieout ingest: files into the log.
#include <filesystem>

#include "connectors/registry.h"
#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/configuration.h"
#include "engine/cli/ingest_files.h"
#include "engine/cli/ingest_preview.h"
#include "engine/cli/ingest_watch.h"
#include "engine/cli/open.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

struct IngestOptions {
  std::vector<std::string> files;
  SourceSetting source;  // flags: they win over [[sources]]
  bool settle = true;
  bool dry_run = false;
  std::string watched;  // a folder
};

// `ingest shipments FILE` is `ingest --connector shipments FILE`, unless a file has that name.
IngestOptions NamingConnectorFirst(IngestOptions options) {
  std::error_code error;
  if (options.files.size() < 2 || !options.source.connector.empty() ||
      connectors::Find(options.files.front()) == nullptr ||
      std::filesystem::exists(options.files.front(), error)) {
    return options;
  }
  options.source.connector = options.files.front();
  options.files.erase(options.files.begin());
  return options;
}

absl::StatusOr<ExitCode> RunIngest(Context& context, const IngestOptions& given) {
  const IngestOptions options = NamingConnectorFirst(given);
  if (!options.watched.empty()) return WatchFolder(context, options.watched, options.source);
  for (const std::string& file : options.files) {
    std::error_code error;
    if (std::filesystem::is_regular_file(file, error)) continue;
    return base::NotFound(
        fmt::format("{}: no such file; nothing was ingested", base::Quoted(file)));
  }
  if (options.dry_run) return PreviewFiles(context, options.files, options.source);
  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  TIEOUT_RETURN_IF_ERROR(DeclareAccounts(context, *engine));
  TIEOUT_ASSIGN_OR_RETURN(const runtime::IngestReport report,
                          IngestFiles(context, *engine, options.files, options.source));
  const ExitCode verdict = VerdictOf(report);
  const bool whole = verdict == ExitCode::kOk || verdict == ExitCode::kFound;
  // What was refused is still on its way.
  if (options.settle && whole) TIEOUT_RETURN_IF_ERROR(engine->Settle());
  PrintIngestReport(context, report);
  return verdict;
}

}  // namespace

void AddIngest(Command app, Invocation& invocation) {
  const Command command = app.AddCommand("ingest", "providers' and banks' files into the log");
  auto options = std::make_shared<IngestOptions>();
  SourceSetting& source = options->source;
  const Argument files = command.AddOption("FILE", options->files, "the files, in this order");
  command.AddOption("--connector", source.connector, "how to read them [told from the content]")
      .TypeName("NAME");
  command.AddOption("--account", source.account, "the account, where the file doesn't name its own")
      .TypeName("ID");
  command.AddOption("--seller", source.seller, "owner of an account the log doesn't know yet")
      .TypeName("ID");
  command.AddOption("--currency", source.currency, "where the file prints none").TypeName("EUR");
  command.AddOption("--time-zone", source.time_zone, "of times without an offset [UTC]")
      .TypeName("ZONE");
  command
      .AddOption("--profile", source.profile,
                 "bank CSV, parcels: mapping profile, file or built-in; any sheet: its mapping; "
                 "elsewhere: dmy or mdy")
      .TypeName("PROFILE");
  const Argument watch =
      command.AddOption("--watch", options->watched, "take files as they land in a folder")
          .TypeName("DIR")
          .Excludes(files);
  command
      .AddFlag("--dry-run", options->dry_run,
               "show what would be written, and write nothing; jsonl: the events")
      .Excludes(watch);
  command.AddFlag("!--no-settle", options->settle, "more is on its way: don't judge absences yet");
  AddFormat(command, invocation);
  command.Footer(
      "Examples:\n"
      "  tieout ingest payouts-2026-03.csv --account acct_1ABC --seller mill-lane-pottery\n"
      "  tieout ingest statements/*.xml --config tieout.toml\n"
      "  tieout ingest payouts-2026-03.csv --account acct_1ABC --dry-run\n"
      "  tieout ingest shipments parcels.csv --account pirate-ship --profile mdy\n"
      "  tieout ingest --watch /srv/statements --config tieout.toml\n"
      "A connector's name before the files is as --connector. gzip and zip are read as they are;\n"
      "each file in a zip is a source of its own.\n"
      "A source that is already in the log is skipped; one that can't be taken is named, the "
      "others\n"
      "go on, and absences aren't judged yet. Rows that can't be read are set aside, with file, "
      "line\n"
      "and reason; exit code 1 says there were some.\n"
      "--watch takes what is in the folder and what lands there, once it has been at rest for two\n"
      "seconds; it moves nothing, leaves hidden and temporary names alone, and knows from the log\n"
      "what it took. SIGTERM ends it.");
  command.OnUse([options, &invocation] {
    if (options->files.empty() && options->watched.empty()) {
      MissingArgument("FILE, or --watch DIR,");
    }
    invocation.run = [options](Context& context) { return RunIngest(context, *options); };
  });
}

}  // namespace tieout::cli
