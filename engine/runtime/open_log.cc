#include "engine/runtime/open_log.h"

#include <charconv>
#include <filesystem>
#include <string_view>
#include <utility>

#include "engine/base/text.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/engine.h"
#include "engine/store/rocks_store.h"
#include "fmt/format.h"

namespace tieout::runtime {
namespace {

absl::StatusOr<std::chrono::milliseconds> ParseInterval(const std::string& text) {
  int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  const std::string_view unit(end, text.data() + text.size() - end);
  if (error == std::errc() && count > 0 && unit == "ms") return std::chrono::milliseconds(count);
  if (error == std::errc() && count > 0 && unit == "s") return std::chrono::seconds(count);
  return base::InvalidArgument(
      fmt::format("log.fsync {}: one of \"each\", \"never\", or an interval such as \"100ms\"",
                  base::Quoted(text)));
}

}  // namespace

std::string EmbeddedDirectory(const EngineOptions& options) { return options.data_dir + "/log"; }

log::KafkaOptions KafkaOptionsOf(const EngineOptions& options) {
  log::KafkaOptions kafka;
  kafka.properties = options.kafka;
  kafka.properties["bootstrap.servers"] = options.brokers;
  kafka.prefix = options.topic_prefix;
  kafka.warn = options.warn;
  return kafka;
}

std::string PositionsDirectory(const EngineOptions& options) {
  if (options.brokers.empty()) return options.data_dir;
  return options.data_dir + "/kafka/" + options.topic_prefix;
}

absl::StatusOr<log::EmbeddedOptions> EmbeddedOptionsOf(const EngineOptions& options) {
  log::EmbeddedOptions out;
  out.warn = options.warn;
  if (options.fsync == "never") {
    out.fsync = log::Fsync::kNever;
  } else if (options.fsync != "each") {
    out.fsync = log::Fsync::kInterval;
    TIEOUT_ASSIGN_OR_RETURN(out.fsync_interval, ParseInterval(options.fsync));
  }
  return out;
}

absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLogForWriting(const EngineOptions& options) {
  if (!options.brokers.empty()) return log::OpenKafka(KafkaOptionsOf(options));
  TIEOUT_ASSIGN_OR_RETURN(const log::EmbeddedOptions embedded, EmbeddedOptionsOf(options));
  const std::string directory = EmbeddedDirectory(options);
  auto log = log::OpenEmbedded(directory, embedded);
  if (!absl::IsNotFound(log.status())) return log;

  std::error_code error;
  std::filesystem::create_directories(options.data_dir, error);
  if (error) return base::Unavailable("creating " + options.data_dir + ": " + error.message());
  const log::Identity identity{NewLogId(), options.partitions};
  const absl::Status created = log::CreateEmbedded(
      directory, identity, BeginningOf(identity, options.clock->NowMicros()), embedded);
  // Somebody else may have been faster: theirs is as good.
  if (!created.ok() && !absl::IsAlreadyExists(created)) return created;
  return log::OpenEmbedded(directory, embedded);
}

absl::StatusOr<std::unique_ptr<log::EventLog>> OpenLogForReading(const EngineOptions& options) {
  if (!options.brokers.empty()) return log::OpenKafka(KafkaOptionsOf(options));
  TIEOUT_ASSIGN_OR_RETURN(log::EmbeddedOptions embedded, EmbeddedOptionsOf(options));
  embedded.read_only = true;
  return log::OpenEmbedded(EmbeddedDirectory(options), embedded);
}

absl::StatusOr<std::unique_ptr<store::StateStore>> OpenStates(const EngineOptions& options,
                                                              bool read_only) {
  if (options.memory_store) return store::NewMemoryStore();
  store::RocksOptions rocks;
  rocks.directory = PositionsDirectory(options) + "/store";
  rocks.block_cache_bytes = options.memory.block_cache_bytes;
  rocks.read_only = read_only;
  return store::NewRocksStore(rocks);
}

}  // namespace tieout::runtime
