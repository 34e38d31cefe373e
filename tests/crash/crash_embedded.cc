// kill -9 at random moments, on the embedded log and RocksDB.
//
// A child appends a scripted log chunk by chunk and folds it meanwhile, through a slot that fails
// on purpose now and then. The driver kills it, sometimes leaves the torn tail of a half-written
// append, starts the next, and at the end lets one finish. Then each record is there exactly once:
// the bytes are those of an uninterrupted run over the same events, and so are the digests.
//
// Counts the paths taken (shared memory, so that they outlive a kill); one at 0 fails the run.
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "CLI/CLI.hpp"
#include "engine/base/check.h"
#include "engine/log/embedded.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/slot_runner.h"
#include "fmt/format.h"
#include "tests/engine/runtime/support/faulty_slot.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::runtime {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

// Lives in a mapped file.
struct Paths {
  std::atomic<uint64_t> started, kills, folding_again, forced_checkpoints, checkpoints,
      aborted_commits, lost_unwritten, lost_written, torn_tails, appends;
};

Paths* MapPaths(const std::string& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644);
  TIEOUT_CHECK(fd >= 0 && ::ftruncate(fd, sizeof(Paths)) == 0);
  void* at = ::mmap(nullptr, sizeof(Paths), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  TIEOUT_CHECK(at != MAP_FAILED);
  ::close(fd);
  return static_cast<Paths*>(at);
}

void Must(const absl::Status& status) {
  if (status.ok()) return;
  std::fprintf(stderr, "%s\n", status.ToString().c_str());
  std::exit(1);
}

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

void Fold(log::EventLog* log, store::StateStore* states, uint64_t seed, Paths* paths,
          const std::atomic<bool>& all_appended) {
  std::mt19937_64 random(seed);
  FaultySlot::Counts faults;
  auto slot = std::make_unique<FaultySlot>(log->OpenSlot(0).value(), random(), &faults);
  SlotRunner::Options options;
  options.poll_entries = 1 + random() % 100;
  options.checkpoint.events = 100 + random() % 1000;
  options.checkpoint.interval = milliseconds(random() % 200);
  options.memory.dirty_bytes = 3 * (1'000 + random() % 100'000);
  options.memory.pages_bytes = 3 * 200'000;
  options.commit.attempts = 1000;
  Metrics metrics;
  SlotRunner runner(log, std::move(slot), states, options, &metrics);
  SlotCounts before;
  for (bool done = false; !done;) {
    Must(runner.Step(milliseconds(2)));
    if (all_appended && AtEnd(log, runner)) {
      Must(runner.CommitAndCheckpoint());
      done = AtEnd(log, runner);
    }
    const SlotCounts& now = runner.counts();
    paths->folding_again += now.muted - before.muted;
    paths->forced_checkpoints += now.forced_checkpoints - before.forced_checkpoints;
    paths->checkpoints += now.checkpoints - before.checkpoints;
    before = now;
    paths->aborted_commits += static_cast<uint64_t>(std::exchange(faults.aborted, 0));
    paths->lost_unwritten += static_cast<uint64_t>(std::exchange(faults.lost_before, 0));
    paths->lost_written += static_cast<uint64_t>(std::exchange(faults.lost_after, 0));
  }
}

int RunChild(const Places& places, uint64_t seed) {
  Paths* paths = MapPaths(places.paths());
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
  auto states = SmallRocks(places.store());
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

pid_t StartChild(const Places& places, uint64_t seed) {
  std::string program = "/proc/self/exe", child = "--child", dir = "--dir", base = places.base,
              seed_flag = "--seed", seed_text = std::to_string(seed);
  char* arguments[] = {program.data(),   child.data(),     dir.data(), base.data(),
                       seed_flag.data(), seed_text.data(), nullptr};
  pid_t pid = 0;
  TIEOUT_CHECK(posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ) == 0);
  return pid;
}

