// Folding an embedded log on one core: state in memory, and in RocksDB with a cache it outgrows.
//
//   bench/run fold [--sales N] [--pages-mb N] [--checkpoint-events N] [--only memory|rocksdb]
//
// One thread reads the log's entries, decodes, folds and encodes the records. Measured is the part
// after the configuration. With RocksDB clean pages are dropped to the bound, and every so many
// events the dirty ones are written and flushed; in memory nothing is.
#include "engine/matching/fold.h"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/report.h"
#include "bench/workload.h"
#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "engine/log/embedded.h"
#include "engine/store/rocks_store.h"

namespace {

using namespace tieout;  // a program of its own
using bench::Must;
using bench::Report;
using bench::Stopwatch;

struct Options {
  uint64_t sales = 900'000;
  uint64_t pages_mb = 128;
  uint64_t checkpoint_events = 400'000;
  std::string only;  // "memory" or "rocksdb"; empty: both
};

// The log's first entries: what it is, log time, the built-in rules, then the workload's accounts.
std::vector<log::Entry> Beginning(bench::Workload* workload, const log::Identity& identity) {
  std::vector<log::Entry> entries;
  auto append = [&](const ledger::Event& event) {
    entries.push_back({log::Stream::kEvents, 0, "", codec::EncodeEvent(event)});
  };
  ledger::Event event;
  event.event_id = "log/bench";
  event.body = ledger::LogBeginning{.log_id = identity.log_id,
                                    .partitions = 1,
                                    .partitioner = "murmur2",
                                    .semantics = codec::kSemanticsNumber};
  append(event);
  for (const ledger::Event& each : matching::BuiltinConfiguration()) append(each);
  for (log::Entry& entry : workload->Configuration()) entries.push_back(std::move(entry));
  return entries;
}

struct Result {
  uint64_t events = 0, records = 0, record_bytes = 0, dead_letters = 0, checkpoints = 0;
  uint64_t state_bytes = 0;
};

class CountingSink : public matching::PageSink {
 public:
  CountingSink(matching::PageSink* to, uint64_t* bytes) : to_(to), bytes_(bytes) {}
  absl::Status Put(std::string_view key, std::string_view value) override {
    *bytes_ += value.size();
    return to_->Put(key, value);
  }

 private:
  matching::PageSink* const to_;
  uint64_t* const bytes_;
};

// Folds all of the log; the part from `measured_from` on is timed and reported.
void Run(const std::string& name, log::EventLog* events, int64_t measured_from,
         const Options& options, store::StateStore* states, bool checkpoints) {
  auto reader = Must(events->NewReader(log::Stream::kEvents, 0, 0));
  auto pages = Must(states->Open(0));
  auto fold = Must(matching::Fold::Open(0, pages.get()));
  matching::Output out;
  ledger::Event event;
  Result result;
  auto checkpoint = [&] {
    CountingSink counting(pages.get(), &result.state_bytes);
    fold->Freeze();
    const auto data = Must(fold->WriteFrozen(&counting));
    store::Meta meta{.log_id = events->identity().log_id,
                     .partition = 0,
                     .next_position = reader->position(),
                     .next_ordinal = data.next_ordinal,
                     .semantics = data.semantics,
                     .digest = data.digest};
    Must(pages->Commit(meta));
    fold->Thaw();
    fold->Trim(options.pages_mb << 20);
    ++result.checkpoints;
  };

  std::optional<Stopwatch> watch;
  const int64_t end = Must(events->End(log::Stream::kEvents, 0));
  uint64_t since_checkpoint = 0;
  while (reader->position() < end) {
    if (!watch && reader->position() >= measured_from) {
      if (checkpoints) checkpoint();
      result = {};
      watch.emplace();
    }
    const size_t max = watch ? 4'096 : std::min<int64_t>(4'096, measured_from - reader->position());
    const auto read = Must(reader->Read(max, std::chrono::milliseconds(0)));
    for (const log::Stored& entry : read) {
      out.Clear();
      Must(codec::DecodeEvent(entry.value, &event));
      Must(fold->Apply(entry.key, event, &out));
      ++result.events;
      result.records += out.records.size();
      result.dead_letters += out.dead_letters.size();
      for (const ledger::Record& record : out.records) {
        result.record_bytes += codec::EncodeRecord(record).size();
      }
    }
    if (watch && checkpoints && result.events - since_checkpoint >= options.checkpoint_events) {
      since_checkpoint = result.events;
      checkpoint();
    }
  }
  const double wall = watch->wall_s(), cpu = watch->cpu_s();
  Report(name, static_cast<double>(result.events) / wall, "events/s");
  Report(name + "_cpu", static_cast<double>(result.events) / cpu, "events/cpu_s");
  Report(name + "_records",
         static_cast<double>(result.records) / static_cast<double>(result.events), "records/event");
  Report(name + "_dead_letters", static_cast<double>(result.dead_letters), "events");
  Report(name + "_resident", static_cast<double>(fold->stats().resident_bytes) / (1 << 20), "MiB");
  if (checkpoints) {
    Report(name + "_checkpoints", static_cast<double>(result.checkpoints), "checkpoints");
    Report(name + "_written", static_cast<double>(result.state_bytes) / (1 << 20), "MiB");
  }
}

