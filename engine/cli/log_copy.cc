// tieout log copy: a log from a directory to Kafka, and back.
#include <filesystem>

#include "engine/base/text.h"
#include "engine/cli/command.h"
#include "engine/cli/copy_sources.h"
#include "engine/cli/progress.h"
#include "engine/codec/codec.h"
#include "engine/log/copy.h"
#include "engine/log/kafka_topics.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/open_log.h"
#include "fmt/format.h"

namespace tieout::cli {
namespace {

using runtime::EngineOptions;

constexpr std::string_view kKafka = "kafka://";

// "./tieout-data", "kafka://localhost:9092" or "kafka://localhost:9092/prefix-". What a log on
// Kafka keeps on this machine (its sources) is in --data.
EngineOptions PlaceOf(const Context& context, std::string_view place) {
  EngineOptions options = context.config.engine;
  if (!place.starts_with(kKafka)) {
    options.brokers.clear();
    options.data_dir = std::string(place);
    return options;
  }
  place.remove_prefix(kKafka.size());
  const size_t slash = place.find('/');
  options.brokers = std::string(place.substr(0, slash));
  if (slash != std::string_view::npos) options.topic_prefix = std::string(place.substr(slash + 1));
  return options;
}

// How a person tells a command to work there.
GlobalFlags FlagsOf(const Context& context, const EngineOptions& options) {
  const EngineOptions& here = context.config.engine;
  GlobalFlags flags{.data = options.data_dir, .config = context.flags.config};
  if (options.brokers != here.brokers) {
    flags.brokers = options.brokers;
    flags.no_brokers = options.brokers.empty();
  }
  if (options.topic_prefix != here.topic_prefix || !context.flags.topic_prefix.empty()) {
    flags.topic_prefix = options.topic_prefix;
  }
  return flags;
}

// An embedded log is held for writing, so that nobody else writes it meanwhile.
absl::StatusOr<std::unique_ptr<log::EventLog>> OpenSource(const EngineOptions& options) {
  if (!options.brokers.empty()) return runtime::OpenLogForReading(options);
  TIEOUT_ASSIGN_OR_RETURN(const auto embedded, runtime::EmbeddedOptionsOf(options));
  const std::string directory = runtime::EmbeddedDirectory(options);
  if (std::error_code error; !std::filesystem::exists(directory, error)) {
    return base::NotFound(fmt::format(
        "{}: no log there to copy; FROM is a data directory or kafka://HOST:PORT", directory));
  }
  return log::OpenEmbedded(directory, embedded);
}

// A directory's log gets its name when all of it is there.
std::string Unfinished(const EngineOptions& options) {
  return runtime::EmbeddedDirectory(options) + ".copying";
}

absl::StatusOr<std::unique_ptr<log::EventLog>> MakeDestination(const EngineOptions& options,
                                                               const log::Identity& identity) {
  if (!options.brokers.empty()) {
    log::KafkaOptions kafka = runtime::KafkaOptionsOf(options);
    kafka.copy_destination = true;
    TIEOUT_RETURN_IF_ERROR(log::CreateTopics(kafka, {.for_copy = true}, identity, {}));
    return log::OpenKafka(kafka);
  }
  TIEOUT_ASSIGN_OR_RETURN(const auto embedded, runtime::EmbeddedOptionsOf(options));
  const std::string directory = runtime::EmbeddedDirectory(options);
  std::error_code error;
  if (std::filesystem::exists(directory, error)) {
    return base::AlreadyExists(fmt::format(
        "{}: is there already; copy to a new directory, or remove it first", directory));
  }
  std::filesystem::create_directories(options.data_dir, error);
  if (error) return base::Unavailable("creating " + options.data_dir + ": " + error.message());
  std::filesystem::remove_all(Unfinished(options), error);  // of a copy that was cut short
  TIEOUT_RETURN_IF_ERROR(log::CreateEmbedded(Unfinished(options), identity, {}, embedded));
  return log::OpenEmbedded(Unfinished(options), embedded);
}

// From here on it is a log. On Kafka the copy's last commit made it one.
absl::Status Finish(const EngineOptions& options, std::unique_ptr<log::EventLog> destination) {
  destination.reset();
  if (!options.brokers.empty()) return absl::OkStatus();
  std::error_code error;
  std::filesystem::rename(Unfinished(options), runtime::EmbeddedDirectory(options), error);
  if (!error) return absl::OkStatus();
  return base::Unavailable("naming " + runtime::EmbeddedDirectory(options) + ": " +
                           error.message());
}

// The folder's progress names its position, which is another in the copy.
std::string ProgressThere(const log::CommitPoint& point) {
  absl::StatusOr<ledger::Progress> progress = codec::DecodeProgress(point.progress);
  if (!progress.ok()) return point.progress;  // whoever opens it will say so
  progress->next_position = point.next_position;
  return codec::EncodeProgress(*progress);
}

absl::StatusOr<uint64_t> EntriesOf(log::EventLog& log) {
  uint64_t total = 0;
  for (int partition = 0; partition < log.identity().partitions; ++partition) {
    for (const auto stream :
         {log::Stream::kEvents, log::Stream::kRecords, log::Stream::kDeadLetters}) {
      TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log.End(stream, partition));
      total += static_cast<uint64_t>(end);
    }
  }
  return total;
}

absl::StatusOr<ExitCode> RunCopy(Context& context, const std::string& from, const std::string& to) {
  const EngineOptions source_options = PlaceOf(context, from);
  const EngineOptions options = PlaceOf(context, to);
  TIEOUT_ASSIGN_OR_RETURN(const auto source, OpenSource(source_options));
  TIEOUT_ASSIGN_OR_RETURN(const uint64_t total, EntriesOf(*source));
  TIEOUT_ASSIGN_OR_RETURN(auto destination, MakeDestination(options, source->identity()));
  log::CopyReport report;
  {
    Progress progress("copying", "entries", context.err_terminal, context.err);
    log::CopyOptions copying;
    copying.progress = ProgressThere;
    copying.report = [&](int64_t entries, int64_t) {
      progress.Update(static_cast<uint64_t>(entries), total);
    };
    TIEOUT_ASSIGN_OR_RETURN(report, log::CopyLog(source.get(), destination.get(), copying));
  }
  TIEOUT_RETURN_IF_ERROR(CopySources(source_options.data_dir, options.data_dir));
  TIEOUT_RETURN_IF_ERROR(Finish(options, std::move(destination)));
  const GlobalFlags flags = FlagsOf(context, options);
  context.out << fmt::format(
      "log {} copied to {}: {} events, {} records, {} dead letters, each read back and compared\n"
      "`{}` checks all of it, `{}` rebuilds the state.\n",
      source->identity().log_id, to, Grouped(static_cast<uint64_t>(report.events)),
      Grouped(static_cast<uint64_t>(report.records)),
      Grouped(static_cast<uint64_t>(report.dead_letters)), CommandLine("verify", flags),
      CommandLine("run", flags));
  return ExitCode::kOk;
}

}  // namespace

void AddLogCopy(Command log, Invocation& invocation) {
  const Command command = log.AddCommand("copy", "from a directory to Kafka, or back");
  auto places = std::make_shared<std::pair<std::string, std::string>>();
  command.AddOption("FROM", places->first, "a data directory, or kafka://HOST:PORT[/PREFIX]")
      .Required();
  command.AddOption("TO", places->second, "the same; it must hold no log yet").Required();
  command.Footer(
      "Nothing may write to either meanwhile. Partitions, order and bytes stay as they are, so\n"
      "the copy folds to the same records and digests. On Kafka it makes the topics; PREFIX is\n"
      "that of other commands unless given. Source files go along, for Kafka to --data.\n"
      "Examples:\n"
      "  tieout log copy ./tieout-data kafka://localhost:9092\n"
      "  tieout log copy kafka://localhost:9092 ./back");
  command.OnUse([places, &invocation] {
    invocation.run = [places](Context& context) {
      return RunCopy(context, places->first, places->second);
    };
  });
}

}  // namespace tieout::cli
