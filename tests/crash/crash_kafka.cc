// kill -9 at random moments, on a real Kafka broker and RocksDB.
//
// One child appends a scripted log, poison included, another folds it as slot 0. The driver kills
// both now and then, also while they open; suspends the folder while another takes the same slot
// on a store of its own, then wakes it, which must be told that it was fenced; makes the broker
// fall silent, so that commits have an unknown outcome. Then it lets them finish, and each record
// is there exactly once: the bytes and digests are those of an uninterrupted fold of the same
// events in memory, `tieout verify` finds nothing, and Kafka's own Java client, read_committed,
// sees the same (CheckRecords.java), which is shown to fail on a record too many and one too few.
//
// Rounds, each of its own topics and seed, until there were --kills, and more while a path is at 0.
// Counts the paths taken; one at 0 fails the run.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "engine/base/check.h"
#include "engine/base/hash.h"
#include "engine/codec/codec.h"
#include "engine/log/kafka_topics.h"
#include "fmt/format.h"
#include "tests/crash/child.h"
#include "tests/crash/counters.h"
#include "tests/crash/flags.h"
#include "tests/crash/judge.h"
#include "tests/crash/kafka_roles.h"
#include "tests/engine/log/support/kafka_broker.h"
#include "tests/engine/runtime/support/outcome.h"
#include "tests/engine/runtime/support/random_log.h"
#include "tests/engine/runtime/support/running.h"

namespace tieout::crash {
namespace {

namespace fs = std::filesystem;
using runtime::Outcome;
using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr int kKillsARound = 12;
constexpr std::chrono::seconds kPatience{60};  // for what should take a second

runtime::RandomLogShape ShapeOf(uint64_t seed) {
  runtime::RandomLogShape shape;
  shape.seed = seed;
  shape.sellers = 6;
  shape.days = 60;  // some thousand events
  shape.sales_a_day = 12;
  return shape;
}

std::string Hex(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return text;
}

// The file CheckRecords.java reads.
void WriteExpected(const Outcome& expected, const std::string& path) {
  std::ofstream file(path);
  for (const auto& [partition, values] : expected.records) {
    for (const std::string& value : values) {
      file << fmt::format("records {} {} {}\n", partition,
                          codec::DecodeRecord(value).value().record_id, base::Sha256(value).hex());
    }
  }
  for (const auto& [partition, values] : expected.dead_letters) {
    for (const std::string& value : values) {
      const auto size = static_cast<size_t>(value.at(1));  // of its first field, the position
      file << fmt::format("dead_letters {} {} {}\n", partition, Hex(value.substr(2, size)),
                          base::Sha256(value).hex());
    }
  }
}

class Round {
 public:
  Round(KafkaPlace place, uint64_t seed, KafkaPaths* totals)
      : place_(std::move(place)), seed_(seed), random_(seed), paths_(totals) {}

  // Empty: all is as it should be.
  std::string Run(int kills) {
    runtime::WriteRandomLog(place_.script(), ShapeOf(seed_));
    BeginLikeScript();
    paths_->hurry = paths_->all_appended = false;
    folder_ = NewFolder();
    appender_ = NewAppender();
    for (int n = 0; n < kills && problem_.empty(); ++n) {
      paths_->allowed_permille = static_cast<uint64_t>(1000 * (n + 1) / (kills + 1));
      if (n % 4 == 1) TakeOverWhileSuspended();
      if (n % 4 == 3) FallSilent();
      if (problem_.empty()) KillSomewhere(n % 4 == 2);
    }
    if (problem_.empty()) Finish();
    folder_.reset();
    appender_.reset();
    return problem_.empty() ? JudgeAll() : problem_;
  }