// How much of it is reading and decoding alone.
void RunDecode(log::EventLog* events, int64_t from) {
  auto reader = Must(events->NewReader(log::Stream::kEvents, 0, from));
  const int64_t end = Must(events->End(log::Stream::kEvents, 0));
  ledger::Event event;
  uint64_t count = 0;
  Stopwatch watch;
  while (reader->position() < end) {
    const auto read = Must(reader->Read(4'096, std::chrono::milliseconds(0)));
    for (const log::Stored& entry : read) {
      Must(codec::DecodeEvent(entry.value, &event));
      ++count;
    }
  }
  Report("read_and_decode", static_cast<double>(count) / watch.wall_s(), "events/s");
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  CLI::App app("Folding an embedded log on one core");
  app.add_option("--sales", options.sales);
  app.add_option("--pages-mb", options.pages_mb, "bound of the fold's pages, with RocksDB");
  app.add_option("--checkpoint-events", options.checkpoint_events);
  app.add_option("--only", options.only, "memory or rocksdb, to profile it alone");
  CLI11_PARSE(app, argc, argv);

  const std::string directory = fmt::format("build/bench/fold-{}", getpid());
  std::filesystem::create_directories(directory);
  bench::Workload workload({.sales = options.sales});
  const log::Identity identity{"bench", 1};
  log::EmbeddedOptions embedded;
  embedded.fsync = log::Fsync::kNever;
  Must(log::CreateEmbedded(directory + "/log", identity, {}, embedded));
  auto events = Must(log::OpenEmbedded(directory + "/log", embedded));
  Must(events->Append(Beginning(&workload, identity)));
  const int64_t measured_from = Must(events->End(log::Stream::kEvents, 0));
  std::vector<log::Entry> entries;
  while (workload.Next(&entries)) Must(events->Append(entries));
  std::fputs(workload.Describe().c_str(), stdout);
  fmt::print("# pages bounded to {} MiB, a checkpoint each {} events\n", options.pages_mb,
             options.checkpoint_events);

  RunDecode(events.get(), measured_from);
  if (options.only != "rocksdb") {
    auto memory = store::NewMemoryStore();
    Run("fold_memory", events.get(), measured_from, options, memory.get(), false);
  }
  if (options.only != "memory") {
    store::RocksOptions rocks;
    rocks.directory = directory + "/store";
    auto states = Must(store::NewRocksStore(rocks));
    Run("fold_rocksdb", events.get(), measured_from, options, states.get(), true);
  }
  events.reset();
  std::filesystem::remove_all(directory);
  return 0;
}
