// The power goes at random operations, under log and store at once, on a file layer that forgets
// what wasn't synced (memory_files.h), or keeps part of it.
//
// One life appends some of a scripted log and folds some of it in turn, through a slot that fails
// on purpose now and then, until the power goes: while opening, in an append, in a commit, in a
// checkpoint. At the end one life finishes. Then each record is there exactly once: the bytes and
// digests are those of an uninterrupted run, `tieout verify` finds nothing, and what was
// acknowledged was there after each cut (with fsync of each append; without, log and store still
// agree).
//
// Rounds, each of its own log and seed, until there were --kills. Log, cuts and faults
// are functions of the seed; where a cut falls also hangs on RocksDB's threads and the clock.
// Counts the paths taken; one at 0 fails the run.
#include <atomic>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/base/check.h"
#include "engine/log/embedded.h"
#include "engine/runtime/beginning.h"
#include "engine/runtime/slot_runner.h"
#include "engine/store/rocks_store.h"
#include "fmt/format.h"
#include "tests/crash/child.h"
#include "tests/crash/counters.h"
#include "tests/crash/flags.h"
#include "tests/crash/judge.h"
#include "tests/crash/rocks_files.h"
#include "tests/engine/log/support/memory_files.h"
#include "tests/engine/runtime/support/faulty_slot.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::crash {
namespace {

namespace fs = std::filesystem;
using runtime::FaultySlot;
using runtime::SlotRunner;
using std::chrono::milliseconds;

constexpr uint64_t kCutsARound = 25;
constexpr char kLog[] = "log", kStore[] = "power_store";

struct Paths {
  uint64_t cuts = 0, opening = 0, appending = 0, committing = 0, checkpointing = 0;
  uint64_t folding_again = 0, checkpoints = 0, forced_checkpoints = 0, faults = 0;
  uint64_t torn_tails = 0, forgotten = 0, dead_letters = 0;
};

runtime::RandomLogShape ShapeOf(uint64_t seed) {
  runtime::RandomLogShape shape;
  shape.seed = seed;
  shape.sellers = 6;
  shape.days = 25;
  return shape;
}

SlotRunner::Options SmallBounds(std::mt19937* random) {
  SlotRunner::Options options;
  options.poll_entries = 1 + (*random)() % 60;
  options.commit.caught_up = options.commit.backlog = milliseconds((*random)() % 2);
  options.commit.attempts = 1000;
  options.checkpoint.events = 50 + (*random)() % 500;
  options.memory.dirty_bytes = 3 * (1'000 + (*random)() % 100'000);
  options.memory.pages_bytes = 3 * 200'000;
  return options;
}

class Round {
 public:
  Round(const std::string& script, uint64_t seed, log::Fsync fsync, Paths* paths)
      : random_(static_cast<uint32_t>(seed)),
        script_(runtime::OpenTestLog(script)),
        env_(RocksOn(&files_)),
        fsync_(fsync),
        paths_(paths) {
    const log::Identity identity = script_->identity();
    acknowledged_.resize(static_cast<size_t>(identity.partitions));
    Must(log::CreateEmbedded(
        kLog, identity, runtime::BeginningOf(identity, runtime::kRandomLogBeginsUs), LogOptions()));
  }

  // Empty: all is as it should be.
  std::string Run(uint64_t cuts, const runtime::Outcome& expected) {
    for (uint64_t life = 0; life <= cuts && problem_.empty(); ++life) {
      const bool last = life == cuts;
      // One in four soon, while log and store open.
      const uint32_t most = life % 4 == 0 ? 60 : 1500;
      if (!last) files_.LosePowerAfter(1 + static_cast<int>(random_() % most));
      if (Live(last)) break;
      files_.Restart(&random_);
    }
    if (!problem_.empty()) return problem_;
    files_.LosePowerAfter(std::nullopt);
    auto log = log::OpenEmbedded(kLog, LogOptions());
    if (!log.ok()) return log.status().ToString();
    return Judge(expected, log->get(), Store().get());
  }

 private:
  log::EmbeddedOptions LogOptions() {
    log::EmbeddedOptions options;
    options.files = &files_;
    options.fsync = fsync_;
    options.segment_bytes = 64 << 10;
    options.warn = [this](const std::string&) { ++paths_->torn_tails; };
    return options;
  }
  std::unique_ptr<store::StateStore> Store() {
    store::RocksOptions options;
    options.directory = runtime::FreshDirectory(kStore);  // stays empty: env_ has the files
    options.env = env_.get();
    return store::NewRocksStore(options).value();
  }

  // An error is the cut's doing, or a bug. True: this life is over.
  bool Cut(const absl::Status& status, uint64_t* path) {
    if (status.ok()) return false;
    if (files_.has_power()) {
      problem_ = status.ToString();
    } else {
      ++*path;
      ++paths_->cuts;
    }
    return true;
  }

  // True: everything is appended, folded and in the store.
  bool Live(bool to_the_end) {
    auto log = log::OpenEmbedded(kLog, LogOptions());
    if (Cut(log.status(), &paths_->opening)) return false;
    CheckAcknowledged(log->get());
    auto states = Store();
    auto slot = (*log)->OpenSlot(0);
    if (Cut(slot.status(), &paths_->opening)) return false;
    FaultySlot::Counts faults;
    runtime::Metrics metrics;
    SlotRunner runner(log->get(),
                      std::make_unique<FaultySlot>(*std::move(slot), random_(), &faults),
                      states.get(), SmallBounds(&random_), &metrics);
    const bool done = FoldAndAppend(log->get(), &runner, to_the_end);
    paths_->folding_again += runner.counts().muted;
    paths_->checkpoints += runner.counts().checkpoints;
    paths_->forced_checkpoints += runner.counts().forced_checkpoints;
    paths_->faults +=
        static_cast<uint64_t>(faults.aborted + faults.lost_before + faults.lost_after);
    return done;
  }