  // The checker must find a record that is there twice, and one that isn't there at all.
  std::string Canary() {
    const std::string fewer = place_.base + "/expected-fewer";
    const std::string more = place_.base + "/expected-more";
    std::ifstream lines(expected_file());
    std::ofstream fewer_file(fewer), more_file(more);
    bool first = true;
    for (std::string line; std::getline(lines, line); first = false) {
      if (first) more_file << "records 0 omitted " << std::string(64, '0') << '\n';
      more_file << line << '\n';
      if (!first) fewer_file << line << '\n';
    }
    fewer_file.close();
    more_file.close();
    if (CheckByJava(fewer).empty()) return "the checker missed a record too many";
    if (CheckByJava(more).empty()) return "the checker missed a record too few";
    // And for real: a record again, as a slot that isn't exactly-once would write it.
    auto log = log::OpenKafka(Patient()).value();
    const auto some = std::find_if(expected_.records.begin(), expected_.records.end(),
                                   [](const auto& of) { return !of.second.empty(); });
    const log::Entry entry{log::Stream::kRecords, some->first, "seller", some->second.front()};
    Must(log->Append({&entry, 1}));
    if (CheckByJava(expected_file()).find("more than once") == std::string::npos) {
      return "the checker missed a record that is there twice";
    }
    return Judge(expected_, log.get(), Store(current_).get()).empty()
               ? "the comparison missed a record that is there twice"
               : "";
  }

 private:
  std::string expected_file() const { return place_.base + "/expected"; }
  log::KafkaOptions Patient() const {
    log::KafkaOptions options = ChildOptions(place_);
    options.timeout = std::chrono::seconds(30);
    return options;
  }
  std::unique_ptr<store::StateStore> Store(int which) const {
    return runtime::SmallRocks(place_.store(which == 0 ? "a" : "b"));
  }

  void BeginLikeScript() {
    auto script = runtime::OpenTestLog(place_.script());
    std::vector<log::Entry> beginning;
    for (int partition = 0; partition < script->identity().partitions; ++partition) {
      auto reader = script->NewReader(log::Stream::kEvents, partition, 0).value();
      const auto first = reader->Read(1, milliseconds(1000)).value();
      beginning.push_back({log::Stream::kEvents, partition, std::string(first[0].key),
                           std::string(first[0].value)});
    }
    Must(log::CreateTopics(Patient(), {}, script->identity(), beginning));
  }

  std::unique_ptr<Child> NewChild(const char* role) {
    ++paths_->spawned;
    return std::make_unique<Child>(
        std::vector<std::string>{"--role", role, "--dir", place_.base, "--bootstrap",
                                 place_.bootstrap, "--prefix", place_.prefix, "--store",
                                 current_ == 0 ? "a" : "b", "--seed", std::to_string(random_())},
        place_.lines());
  }
  std::unique_ptr<Child> NewFolder() {
    held_before_ = paths_->holding;
    return NewChild("fold");
  }
  bool Holding() const { return paths_->holding != held_before_; }
  std::unique_ptr<Child> NewAppender() { return NewChild("append"); }

  // Children that couldn't reach the broker in time are started again, as an operator's system
  // would; any other end of their own is a bug.
  void Tend() {
    if (const auto ended = appender_->Ended(); ended && *ended != kFinished) {
      if (*ended != kTryAgain) return Fail("the appender", *ended);
      ++paths_->append_retries;
      appender_ = NewAppender();
    }
    if (const auto ended = folder_->Ended()) {
      if (*ended != kTryAgain) return Fail("the folder", *ended);
      ++paths_->tried_again;
      folder_ = NewFolder();
    }
  }
  void Fail(std::string_view who, int code) {
    problem_ = fmt::format("{} ended with {}: see {}", who, code, place_.lines());
  }

  void Wait(milliseconds time) {
    for (const auto until = steady_clock::now() + time;
         problem_.empty() && steady_clock::now() < until;) {
      Tend();
      std::this_thread::sleep_for(milliseconds(1));
    }
  }
  // Until the current folder holds its partitions and is past its committed positions.
  void WaitUntilHolding() {
    const auto until = steady_clock::now() + kPatience;
    while (problem_.empty() && !Holding()) {
      Tend();
      std::this_thread::sleep_for(milliseconds(1));
      if (steady_clock::now() > until) problem_ = "the slot's partitions don't come";
    }
  }
  milliseconds Random(uint64_t most) { return milliseconds(random_() % most); }

