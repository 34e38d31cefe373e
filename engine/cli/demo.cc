// tieout demo: a made-up month through the real pipeline, and one screen of what came of it.
#include <algorithm>
#include <filesystem>
#include <fstream>

#include "engine/cli/command.h"
#include "engine/cli/configuration.h"
#include "engine/cli/demo_files.h"
#include "engine/cli/demo_screen.h"
#include "engine/cli/ingest_files.h"
#include "engine/cli/open.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kMarker = ".tieout-demo";
// Wednesday, 1 April 2026, 06:00 UTC: the morning after the month, when the files are fetched.
constexpr int64_t kNowMicros = 1'775'023'200 * base::kMicrosPerSecond;

absl::Status Unwritable(const fs::path& path, const std::string& why) {
  return base::FailedPrecondition(fmt::format(
      "{}: can't be written ({}): name another place, `tieout demo DIR`", path.string(), why));
}

// An empty folder of ours. A folder that isn't the demo's is never touched.
absl::Status MakeFresh(const fs::path& folder) {
  std::error_code error;
  if (fs::exists(folder, error) && !fs::is_empty(folder, error)) {
    if (!fs::exists(folder / kMarker, error)) {
      return base::FailedPrecondition(
          fmt::format("{}: exists and isn't a demo's folder: name a new one, `tieout demo DIR`",
                      folder.string()));
    }
    fs::remove_all(folder, error);
    if (error) return Unwritable(folder, error.message());
  }
  fs::create_directories(folder, error);
  if (error) return Unwritable(folder, error.message());
  return absl::OkStatus();
}

absl::Status Write(const fs::path& path, std::string_view content) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  std::ofstream out(path, std::ios::binary);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  out.close();
  return out ? absl::OkStatus() : Unwritable(path, "disk full, or no right to");
}

// The files as a person would have them, in the folder; their paths in the order of the story.
absl::StatusOr<std::vector<std::string>> Unpack(const fs::path& folder) {
  TIEOUT_RETURN_IF_ERROR(Write(folder / kMarker, "Made by `tieout demo`, which may remove it.\n"));
  std::vector<std::string> inputs;
  for (const DemoFile& file : DemoFiles()) {
    TIEOUT_RETURN_IF_ERROR(Write(folder / file.path, file.content));
    if (file.path.starts_with("files/")) inputs.push_back((folder / file.path).string());
  }
  std::sort(inputs.begin(), inputs.end());
  return inputs;
}

absl::StatusOr<ExitCode> RunDemo(Context& context, std::string folder) {
  if (folder.empty()) folder = context.flags.data.empty() ? "tieout-demo" : context.flags.data;
  TIEOUT_RETURN_IF_ERROR(MakeFresh(folder));
  TIEOUT_ASSIGN_OR_RETURN(const std::vector<std::string> inputs, Unpack(folder));
  runtime::ManualClock clock(kNowMicros);
  TIEOUT_ASSIGN_OR_RETURN(context.config, LoadConfig((fs::path(folder) / "tieout.toml").string()));
  context.config.engine.data_dir = folder;
  context.config.engine.fsync = "never";  // it can be made again
  context.config.engine.clock = &clock;

  TIEOUT_ASSIGN_OR_RETURN(auto engine, OpenEngine(context));
  TIEOUT_RETURN_IF_ERROR(DeclareAccounts(context, *engine));
  TIEOUT_RETURN_IF_ERROR(ApplyRules(context, *engine).status());
  DemoResult result;
  result.folder = folder;
  TIEOUT_ASSIGN_OR_RETURN(result.ingested, IngestFiles(context, *engine, inputs, {}));
  for (const runtime::FileReport& file : result.ingested.files) {
    TIEOUT_RETURN_IF_ERROR(file.refusal);
  }
  clock.Set(kNowMicros + 20 * 60 * base::kMicrosPerSecond);
  TIEOUT_RETURN_IF_ERROR(engine->Settle());
  TIEOUT_ASSIGN_OR_RETURN(result.run, RunToEnd(context, *engine));
  TIEOUT_ASSIGN_OR_RETURN(result.sellers, ProjectAll(engine->read_model()));
  TIEOUT_ASSIGN_OR_RETURN(const runtime::RecordsPage page,
                          engine->read_model().Records("", 1'000'000));
  result.records = page.records;
  PrintDemoScreen(context, result);
  return ExitCode::kOk;
}

}  // namespace

void AddDemo(Command app, Invocation& invocation) {
  const Command command =
      app.AddCommand("demo", "a made-up month of a small marketplace, reconciled; start here");
  auto folder = std::make_shared<std::string>();
  command.AddOption("DIR", *folder, "where to put files, log and state [./tieout-demo]");
  command.Footer(
      "The files are in the providers' and banks' own formats, with trouble planted; a\n"
      "folder made by an earlier demo is made anew.\nExample:\n  tieout demo");
  command.OnUse([folder, &invocation] {
    invocation.run = [folder](Context& context) { return RunDemo(context, *folder); };
  });
}

}  // namespace tieout::cli
