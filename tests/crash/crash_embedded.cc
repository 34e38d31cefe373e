// kill -9 at random moments, on the embedded log and RocksDB.
//
// A child appends a scripted log chunk by chunk and folds it meanwhile, through a slot that fails
// on purpose now and then. The driver kills it, sometimes leaves the torn tail of a half-written
// append, starts the next, and at the end lets one finish. Then each record is there exactly once:
// the bytes are those of an uninterrupted run over the same events, and so are the digests; and
// `tieout verify` finds nothing.
//
// Rounds, each of its own log and seed, until there were --kills. Counts the paths taken (shared
// memory, so that they outlive a kill); one at 0 fails the run.
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/log/embedded.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/slot_runner.h"
#include "fmt/format.h"
#include "tests/crash/child.h"
#include "tests/crash/counters.h"
#include "tests/crash/flags.h"
#include "tests/crash/judge.h"
#include "tests/engine/runtime/support/faulty_slot.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::crash {
namespace {

namespace fs = std::filesystem;
using runtime::FaultySlot;
using runtime::RandomLogShape;
using runtime::SlotCounts;
using runtime::SlotRunner;
using std::chrono::milliseconds;

// Lives in a mapped file.
struct Paths {
  std::atomic<uint64_t> started, kills, folding_again, forced_checkpoints, checkpoints,
      aborted_commits, lost_unwritten, lost_written, torn_tails, appends, fenced, dead_letters;
};

struct Places {
  std::string base;
  std::string script() const { return base + "/script"; }
  std::string log() const { return base + "/log"; }
  std::string store() const { return base + "/store"; }
  std::string paths() const { return base + "/paths"; }
};

RandomLogShape ShapeOf(uint64_t seed) {
  RandomLogShape shape;
  shape.seed = seed;
  shape.sellers = 6;
  shape.days = 40;
  shape.sales_a_day = 12;
  return shape;
}

// The child: what of the script isn't in the log yet is appended, a few entries at a time.
class Appender {
 public:
  Appender(log::EventLog* script, log::EventLog* log, uint64_t seed, Paths* paths)
      : log_(log), random_(seed), paths_(paths) {
    for (int partition = 0; partition < log->identity().partitions; ++partition) {
      const int64_t have = log->End(log::Stream::kEvents, partition).value();
      readers_.push_back(script->NewReader(log::Stream::kEvents, partition, have).value());
      ends_.push_back(script->End(log::Stream::kEvents, partition).value());
    }
  }
  bool AppendSome() {
    std::vector<log::Entry> entries;
    for (size_t partition = 0; partition < readers_.size(); ++partition) {
      if (readers_[partition]->position() >= ends_[partition]) continue;
      const auto some = readers_[partition]->Read(random_() % 12, milliseconds(100)).value();
      for (const log::Stored& entry : some) {
        entries.push_back({log::Stream::kEvents, static_cast<int>(partition),
                           std::string(entry.key), std::string(entry.value)});
      }
    }
    if (!entries.empty()) Must(log_->Append(entries));
    ++paths_->appends;
    for (size_t partition = 0; partition < readers_.size(); ++partition) {
      if (readers_[partition]->position() < ends_[partition]) return true;
    }
    return false;
  }