  void KillSomewhere(bool while_opening) {
    if (!while_opening) WaitUntilHolding();
    Wait(Random(while_opening ? 200 : 500));
    if (!problem_.empty()) return;
    const bool opening = !Holding();
    if (random_() % 3 == 0 && !appender_->Ended()) {
      appender_->Kill();
      ++paths_->kills_of_appenders;
      appender_ = NewAppender();
    }
    if (folder_->Ended()) return;  // Tend() says what of it
    folder_->Kill();
    ++(opening ? paths_->kills_while_opening : paths_->kills);
    if (random_() % 3 == 0) current_ = 1 - current_;  // the slot goes on on another machine
    folder_ = NewFolder();
  }

  void TakeOverWhileSuspended() {
    WaitUntilHolding();
    Wait(Random(300));
    if (!problem_.empty()) return;
    folder_->Suspend();
    std::unique_ptr<Child> former = std::move(folder_);
    current_ = 1 - current_;
    folder_ = NewFolder();
    WaitUntilHolding();
    Wait(Random(400));
    former->Resume();
    const auto until = steady_clock::now() + kPatience;
    while (problem_.empty() && !former->Ended()) {
      Tend();
      std::this_thread::sleep_for(milliseconds(1));
      if (steady_clock::now() > until) problem_ = "a fenced holder doesn't end";
    }
    if (!problem_.empty()) return;
    if (former->Wait() == kTryAgain) return;  // it gave up before it was told
    if (former->Wait() != kFenced) return Fail("a fenced holder", former->Wait());
    ++paths_->fenced;
  }

  // For longer than the children wait for an answer.
  void FallSilent() {
    WaitUntilHolding();
    Wait(Random(300));
    log::TheBroker().Suspend();
    Wait(milliseconds(1700) + Random(1500));
    log::TheBroker().Resume();
    ++paths_->silences;
    Wait(milliseconds(500));
  }

  void Finish() {
    paths_->hurry = true;
    const auto until = steady_clock::now() + 2 * kPatience;
    while (problem_.empty()) {
      if (const auto ended = folder_->Ended(); ended && *ended == kFinished) return;
      Tend();
      std::this_thread::sleep_for(milliseconds(5));
      if (steady_clock::now() > until) problem_ = "the run comes to no end";
    }
  }

  std::string JudgeAll() {
    expected_ = runtime::RunUninterrupted(place_.script());
    for (const auto& [partition, letters] : expected_.dead_letters) {
      for (const std::string& letter : letters) {
        const std::string reason = codec::DecodeDeadLetter(letter).value().reason;
        ++(reason == "WRONG_PARTITION" ? paths_->wrong_partition : paths_->undecodable);
      }
    }
    auto log = log::OpenKafka(Patient());
    if (!log.ok()) return log.status().ToString();
    const std::string difference = Judge(expected_, log->get(), Store(current_).get());
    if (!difference.empty()) return difference;
    WriteExpected(expected_, expected_file());
    return CheckByJava(expected_file());
  }

  // Empty: it found nothing.
  std::string CheckByJava(const std::string& expected) {
    const std::string output = place_.base + "/checked";
    const std::string command =
        fmt::format("{0}/tests/crash/check_records {1} {2} {3} >{4} 2>{4}.errors",
                    TIEOUT_SOURCE_DIR, place_.bootstrap, place_.prefix, expected, output);
    const bool good = std::system(command.c_str()) == 0;
    std::ifstream file(output);
    if (good) {
      std::string word;
      uint64_t committed = 0, aborted = 0;
      if (!(file >> word >> committed >> word >> aborted) || committed == 0) {
        return "the checker saw nothing: see " + output;
      }
      paths_->aborted_records += aborted;
      return "";
    }
    std::string findings, line;
    while (std::getline(file, line)) findings += line + "\n";
    return findings.empty() ? "the checker failed: see " + output + ".errors" : findings;
  }