  bool FoldAndAppend(log::EventLog* log, SlotRunner* runner, bool to_the_end) {
    while (problem_.empty()) {
      if (random_() % 3 == 0 && Cut(AppendSome(log, to_the_end), &paths_->appending)) return false;
      const absl::Status status = runner->Step(milliseconds(0));
      if (Cut(status, PathOf(status, *runner))) return false;
      if (!AllAppended(log) || !runtime::AtEnd(log, *runner)) continue;
      if (Cut(runner->CommitAndCheckpoint(), &paths_->checkpointing)) return false;
      if (runtime::AtEnd(log, *runner)) return true;
    }
    return false;
  }

  uint64_t* PathOf(const absl::Status& status, const SlotRunner& runner) {
    if (!runner.ready() && runner.counts().events == 0) return &paths_->opening;
    // The store names its folder.
    return base::Message(status).find(kStore) != std::string::npos ? &paths_->checkpointing
                                                                   : &paths_->committing;
  }

  bool AllAppended(log::EventLog* log) {
    for (int partition = 0; partition < log->identity().partitions; ++partition) {
      if (log->End(log::Stream::kEvents, partition).value() <
          script_->End(log::Stream::kEvents, partition).value()) {
        return false;
      }
    }
    return true;
  }

  absl::Status AppendSome(log::EventLog* log, bool to_the_end) {
    std::vector<log::Entry> entries;
    for (int partition = 0; partition < log->identity().partitions; ++partition) {
      const int64_t have = log->End(log::Stream::kEvents, partition).value();
      auto reader = script_->NewReader(log::Stream::kEvents, partition, have).value();
      const auto some = reader->Read(random_() % (to_the_end ? 500 : 8), milliseconds(0)).value();
      for (const log::Stored& entry : some) {
        entries.push_back(
            {log::Stream::kEvents, partition, std::string(entry.key), std::string(entry.value)});
      }
    }
    if (entries.empty()) return absl::OkStatus();
    TIEOUT_RETURN_IF_ERROR(log->Append(entries));
    for (size_t partition = 0; partition < acknowledged_.size(); ++partition) {
      acknowledged_[partition] =
          log->End(log::Stream::kEvents, static_cast<int>(partition)).value();
    }
    return absl::OkStatus();
  }

  void CheckAcknowledged(log::EventLog* log) {
    for (size_t partition = 0; partition < acknowledged_.size(); ++partition) {
      const int64_t have = log->End(log::Stream::kEvents, static_cast<int>(partition)).value();
      if (have >= acknowledged_[partition]) continue;
      ++paths_->forgotten;
      if (fsync_ != log::Fsync::kEach) continue;
      problem_ = fmt::format("partition {}: {} events were acknowledged, {} are there", partition,
                             acknowledged_[partition], have);
    }
  }

  std::mt19937 random_;
  log::MemoryFiles files_;
  const std::unique_ptr<log::EventLog> script_;
  const std::unique_ptr<rocksdb::Env> env_;
  const log::Fsync fsync_;
  Paths* const paths_;
  std::vector<int64_t> acknowledged_;  // where each partition's events ended when Append said OK
  std::string problem_;
};

NamedCounts Named(const Paths& paths) {
  return {{"power cuts", paths.cuts},
          {"while opening", paths.opening},
          {"in an append", paths.appending},
          {"in a commit", paths.committing},
          {"in a checkpoint", paths.checkpointing},
          {"events folded again, S < C", paths.folding_again},
          {"checkpoints", paths.checkpoints},
          {"forced checkpoints", paths.forced_checkpoints},
          {"commits aborted, slots lost", paths.faults},
          {"torn tails cut", paths.torn_tails},
          {"acknowledged but forgotten, without fsync", paths.forgotten},
          {"dead letters", paths.dead_letters}};
}

int RunDriver(const std::string& base, uint64_t seed, uint64_t kills) {
  Paths paths;
  for (; paths.cuts < kills; ++seed) {
    fs::remove_all(base);
    fs::create_directories(base);
    const std::string script = base + "/script";
    runtime::WriteRandomLog(script, ShapeOf(seed));
    const runtime::Outcome expected = runtime::RunUninterrupted(script);
    for (const auto& [partition, letters] : expected.dead_letters) {
      paths.dead_letters += letters.size();
    }
    const log::Fsync fsync = seed % 3 == 0 ? log::Fsync::kNever : log::Fsync::kEach;
    const std::string problem = Round(script, seed, fsync, &paths).Run(kCutsARound, expected);
    if (!problem.empty()) return Failed(seed, problem);
  }
  return ReportPaths(Named(paths)) ? 0 : 1;
}

}  // namespace
}  // namespace tieout::crash

int main(int argc, char** argv) {
  uint64_t seed = 1, kills = 60;
  std::string base = (std::filesystem::temp_directory_path() / "tieout_crash_power").string();
  const std::optional<int> exit_code = tieout::crash::ParseFlags(
      argc, argv, "Cuts the power under log and store at random operations and looks what is left",
      {{"--seed", &seed, "of the log, the cuts and the faults"},
       {"--kills", &kills, "how often the power goes, at least"},
       {"--dir", &base, "is emptied"}});
  if (exit_code) return *exit_code;
  return tieout::crash::RunDriver(base, seed, kills);
}
