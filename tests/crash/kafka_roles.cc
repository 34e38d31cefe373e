#include "tests/crash/kafka_roles.h"

#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "engine/log/embedded.h"
#include "engine/runtime/slot_runner.h"
#include "tests/crash/child.h"
#include "tests/crash/counters.h"
#include "tests/engine/runtime/support/faulty_slot.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::crash {
namespace {

using runtime::FaultySlot;
using runtime::SlotCounts;
using runtime::SlotRunner;
using std::chrono::milliseconds;

constexpr milliseconds kPace{25};     // between appends, until the driver says hurry
constexpr uint64_t kFaultOneIn = 40;  // a lost slot takes a while to begin again on Kafka
constexpr uint64_t kMostAtOnce = 12;  // entries of a partition in an append

void Add(SlotCounts* before, const SlotCounts& now, FaultySlot::Counts* faults, KafkaPaths* paths) {
  paths->folding_again += now.muted - before->muted;
  paths->checkpoints += now.checkpoints - before->checkpoints;
  paths->forced_checkpoints += now.forced_checkpoints - before->forced_checkpoints;
  paths->aborted_commits += static_cast<uint64_t>(std::exchange(faults->aborted, 0));
  paths->lost_unwritten += static_cast<uint64_t>(std::exchange(faults->lost_before, 0));
  paths->lost_written += static_cast<uint64_t>(std::exchange(faults->lost_after, 0));
  *before = now;
}

SlotRunner::Options SmallBounds(std::mt19937_64* random) {
  SlotRunner::Options options;
  options.poll_entries = 1 + (*random)() % 50;
  options.commit.caught_up = milliseconds(1 + (*random)() % 10);
  options.commit.backlog = milliseconds(20);
  options.commit.attempts = 1000;
  options.checkpoint.events = 100 + (*random)() % 1000;
  options.checkpoint.interval = milliseconds(50 + (*random)() % 500);
  options.memory.dirty_bytes = 3 * (1'000 + (*random)() % 100'000);
  options.memory.pages_bytes = 3 * 200'000;
  return options;
}

// As the tests' ReadAll and AtEnd, but here the broker may be silent, which ends a child.
absl::StatusOr<int64_t> CountEvents(log::EventLog* log, int partition) {
  TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log->End(log::Stream::kEvents, partition));
  TIEOUT_ASSIGN_OR_RETURN(auto reader, log->NewReader(log::Stream::kEvents, partition, 0));
  int64_t count = 0;
  while (reader->position() < end) {
    TIEOUT_ASSIGN_OR_RETURN(const auto some, reader->Read(1000, milliseconds(1000)));
    count += static_cast<int64_t>(some.size());
  }
  return count;
}

absl::StatusOr<bool> FoldedToTheEnd(log::EventLog* log, const SlotRunner& runner) {
  for (int partition = 0; partition < log->identity().partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t end, log->End(log::Stream::kEvents, partition));
    if (runner.Position(partition) < end) return false;
  }
  return runner.ready();
}

absl::Status Fold(log::EventLog* log, store::StateStore* states, uint64_t seed, KafkaPaths* paths) {
  std::mt19937_64 random(seed);
  FaultySlot::Counts faults;
  TIEOUT_ASSIGN_OR_RETURN(auto slot, log->OpenSlot(0));
  runtime::Metrics metrics;
  SlotRunner runner(log,
                    std::make_unique<FaultySlot>(std::move(slot), random(), &faults, kFaultOneIn),
                    states, SmallBounds(&random), &metrics);
  SlotCounts before;
  for (bool holding = false;;) {
    TIEOUT_RETURN_IF_ERROR(runner.Step(milliseconds(5)));
    if (!holding && runner.ready()) {
      holding = true;
      ++paths->holding;
    }
    Add(&before, runner.counts(), &faults, paths);
    if (!paths->all_appended) continue;
    TIEOUT_ASSIGN_OR_RETURN(bool at_end, FoldedToTheEnd(log, runner));
    if (!at_end) continue;
    TIEOUT_RETURN_IF_ERROR(runner.CommitAndCheckpoint());
    Add(&before, runner.counts(), &faults, paths);
    TIEOUT_ASSIGN_OR_RETURN(at_end, FoldedToTheEnd(log, runner));
    if (at_end) return absl::OkStatus();
  }
}

