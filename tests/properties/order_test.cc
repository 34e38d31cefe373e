// The end is a function of the facts: neither their order nor their sign decides.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>

#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "tests/oracle/fold_subject.h"
#include "tests/properties/harness.h"
#include "tests/properties/world.h"

namespace tieout::properties {
namespace {

using oracle::End;
using oracle::Said;
using oracle::Subject;

// Facts change places between two changes of configuration; ticks stay where they are.
Log Shuffled(Log log, uint64_t seed) {
  Chance chance(seed);
  std::vector<size_t> places;
  const auto mix = [&] {
    for (size_t i = places.size(); i > 1; --i) {
      std::swap(log[places[i - 1]],
                log[places[static_cast<size_t>(chance.Below(static_cast<int>(i)))]]);
    }
    places.clear();
  };
  for (size_t i = 0; i < log.size(); ++i) {
    if (log[i].kind == Entry::Kind::kConfiguration) mix();
    if (log[i].kind == Entry::Kind::kFact && log[i].may_move) places.push_back(i);
  }
  mix();
  return log;
}

// A payout is known by the first of its states, a payment by its first capture: the one id for all.
std::string OneName(std::string text) {
  for (const auto& [from, to] :
       {std::pair("/paid", "/initiated"), std::pair("b/gross", "/gross")}) {
    for (size_t at = 0; (at = text.find(from, at)) != std::string::npos;) {
      text.replace(at, std::strlen(from), to);
    }
  }
  return text;
}

std::string Ends(Subject* subject) {
  std::string text;
  for (auto& [home, end] : subject->Ends()) {
    // Whether a source was late in between is history.
    std::erase_if(end.live, [&](const Said& said) { return said.level == ledger::Level::kSource; });
    if (end == End{}) continue;
    std::vector<std::string> lines = absl::StrSplit(OneName(Describe(end)), '\n');
    std::sort(lines.begin(), lines.end());  // by the one name
    text += home + ":\n" + absl::StrJoin(lines, "\n") + "\n";
  }
  return text;
}

std::string EndOf(const Log& log, std::unique_ptr<Subject> subject) {
  for (const Entry& entry : log) Apply(entry, subject.get());
  return Ends(subject.get());
}

std::string OrderMatters(const Log& log, uint64_t seed) {
  const Log shuffled = Shuffled(log, seed);
  for (const auto make : {oracle::MakeFoldSubject, oracle::MakeOracleSubject}) {
    const std::string one = EndOf(log, make(0));
    const std::string other = EndOf(shuffled, make(0));
    if (one != other) {
      return fmt::format("told thus, the {} ends\n{}and told thus\n{}\n{}", make(0)->name(), one,
                         Describe(shuffled), other);
    }
  }
  return "";
}

TEST(Order, OfFactsDoesNotMatter) {
  Taste taste;
  taste.conflicts = false;  // there the first applies
  taste.poison = false;
  HoldsForAll(taste, OrderMatters, 2);
}

void Negate(ledger::Minor* amount) { *amount = -*amount; }

// The same log with every amount turned round.
Log Mirrored(Log log) {
  for (Entry& entry : log) {
    if (entry.kind != Entry::Kind::kFact) continue;
    ledger::Event event;
    const std::string bytes = entry.value;
    TIEOUT_CHECK(codec::DecodeEvent(bytes, &event).ok());
    Negate(&event.amount);
    if (event.row.balance_after) Negate(&*event.row.balance_after);
    entry.value = codec::EncodeEvent(event);
  }
  return log;
}

// What is said of payouts and deposits, with amounts turned round. Sales and refunds aren't alike.
std::string SaidOfPayouts(const Log& log, bool turned) {
  oracle::FoldSubject fold(0);
  std::string text;
  for (size_t i = 0; i < log.size(); ++i) {
    oracle::Answer answer = Apply(log[i], &fold);
    std::erase_if(answer.records, [](const Said& said) {
      return said.level != ledger::Level::kBank && said.level != ledger::Level::kPayout;
    });
    for (Said& said : answer.records) {
      if (said.reason == ledger::reason::kUnexpectedWithdrawal) {
        said.reason = ledger::reason::kUnexpectedDeposit;
      }
      if (!turned) continue;
      Negate(&said.expected);
      Negate(&said.actual);
      for (oracle::Share& share : said.members) Negate(&share.allocated);
    }
    if (!answer.records.empty()) text += fmt::format("entry {}\n{}", i, Describe(answer));
  }
  return text;
}

TEST(Order, SignsAreAlikeForPayouts) {
  Taste taste;
  taste.expenses = false;  // only a withdrawal is one
  HoldsForAll(
      taste,
      [](const Log& log, uint64_t seed) -> std::string {
        const std::string one = SaidOfPayouts(log, false);
        const std::string other = SaidOfPayouts(Mirrored(log), true);
        return one == other ? "" : fmt::format("it says\n{}turned round\n{}", one, other);
      },
      2);
}

}  // namespace
}  // namespace tieout::properties
