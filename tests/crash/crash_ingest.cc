// kill -9 at random moments of `tieout ingest`, then ingest again: nothing lost, nothing twice.
//
// Three files of one seller: two Stripe reports that overlap, whose rows have ids, and a Shopify
// export, whose rows have none and are partly identical. The program is killed somewhere, sometimes
// several times in a row, and then let finish. Then the seller's balances and open items are those
// of an ingest that nobody disturbed, `tieout verify` finds nothing, and a last ingest skips all
// three files.
//
// Counts the places where it was killed, as the log tells them; one at 0 fails the run.
#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <random>
#include <set>
#include <string>
#include <thread>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "engine/log/embedded.h"
#include "fmt/format.h"
#include "tests/crash/counters.h"
#include "tests/crash/flags.h"
#include "tests/engine/cli/support/program.h"

namespace tieout::crash {
namespace {

using cli::Program;
using cli::Ran;
using std::chrono::microseconds;

constexpr int kRows = 2'500;
constexpr const char* kFiles = "payouts-1.csv payouts-2.csv shop.csv";

// Rows [from, to) of an account's history, a payout for each hundred.
std::string StripeRows(int from, int to) {
  std::string file =
      "automatic_payout_id,automatic_payout_effective_at_utc,balance_transaction_id,created_utc,"
      "available_on_utc,currency,gross,fee,net,reporting_category,source_id,charge_id\n";
  for (int n = from; n < to; ++n) {
    const int minor = 1000 + n % 977;
    const int day = 1 + n * 28 / (2 * kRows);
    file += fmt::format(
        "po_{0},2026-03-{1:02} 00:00:00,txn_{2},2026-03-{3:02} 09:00:00,2026-03-{3:02} 00:00:00,"
        "eur,{4}.{5:02},0.25,{6}.{7:02},charge,ch_{2},ch_{2}\n",
        n / 100, day + 2, n, day, minor / 100, minor % 100, (minor - 25) / 100, (minor - 25) % 100);
  }
  return file;
}

// Every third row is the same as the one before.
std::string ShopRows() {
  std::string file =
      "Transaction Date,Type,Order,Payout Status,Payout Date,Payout ID,Amount,Fee,Net,Currency\n";
  for (int n = 0; n < kRows; ++n) {
    const int order = n - (n % 3 == 2 ? 1 : 0);
    file += fmt::format("2026-03-{:02} 10:00:00 +0000,charge,#{},pending,,,5.00,0.20,4.80,EUR\n",
                        1 + n * 28 / kRows, order);
  }
  return file;
}

struct Paths {
  uint64_t kills = 0, several_in_a_row = 0, within_a_file = 0, elsewhere = 0;
};

std::string Ingest(const std::string& data) {
  return fmt::format("--data {} ingest {} --account acct_1 --seller north-loom", data, kFiles);
}

// Where it was, by the reports that stand in the log.
void Locate(const std::string& log_directory, Paths* paths) {
  log::EmbeddedOptions options;
  options.read_only = true;
  auto log = log::OpenEmbedded(log_directory, options);
  if (!log.ok()) {
    TIEOUT_CHECK(absl::IsNotFound(log.status()));
    ++paths->elsewhere;
    return;
  }
  std::set<std::string> opened;
  std::set<std::string> closed;
  for (int partition = 0; partition < (*log)->identity().partitions; ++partition) {
    auto reader = (*log)->NewReader(log::Stream::kEvents, partition, 0).value();
    const int64_t end = (*log)->End(log::Stream::kEvents, partition).value();
    while (reader->position() < end) {
      const auto entries = reader->Read(1000, std::chrono::milliseconds(100)).value();
      for (const log::Stored& entry : entries) {
        ledger::Event event;
        TIEOUT_CHECK(codec::DecodeEvent(entry.value, &event).ok());
        const auto* report = std::get_if<ledger::SourceReport>(&event.body);
        if (report == nullptr) continue;
        const bool is_closed = report->phase == ledger::SourceReport::Phase::kClosed;
        (is_closed ? closed : opened).emplace(event.source.sha256);
      }
    }
  }
  ++(opened.size() > closed.size() ? paths->within_a_file : paths->elsewhere);
}

// The seller as a program reads it, without what tells when and where in the log things came: a
// file that was begun twice takes more places.
std::string Told(const Ran& ran) {
  std::string told = ran.out.substr(0, ran.out.find(R"("breaks":)"));
  constexpr std::string_view kPosition = R"("position":{)";
  for (size_t at = told.find(kPosition); at != std::string::npos; at = told.find(kPosition, at)) {
    told.erase(at, told.find('}', at) + 1 - at);
  }
  return told;
}

// What a person is told in the end. Empty: as it should be.
std::string Judge(const Program& program, const std::string& data, const std::string& expected) {
  const Ran verified = program.Run(fmt::format("--data {} verify", data));
  if (verified.exit_code != 0) return "verify: " + verified.out + verified.err;
  const Ran told = program.Run(fmt::format("--data {} seller north-loom --format jsonl", data));
  if (told.exit_code != 0) return "seller: " + told.err;
  const std::string seller = Told(told);
  if (seller != expected) {
    const auto [differs, there] =
        std::mismatch(seller.begin(), seller.end(), expected.begin(), expected.end());
    const auto at = static_cast<size_t>(std::max<ptrdiff_t>(differs - seller.begin() - 200, 0));
    return fmt::format("the seller differs from the undisturbed one's:\n{}\n---\n{}",
                       seller.substr(at, 400), expected.substr(std::min(at, expected.size()), 400));
  }
  const Ran again = program.Run(Ingest(data));
  size_t skipped = 0;
  for (size_t at = again.out.find("skipped"); at != std::string::npos;
       at = again.out.find("skipped", at + 1)) {
    ++skipped;
  }
  if (again.exit_code != 0 || skipped != 3) return "a third ingest: " + again.out + again.err;
  return "";
}

// Kills up to `kills` times, then lets it finish.
std::string RunRound(const Program& program, const std::string& data, microseconds whole,
                     uint64_t kills, std::mt19937_64* random, Paths* paths) {
  uint64_t in_a_row = 0;
  for (uint64_t n = 0; n < kills; ++n) {
    const pid_t process = program.Start("ingest", Ingest(data));
    std::this_thread::sleep_for(
        microseconds((*random)() % static_cast<uint64_t>(whole.count() * 11 / 10)));
    const Ran ran = program.Stop("ingest", process, SIGKILL);
    if (ran.exit_code == 0) break;
    if (ran.exit_code != 128 + SIGKILL) return "ingest: " + ran.err;
    ++paths->kills;
    paths->several_in_a_row += ++in_a_row == 2 ? 1 : 0;
    Locate(program.folder() + "/" + data + "/log", paths);
  }
  return program.Run(Ingest(data)).exit_code == 0 ? ""
                                                  : "the last ingest: " + program.ReadFile(".err");
}

int RunAll(uint64_t seed, uint64_t kills) {
  std::mt19937_64 random(seed);
  const Program program;
  program.WriteFile("payouts-1.csv", StripeRows(0, kRows + kRows / 2));
  program.WriteFile("payouts-2.csv", StripeRows(kRows, 2 * kRows));
  program.WriteFile("shop.csv", ShopRows());
  const auto began = std::chrono::steady_clock::now();
  const Ran whole = program.Run(Ingest("whole"));
  const auto took =
      std::chrono::duration_cast<microseconds>(std::chrono::steady_clock::now() - began);
  const Ran told = program.Run("--data whole seller north-loom --format jsonl");
  if (whole.exit_code != 0 || told.exit_code != 0 || told.out.empty()) {
    std::printf("the undisturbed ingest: %s%s\n", whole.err.c_str(), told.err.c_str());
    return 1;
  }
  Paths paths;
  for (int round = 0; paths.kills < kills; ++round) {
    const std::string data = fmt::format("data-{}", round);
    std::string problem = RunRound(program, data, took, 1 + random() % 3, &random, &paths);
    if (problem.empty()) problem = Judge(program, data, Told(told));
    if (!problem.empty()) return Failed(seed, fmt::format("round {}: {}", round, problem));
    std::filesystem::remove_all(program.folder() + "/" + data);
  }
  return ReportPaths({{"killed", paths.kills},
                      {"twice in a row or more", paths.several_in_a_row},
                      {"within a file, opened and not closed", paths.within_a_file},
                      {"before, between or after the files", paths.elsewhere}})
             ? 0
             : 1;
}

}  // namespace
}  // namespace tieout::crash

int main(int argc, char** argv) {
  uint64_t seed = 1;
  uint64_t kills = 12;
  const std::optional<int> exit_code = tieout::crash::ParseFlags(
      argc, argv, "Kills `tieout ingest` at random moments and ingests again",
      {{"--seed", &seed, "of the kills"}, {"--kills", &kills, "until there were so many"}});
  if (exit_code) return *exit_code;
  return tieout::crash::RunAll(seed, kills);
}