  const KafkaPlace place_;
  const uint64_t seed_;
  std::mt19937_64 random_;
  KafkaPaths* const paths_;
  int current_ = 0;           // the store of the folder now: 0 "a", 1 "b"
  uint64_t held_before_ = 0;  // of paths_->holding, as the folder was started
  std::unique_ptr<Child> folder_, appender_;
  Outcome expected_;
  std::string problem_;
};

NamedCounts Named(const KafkaPaths& paths) {
  return {{"children started", paths.spawned},
          {"folders killed at work", paths.kills},
          {"folders killed while opening", paths.kills_while_opening},
          {"appenders killed", paths.kills_of_appenders},
          {"events folded again, S < C", paths.folding_again},
          {"checkpoints", paths.checkpoints},
          {"forced checkpoints", paths.forced_checkpoints},
          {"commits aborted", paths.aborted_commits},
          {"records of aborted transactions, unseen", paths.aborted_records},
          {"slots lost, batch not written", paths.lost_unwritten},
          {"slots lost, batch written", paths.lost_written},
          {"commits of unknown outcome", paths.unknown_there + paths.unknown_absent},
          {"holders fenced", paths.fenced},
          {"dead letters: undecodable", paths.undecodable},
          {"dead letters: wrong partition", paths.wrong_partition}};
}

void PrintAside(const KafkaPaths& paths) {
  std::printf(
      "besides: %llu silences of the broker, %llu unknown commits were there, %llu were not, "
      "%llu folders and %llu appenders were started again\n",
      static_cast<unsigned long long>(paths.silences),
      static_cast<unsigned long long>(paths.unknown_there),
      static_cast<unsigned long long>(paths.unknown_absent),
      static_cast<unsigned long long>(paths.tried_again),
      static_cast<unsigned long long>(paths.append_retries));
}

int RunDriver(const std::string& base, uint64_t seed, int kills) {
  fs::remove_all(base);
  fs::create_directories(base);
  KafkaPlace place{.base = base, .bootstrap = log::TheBroker().bootstrap(), .prefix = ""};
  auto* const paths = MapCounters<KafkaPaths>(place.paths());
  // Which paths a kill takes is chance, more so on a slow machine: at most as many kills again.
  const auto goes_on = [&](int done) {
    return done < kills || (done < 2 * kills && !AllTaken(Named(*paths)));
  };
  for (int done = 0, round = 0; goes_on(done); done += kKillsARound, ++round) {
    for (const auto& entry : fs::directory_iterator(base)) {
      if (entry.path() != place.paths()) fs::remove_all(entry.path());
    }
    place.prefix = fmt::format("crash{}-", round);
    const uint64_t round_seed = seed + static_cast<uint64_t>(round);
    Round at_work(place, round_seed, paths);
    const int wanted = (done < kills ? kills : 2 * kills) - done;
    std::string problem = at_work.Run(std::min(kKillsARound, wanted));
    if (problem.empty() && round == 0) problem = at_work.Canary();
    if (!problem.empty()) return Failed(round_seed, problem);
  }
  PrintAside(*paths);
  return ReportPaths(Named(*paths)) ? 0 : 1;
}

}  // namespace
}  // namespace tieout::crash

int main(int argc, char** argv) {
  uint64_t seed = 1;
  int kills = 8;
  std::string role, store;
  tieout::crash::KafkaPlace place;
  place.base = (std::filesystem::temp_directory_path() / "tieout_crash_kafka").string();
  const std::optional<int> exit_code = tieout::crash::ParseFlags(
      argc, argv, "Kills the engine on Kafka at random moments and looks what is left",
      {{"--seed", &seed, "of the log, the kills and the faults"},
       {"--kills", &kills, "of the process that folds"},
       {"--dir", &place.base, "is emptied"},
       {"--role", &role, "be one that is killed: fold or append"},
       {"--store", &store, "which the role takes"},
       {"--bootstrap", &place.bootstrap, "of the role"},
       {"--prefix", &place.prefix, "of the role"}});
  if (exit_code) return *exit_code;
  if (role == "fold") return tieout::crash::FoldSlot(place, store, seed);
  if (role == "append") return tieout::crash::AppendScript(place, seed);
  return tieout::crash::RunDriver(place.base, seed, kills);
}
