#include "tests/engine/runtime/support/running.h"

#include <filesystem>

#include "engine/store/rocks_store.h"
#include "gtest/gtest.h"
#include "tests/engine/runtime/support/faulty_slot.h"
#include "tests/engine/runtime/support/random_log.h"

namespace tieout::runtime {
namespace {

using std::chrono::milliseconds;

constexpr int kRestarts = 12;
constexpr uint64_t kStepsBetween = 60;
constexpr int kNoEndSteps = 100'000;  // a run that comes to no end fails instead of hanging

}  // namespace

bool AtEnd(log::EventLog* log, const SlotRunner& runner) {
  for (int partition = 0; partition < log->identity().partitions; ++partition) {
    if (runner.Position(partition) < log->End(log::Stream::kEvents, partition).value()) {
      return false;
    }
  }
  return runner.ready();
}

Outcome RunUninterrupted(const std::string& script) {
  const std::string copy = FreshDirectory("uninterrupted") + "/log";
  std::filesystem::copy(script, copy, std::filesystem::copy_options::recursive);
  auto log = OpenTestLog(copy);
  auto states = store::NewMemoryStore();
  Metrics metrics;
  {
    SlotRunner runner(log.get(), log->OpenSlot(0).value(), states.get(), {}, &metrics);
    for (int step = 0; !AtEnd(log.get(), runner); ++step) {
      const absl::Status status = runner.Step(milliseconds(10));
      EXPECT_TRUE(status.ok() && step < kNoEndSteps) << status;
      if (!status.ok() || step >= kNoEndSteps) return {};
    }
    EXPECT_TRUE(runner.CommitAndCheckpoint().ok());
  }
  return OutcomeOf(log.get(), states.get());
}

SlotRunner::Options RandomOptions(std::mt19937_64* random) {
  SlotRunner::Options options;
  options.poll_entries = 1 + (*random)() % 200;
  options.commit.caught_up = milliseconds((*random)() % 3);
  options.commit.backlog = options.commit.caught_up * (1 + (*random)() % 4);
  options.memory.batch_bytes = 1'000 + (*random)() % 1'000'000;
  options.commit.attempts = 50;
  options.checkpoint.events = 50 + (*random)() % 2000;
  options.memory.dirty_bytes = 3 * (2'000 + (*random)() % 200'000);
  options.memory.pages_bytes = 3 * (10'000 + (*random)() % 500'000);
  return options;
}

std::unique_ptr<store::StateStore> SmallRocks(const std::string& directory) {
  store::RocksOptions options;
  options.directory = directory;
  return store::NewRocksStore(options).value();
}

Interrupted RunInterrupted(log::EventLog* log, store::StateStore* states, uint64_t seed) {
  std::mt19937_64 random(seed);
  FaultySlot::Counts faults;
  Interrupted seen;
  for (bool done = false; !done; ++seen.restarts) {
    Metrics metrics;
    auto slot = std::make_unique<FaultySlot>(log->OpenSlot(0).value(), random(), &faults);
    SlotRunner runner(log, std::move(slot), states, RandomOptions(&random), &metrics);
    const int steps =
        seen.restarts < kRestarts ? static_cast<int>(random() % kStepsBetween) : kNoEndSteps;
    for (int step = 0; step < steps && !done; ++step) {
      absl::Status status = runner.Step(milliseconds(1));
      if (status.ok() && AtEnd(log, runner)) {
        status = runner.CommitAndCheckpoint();
        done = AtEnd(log, runner);  // a lost slot begins again
      }
      EXPECT_TRUE(status.ok()) << status;
      if (!status.ok()) return seen;
    }
    EXPECT_TRUE(done || seen.restarts < kRestarts) << "the run comes to no end";
    if (seen.restarts > kRestarts) return seen;
    seen.muted += runner.counts().muted;
    seen.forced_checkpoints += runner.counts().forced_checkpoints;
  }
  seen.faults = faults.aborted + faults.lost_before + faults.lost_after;
  return seen;
}

}  // namespace tieout::runtime
