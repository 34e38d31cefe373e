// Exports of one bank account, rows without ids: whatever they overlap, print or leave out and in
// whatever order they list and come, each line of the account counts once or is held and shown.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <set>

#include "engine/audit/observed.h"
#include "engine/base/temporary_folder.h"
#include "engine/codec/codec.h"
#include "engine/store/store.h"
#include "tests/oracle/fold_subject.h"
#include "tests/properties/harness.h"
#include "tests/properties/world.h"

namespace tieout::properties {
namespace {

using ledger::Event;
using ledger::Minor;

constexpr int kDays = 3;

struct Line {
  int day = 0, second = 0;
  Minor amount = 0, balance = 0;
};

// What the account did: few amounts, so that lines look alike and the balance comes back.
std::vector<Line> History(Chance& chance) {
  const bool has_times = chance.Percent(30);
  std::vector<Line> lines;
  Minor balance = 10'000;
  for (int day = 0; day < kDays; ++day) {
    int second = 0;
    for (int n = chance.Between(0, 6); n > 0; --n) {
      second += has_times ? chance.Below(2) * 3600 : 0;
      const Minor amount = chance.OneOf<Minor>({500, 500, -500, 300});
      lines.push_back({day, second, amount, balance += amount});
    }
  }
  return lines;
}

// Some days of it, the last perhaps not to its end.
struct Export {
  int first_day = 0, last_day = 0;
  bool prints_balance = false;
  std::vector<Line> lines;  // in its own order
};

Export MakeExport(Chance& chance, const std::vector<Line>& history) {
  Export made;
  made.first_day = chance.Below(kDays);
  made.last_day = chance.Between(made.first_day, kDays - 1);
  made.prints_balance = chance.Percent(60);
  for (const Line& line : history) {
    if (line.day >= made.first_day && line.day <= made.last_day) made.lines.push_back(line);
  }
  if (chance.Percent(30)) {
    for (int cut = chance.Below(4); cut > 0 && !made.lines.empty(); --cut) {
      if (made.lines.back().day == made.last_day) made.lines.pop_back();
    }
  }
  if (chance.Percent(50)) std::reverse(made.lines.begin(), made.lines.end());
  return made;
}

std::string LookOf(const Line& line) {
  return fmt::format("{}.look{}at{}", base::FormatDay(kFirstDay.plus(line.day)), line.amount,
                     line.second);
}

class Told {
 public:
  Told() {
    Tell("", "config/1",
         {.body = ledger::LogBeginning{
              .log_id = "rows", .partitions = 1, .partitioner = "murmur2", .semantics = 1}});
    Event account;
    account.account = kBank;
    account.body = ledger::AccountOpened{.owner = "S1", .time_zone = "UTC"};
    Tell("", "config/2", account);
  }

  void Add(const Export& file) {
    const std::string sha = fmt::format("{:*<32}", fmt::format("f{}", ++files_));
    Event event;
    event.account = kBank;
    event.source = {.connector = "rows", .sha256 = sha, .name = "rows"};
    event.occurred_at_us = kFirstDay.plus(file.last_day).start_us();
    event.body =
        ledger::SourceReport{.phase = ledger::SourceReport::Phase::kOpened,
                             .coverage_from_us = kFirstDay.plus(file.first_day).start_us(),
                             .coverage_to_us = kFirstDay.plus(file.last_day + 1).start_us()};
    Tell("S1", fmt::format("bank/DE1/report{}/opened", files_), event);
    std::map<std::string, uint32_t> alike;
    for (const Line& line : file.lines) {
      const base::Day day = kFirstDay.plus(line.day);
      event.occurred_at_us = day.start_us() + line.second * base::kMicrosPerSecond;
      event.amount = line.amount;
      event.row = {.hash = "hash 16 bytes ok", .day = day, .ordinal = alike[LookOf(line)]++};
      if (file.prints_balance) {
        event.row.balance_after = line.balance;
        event.row.balance_ordinal = alike[fmt::format("{} {}", LookOf(line), line.balance)]++;
      }
      event.body = ledger::BankDeposit{.value_date = day};
      Tell("S1", fmt::format("bank/DE1/{}.{}/entry", LookOf(line), event.row.ordinal), event);
    }
  }

  const Log& log() const { return log_; }

 private:
  static constexpr ledger::AccountRef kBank{"bank", "DE1", "EUR"};

  void Tell(std::string key, const std::string& id, Event event) {
    event.event_id = id;
    log_.push_back({.key = std::move(key), .value = codec::EncodeEvent(event)});
  }

  Log log_;
  int files_ = 0;
};

struct Outcome {
  std::map<std::string, int> counted, held;  // by look
  Minor bank = 0;
  std::set<uint64_t> refused;
};

Outcome OutcomeOf(const Log& log) {
  Outcome outcome;
  oracle::FoldSubject fold(0);
  const auto look = [](std::string_view event_id) {
    const std::string_view entry = event_id.substr(0, event_id.rfind('/'));
    return std::string(entry.substr(9, entry.rfind('.') - 9));  // behind "bank/DE1/"
  };
  for (size_t i = 0; i < log.size(); ++i) {
    for (const oracle::Said& said : Apply(log[i], &fold).records) {
      ++outcome.held[look(said.members.front().event_id)];
      outcome.refused.insert(i);
    }
  }
  const oracle::End end = fold.Ends().at("S1");
  for (const oracle::Open& open : end.open_items) ++outcome.counted[look(open.event_id)];
  for (const auto& [account, buckets] : end.accounts) outcome.bank += buckets.bank;
  return outcome;
}

// By the decoder that shares nothing with the fold.
Minor BankOf(const Log& log, const std::set<uint64_t>& refused) {
  base::TemporaryFolder folder("rows");
  const auto states = store::NewMemoryStore();
  const auto spilled = *states->Open(0);
  audit::ScratchMap memory(spilled.get(), 1000);
  audit::EntryFile entries(*folder.Path() + "/entries");
  audit::Observed observed(0, 1, refused, &memory, &entries);
  for (const Entry& entry : log) EXPECT_TRUE(observed.Add(entry.key, entry.value).ok());
  Minor bank = 0;
  for (const auto& [account, sums] : observed.bank()) bank += *ledger::Narrow(sums.signed_sum);
  return bank;
}

void CountOnce(uint64_t seed) {
  Chance chance(seed);
  const std::vector<Line> history = History(chance);
  Told told;
  std::map<std::string, int> lines;  // by look: the most that an export shows
  bool all_print = true;
  for (int n = chance.Between(2, 5); n > 0; --n) {
    const Export file = MakeExport(chance, history);
    told.Add(file);
    if (chance.Percent(10)) told.Add(file);
    all_print &= file.prints_balance;
    std::map<std::string, int> shown;
    for (const Line& line : file.lines) ++shown[LookOf(line)];
    for (const auto& [look, count] : shown) lines[look] = std::max(lines[look], count);
  }
  Outcome outcome = OutcomeOf(told.log());
  for (const auto& [look, count] : lines) {
    EXPECT_LE(outcome.counted[look], count) << look << " counts twice";
    EXPECT_GE(outcome.counted[look] + outcome.held[look], count) << look << " is swallowed";
  }
  if (all_print) EXPECT_TRUE(outcome.refused.empty()) << "balances settle it";
  EXPECT_EQ(BankOf(told.log(), outcome.refused), outcome.bank);
}

TEST(Rows, OfOverlappingExportsCountOnce) {
  for (uint64_t seed = first_seed; seed < first_seed + 50 * seeds; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    CountOnce(seed);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace tieout::properties