// An empty log of the script's identity and beginning.
void BeginLikeScript(const Places& places) {
  auto script = OpenTestLog(places.script());
  const log::Identity identity = script->identity();
  Must(log::CreateEmbedded(places.log(), identity, BeginningOf(identity, kRandomLogBeginsUs), {}));
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
bool KillSomewhere(pid_t child, Paths* paths, uint64_t started_before, std::mt19937_64* random) {
  int status = 0;
  while (paths->started == started_before) {
    if (::waitpid(child, &status, WNOHANG) == child) {
      std::fprintf(stderr, "a child failed to start, see above\n");
      std::exit(1);
    }
    std::this_thread::sleep_for(milliseconds(1));
  }
  std::this_thread::sleep_for(std::chrono::microseconds((*random)() % 200'000));
  ::kill(child, SIGKILL);
  TIEOUT_CHECK(::waitpid(child, &status, 0) == child);
  if (WIFSIGNALED(status)) return true;
  if (WEXITSTATUS(status) != 0) std::exit(1);
  return false;
}

bool ReportPaths(const Paths& paths) {
  const std::vector<std::pair<const char*, uint64_t>> all = {
      {"children started", paths.started},
      {"killed", paths.kills},
      {"appends", paths.appends},
      {"events folded again, S < C", paths.folding_again},
      {"checkpoints", paths.checkpoints},
      {"forced checkpoints", paths.forced_checkpoints},
      {"commits aborted", paths.aborted_commits},
      {"slots lost, batch not written", paths.lost_unwritten},
      {"slots lost, batch written", paths.lost_written},
      {"torn tails cut", paths.torn_tails}};
  bool good = true;
  for (const auto& [name, count] : all) {
    std::printf("%-32s %llu\n", name, static_cast<unsigned long long>(count));
    good = good && count > 0;
  }
  if (!good) std::printf("a path at 0 was not tested\n");
  return good;
}

int RunDriver(const Places& places, uint64_t seed, int kills) {
  fs::remove_all(places.base);
  fs::create_directories(places.base);
  WriteRandomLog(places.script(), ShapeOf(seed));
  BeginLikeScript(places);
  Paths* paths = MapPaths(places.paths());
  std::mt19937_64 random(seed);
  bool finished = false;
  for (int n = 0; n < kills && !finished; ++n) {
    const uint64_t started = paths->started;
    finished = !KillSomewhere(StartChild(places, random()), paths, started, &random);
    if (finished) break;
    ++paths->kills;
    if (random() % 3 == 0) TearTail(places, &random);
  }
  if (!finished) {
    int status = 0;
    const pid_t last = StartChild(places, random());
    TIEOUT_CHECK(::waitpid(last, &status, 0) == last);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) return 1;
  }
  const Outcome expected = RunUninterrupted(places.script());
  auto log = OpenTestLog(places.log());
  auto states = SmallRocks(places.store());
  const std::string difference = FirstDifference(expected, OutcomeOf(log.get(), states.get()));
  if (!difference.empty()) {
    std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), difference.c_str());
    return 1;
  }
  return ReportPaths(*paths) ? 0 : 1;
}

}  // namespace
}  // namespace tieout::runtime

int main(int argc, char** argv) {
  CLI::App app("Kills the engine at random moments and looks what is left");
  uint64_t seed = 1;
  int kills = 12;
  bool child = false;
  tieout::runtime::Places places;
  places.base = (std::filesystem::temp_directory_path() / "tieout_crash").string();
  app.add_option("--seed", seed, "of the log, the kills and the faults");
  app.add_option("--kills", kills, "at most");
  app.add_option("--dir", places.base, "is emptied");
  app.add_flag("--child", child, "be the one that is killed");
  CLI11_PARSE(app, argc, argv);
  return child ? tieout::runtime::RunChild(places, seed)
               : tieout::runtime::RunDriver(places, seed, kills);
}