 private:
  log::EventLog* const log_;
  std::mt19937_64 random_;
  Paths* const paths_;
  std::vector<std::unique_ptr<log::Reader>> readers_;
  std::vector<int64_t> ends_;
};

SlotRunner::Options SmallBounds(std::mt19937_64* random) {
  SlotRunner::Options options;
  options.poll_entries = 1 + (*random)() % 100;
  options.checkpoint.events = 100 + (*random)() % 1000;
  options.checkpoint.interval = milliseconds((*random)() % 200);
  options.memory.dirty_bytes = 3 * (1'000 + (*random)() % 100'000);
  options.memory.pages_bytes = 3 * 200'000;
  options.commit.attempts = 1000;
  return options;
}

void Count(const SlotCounts& before, const SlotCounts& now, FaultySlot::Counts* faults,
           Paths* paths) {
  paths->folding_again += now.muted - before.muted;
  paths->forced_checkpoints += now.forced_checkpoints - before.forced_checkpoints;
  paths->checkpoints += now.checkpoints - before.checkpoints;
  paths->aborted_commits += static_cast<uint64_t>(std::exchange(faults->aborted, 0));
  paths->lost_unwritten += static_cast<uint64_t>(std::exchange(faults->lost_before, 0));
  paths->lost_written += static_cast<uint64_t>(std::exchange(faults->lost_after, 0));
}

// Folds until all is done (true), or until another opened the slot, after some steps: this holder
// must be told so, and `slot` is the next one's.
bool FoldAsOneHolder(log::EventLog* log, std::unique_ptr<log::Slot>* slot,
                     store::StateStore* states, std::mt19937_64* random, Paths* paths,
                     const std::atomic<bool>& all_appended) {
  FaultySlot::Counts faults;
  runtime::Metrics metrics;
  SlotRunner runner(log, std::make_unique<FaultySlot>(std::move(*slot), (*random)(), &faults),
                    states, SmallBounds(random), &metrics);
  SlotCounts before;
  for (uint64_t steps = 1 + (*random)() % 600;; --steps) {
    if (steps == 0) *slot = log->OpenSlot(0).value();
    const absl::Status status = runner.Step(milliseconds(2));
    Count(before, runner.counts(), &faults, paths);
    before = runner.counts();
    if (*slot != nullptr) {
      TIEOUT_CHECK(absl::IsAborted(status));
      ++paths->fenced;
      return false;
    }
    Must(status);
    if (!all_appended || !runtime::AtEnd(log, runner)) continue;
    Must(runner.CommitAndCheckpoint());
    Count(before, runner.counts(), &faults, paths);
    before = runner.counts();
    if (runtime::AtEnd(log, runner)) return true;
  }
}

void Fold(log::EventLog* log, store::StateStore* states, uint64_t seed, Paths* paths,
          const std::atomic<bool>& all_appended) {
  std::mt19937_64 random(seed);
  std::unique_ptr<log::Slot> slot = log->OpenSlot(0).value();
  while (!FoldAsOneHolder(log, &slot, states, &random, paths, all_appended)) {
  }
}

int RunChild(const Places& places, uint64_t seed) {
  Paths* paths = MapCounters<Paths>(places.paths());
  log::EmbeddedOptions options;
  options.fsync = log::Fsync::kNever;  // a killed process loses nothing the kernel has
  options.segment_bytes = 64 << 10;
  options.warn = [&](const std::string&) { ++paths->torn_tails; };
  auto log = log::OpenEmbedded(places.log(), options);
  Must(log.status());
  log::EmbeddedOptions reading;
  reading.read_only = true;
  auto script = log::OpenEmbedded(places.script(), reading);
  Must(script.status());
  auto states = runtime::SmallRocks(places.store());
  ++paths->started;
  std::atomic<bool> all_appended{false};
  std::thread appending([&] {
    Appender appender(script->get(), log->get(), seed, paths);
    while (appender.AppendSome()) {
    }
    all_appended = true;
  });
  Fold(log->get(), states.get(), seed, paths, all_appended);
  appending.join();
  return 0;
}

std::unique_ptr<Child> StartChild(const Places& places, uint64_t seed) {
  return std::make_unique<Child>(
      std::vector<std::string>{"--child", "--dir", places.base, "--seed", std::to_string(seed)},
      "");
}

// An empty log of the script's identity and beginning.
void BeginLikeScript(const Places& places) {
  auto script = runtime::OpenTestLog(places.script());
  const log::Identity identity = script->identity();
  Must(log::CreateEmbedded(places.log(), identity,
                           runtime::BeginningOf(identity, runtime::kRandomLogBeginsUs), {}));
}

// What a power cut leaves of an append that was under way: bytes that make no whole frame.
void TearTail(const Places& places, std::mt19937_64* random) {
  fs::path newest;
  for (const auto& entry : fs::directory_iterator(places.log())) {
    if (entry.path().filename().string().starts_with("segment-") && entry.path() > newest)
      newest = entry.path();
  }
  if (newest.empty()) return;
  std::ofstream file(newest, std::ios::binary | std::ios::app);
  for (uint64_t n = 1 + (*random)() % 100; n > 0; --n) file.put(static_cast<char>((*random)()));
}

// True: it was killed. False: it finished.
bool KillSomewhere(Child* child, const Paths& paths, uint64_t started_before,
                   std::mt19937_64* random) {
  while (paths.started == started_before && !child->Ended()) {
    std::this_thread::sleep_for(milliseconds(1));
  }
  std::this_thread::sleep_for(std::chrono::microseconds((*random)() % 200'000));
  child->Kill();
  if (child->Wait() == Child::kKilled) return true;
  if (child->Wait() == kFinished) return false;
  std::fprintf(stderr, "a child ended with %d, see above\n", child->Wait());
  std::exit(1);
}

NamedCounts Named(const Paths& paths) {
  return {{"children started", paths.started},
          {"killed", paths.kills},
          {"appends", paths.appends},
          {"events folded again, S < C", paths.folding_again},
          {"checkpoints", paths.checkpoints},
          {"forced checkpoints", paths.forced_checkpoints},
          {"commits aborted", paths.aborted_commits},
          {"slots lost, batch not written", paths.lost_unwritten},
          {"slots lost, batch written", paths.lost_written},
          {"holders fenced", paths.fenced},
          {"torn tails cut", paths.torn_tails},
          {"dead letters", paths.dead_letters}};
}

// Kills at most `kills` times, then lets it finish. Empty: all is as it should be.
std::string RunRound(const Places& places, uint64_t seed, uint64_t kills, Paths* paths) {
  runtime::WriteRandomLog(places.script(), ShapeOf(seed));
  BeginLikeScript(places);
  std::mt19937_64 random(seed);
  bool finished = false;
  for (uint64_t n = 0; n < kills && !finished; ++n) {
    const uint64_t started = paths->started;
    finished = !KillSomewhere(StartChild(places, random()).get(), *paths, started, &random);
    if (finished) break;
    ++paths->kills;
    if (random() % 3 == 0) TearTail(places, &random);
  }
  if (!finished) {
    const int code = StartChild(places, random())->Wait();
    if (code != kFinished) return fmt::format("the last child ended with {}, see above", code);
  }
  const runtime::Outcome expected = runtime::RunUninterrupted(places.script());
  for (const auto& [partition, letters] : expected.dead_letters) {
    paths->dead_letters += letters.size();
  }
  auto log = runtime::OpenTestLog(places.log());
  auto states = runtime::SmallRocks(places.store());
  return Judge(expected, log.get(), states.get());
}

int RunDriver(const Places& places, uint64_t seed, uint64_t kills) {
  fs::remove_all(places.base);
  fs::create_directories(places.base);
  auto* const paths = MapCounters<Paths>(places.paths());
  for (uint64_t before = 0; before < kills; before = paths->kills, ++seed) {
    for (const std::string& left : {places.script(), places.log(), places.store()}) {
      fs::remove_all(left);
    }
    const std::string problem = RunRound(places, seed, kills - before, paths);
    if (!problem.empty()) return Failed(seed, problem);
  }
  return ReportPaths(Named(*paths)) ? 0 : 1;
}

}  // namespace
}  // namespace tieout::crash

int main(int argc, char** argv) {
  uint64_t seed = 1;
  uint64_t kills = 12;
  bool child = false;
  tieout::crash::Places places;
  places.base = (std::filesystem::temp_directory_path() / "tieout_crash").string();
  const std::optional<int> exit_code = tieout::crash::ParseFlags(
      argc, argv, "Kills the engine at random moments and looks what is left",
      {{"--seed", &seed, "of the log, the kills and the faults"},
       {"--kills", &kills, "until there were so many"},
       {"--dir", &places.base, "is emptied"},
       {"--child", &child, "be the one that is killed"}});
  if (exit_code) return *exit_code;
  return child ? tieout::crash::RunChild(places, seed)
               : tieout::crash::RunDriver(places, seed, kills);
}