// Where the events topic ends, counted in entries of the script.
absl::StatusOr<std::vector<std::unique_ptr<log::Reader>>> Continue(log::EventLog* script,
                                                                   log::EventLog* log) {
  std::vector<std::unique_ptr<log::Reader>> readers;
  for (int partition = 0; partition < log->identity().partitions; ++partition) {
    TIEOUT_ASSIGN_OR_RETURN(const int64_t have, CountEvents(log, partition));
    TIEOUT_ASSIGN_OR_RETURN(auto reader, script->NewReader(log::Stream::kEvents, partition, have));
    readers.push_back(std::move(reader));
  }
  return readers;
}

absl::Status Append(log::EventLog* script, log::EventLog* log, uint64_t seed, KafkaPaths* paths) {
  std::mt19937_64 random(seed);
  // Nothing, but under the appenders' one name: what a killed one left open is ended by it.
  TIEOUT_RETURN_IF_ERROR(log->Append({}));
  TIEOUT_ASSIGN_OR_RETURN(const auto readers, Continue(script, log));
  for (bool more = true; more;) {
    more = false;
    std::vector<log::Entry> entries;
    const uint64_t most = paths->hurry ? 50 * kMostAtOnce : kMostAtOnce;
    for (int partition = 0; partition < log->identity().partitions; ++partition) {
      log::Reader& reader = *readers[static_cast<size_t>(partition)];
      TIEOUT_ASSIGN_OR_RETURN(const int64_t end, script->End(log::Stream::kEvents, partition));
      if (reader.position() >= end) continue;
      more = true;
      const int64_t allowed = static_cast<int64_t>(paths->allowed_permille) * end / 1000;
      if (!paths->hurry && reader.position() >= allowed) continue;
      TIEOUT_ASSIGN_OR_RETURN(const auto some, reader.Read(random() % most, milliseconds(100)));
      for (const log::Stored& entry : some) {
        entries.push_back(
            {log::Stream::kEvents, partition, std::string(entry.key), std::string(entry.value)});
      }
    }
    if (!entries.empty()) TIEOUT_RETURN_IF_ERROR(log->Append(entries));
    if (!paths->hurry) std::this_thread::sleep_for(kPace);
  }
  paths->all_appended = true;
  return absl::OkStatus();
}

void CountWarning(const std::string& line, KafkaPaths* paths) {
  std::fprintf(stderr, "%d: %s\n", ::getpid(), line.c_str());
  if (line.ends_with("a commit of unknown outcome was there")) ++paths->unknown_there;
  if (line.ends_with("a commit of unknown outcome was not there")) ++paths->unknown_absent;
}

}  // namespace

log::KafkaOptions ChildOptions(const KafkaPlace& place) {
  log::KafkaOptions options;
  options.properties["bootstrap.servers"] = place.bootstrap;
  options.prefix = place.prefix;
  options.publisher = place.prefix + "appender";
  options.timeout = milliseconds(1500);
  return options;
}

int FoldSlot(const KafkaPlace& place, const std::string& store, uint64_t seed) {
  auto* const paths = MapCounters<KafkaPaths>(place.paths());
  log::KafkaOptions options = ChildOptions(place);
  options.warn = [paths](const std::string& line) { CountWarning(line, paths); };
  auto log = log::OpenKafka(options);
  if (!log.ok()) return ExitOf(log.status());
  auto states = runtime::SmallRocks(place.store(store));
  return ExitOf(Fold(log->get(), states.get(), seed, paths));
}

int AppendScript(const KafkaPlace& place, uint64_t seed) {
  auto* const paths = MapCounters<KafkaPaths>(place.paths());
  auto log = log::OpenKafka(ChildOptions(place));
  if (!log.ok()) return ExitOf(log.status());
  log::EmbeddedOptions reading;
  reading.read_only = true;
  auto script = log::OpenEmbedded(place.script(), reading);
  if (!script.ok()) return ExitOf(script.status());
  return ExitOf(Append(script->get(), log->get(), seed, paths));
}

}  // namespace tieout::crash
