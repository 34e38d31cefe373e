#include "tests/scenarios/reader/scenario.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <deque>
#include <fstream>

#include "engine/codec/codec.h"
#include "tests/oracle/configuration.h"
#include "tests/scenarios/reader/rows.h"

namespace tieout::scenarios {
namespace {

using ledger::Minor;

bool IsUpper(const std::string& word) {
  return !word.empty() && std::all_of(word.begin(), word.end(),
                                      [](char c) { return (c >= 'A' && c <= 'Z') || c == '_'; });
}

class Parser {
 public:
  explicit Parser(std::string folder) : folder_(std::move(folder)) {}
  absl::Status ReadFile(const std::string& file);
  Scenario Take() { return std::move(scenario_); }

 private:
  absl::Status ReadLine(const std::string& file, Step step);
  absl::Status ReadEvent(const Words& words, Step* step);
  absl::Status ReadBalance(const Words& words, Step* step) const;
  absl::Status ReadOpen(const Words& words, Step* step) const;
  absl::Status ReadSpent(const Words& words, Step* step) const;
  absl::Status ReadExpected(const Words& words, Step* step) const;
  absl::Status ReadMembers(const Words& words, size_t i, oracle::Said* said) const;
  absl::StatusOr<std::string> IdOf(const std::string& name) const;

  const std::string folder_;
  RowReader rows_;
  oracle::Configuration configuration_;
  std::deque<std::string> bytes_;  // what the configuration's events point into
  std::deque<ledger::Event> configured_;
  Scenario scenario_;
};

absl::Status Parser::ReadFile(const std::string& file) {
  std::ifstream stream(folder_ + "/" + file);
  if (!stream) return base::NotFound(fmt::format("{}/{} can't be read", folder_, file));
  Step step;
  while (std::getline(stream, step.text)) {
    ++step.line;
    if (absl::Status status = ReadLine(file, step); !status.ok()) {
      if (base::Message(status).find(".txt:") != std::string::npos) return status;
      return base::InvalidArgument(
          fmt::format("{}:{}: {}: {}", file, step.line, step.text, base::Message(status)));
    }
  }
  return absl::OkStatus();
}

absl::Status Parser::ReadLine(const std::string& file, Step step) {
  TIEOUT_ASSIGN_OR_RETURN(const Words words, Words::Of(step.text));
  const std::string& first = words.at(0);
  if (first.empty()) return absl::OkStatus();
  if (first == "use") return ReadFile(words.at(1));
  if (first == "=>") {
    if (scenario_.steps.empty()) return base::InvalidArgument("there is no event above");
    return ReadExpected(words, &scenario_.steps.back());
  }
  if (first == "balance") {
    TIEOUT_RETURN_IF_ERROR(ReadBalance(words, &step));
  } else if (first == "open") {
    TIEOUT_RETURN_IF_ERROR(ReadOpen(words, &step));
  } else if (first == "spent") {
    TIEOUT_RETURN_IF_ERROR(ReadSpent(words, &step));
  } else if (first == "restart") {
    step.kind = Step::Kind::kRestart;
  } else if (first == "poison") {
    step.kind = Step::Kind::kPoison;
    step.key = words.at(1);
    step.value = words.at(2);
  } else {
    TIEOUT_RETURN_IF_ERROR(ReadEvent(words, &step));
  }
  scenario_.steps.push_back(std::move(step));
  return absl::OkStatus();
}

absl::Status Parser::ReadEvent(const Words& words, Step* step) {
  TIEOUT_ASSIGN_OR_RETURN(const ledger::Event event, rows_.Read(words));
  step->value = codec::EncodeEvent(event);
  if (!ledger::IsForEveryPartition(event.kind())) {
    step->key = words.has("key") ? words.option("key")
                                 : configuration_.HomeOf(event, scenario_.steps.size());
    return absl::OkStatus();
  }
  TIEOUT_RETURN_IF_ERROR(
      codec::DecodeEvent(bytes_.emplace_back(step->value), &configured_.emplace_back()));
  configuration_.Add(scenario_.steps.size(), configured_.back());
  return absl::OkStatus();
}

absl::StatusOr<std::string> Parser::IdOf(const std::string& name) const {
  const auto found = rows_.names().find(name);
  if (found != rows_.names().end()) return found->second;
  if (std::count(name.begin(), name.end(), '/') == 3) return name;  // an event_id in full
  return base::InvalidArgument(fmt::format("no row above is called {}", name));
}

// balance SELLER ACCOUNT CURRENCY available=... ; what isn't named is zero.
absl::Status Parser::ReadBalance(const Words& words, Step* step) const {
  step->kind = Step::Kind::kBalance;
  step->seller = words.at(1);
  step->account = fmt::format("{}/{}", words.at(2), words.at(3));
  oracle::Buckets& b = step->buckets;
  const std::pair<const char*, Minor*> places[] = {{"pending", &b.pending},
                                                   {"available", &b.available},
                                                   {"reserved", &b.reserved},
                                                   {"in_transit", &b.in_transit},
                                                   {"paid", &b.paid},
                                                   {"bank", &b.bank},
                                                   {"unmatched", &b.bank_unmatched},
                                                   {"sales", &b.sales},
                                                   {"fees", &b.fees},
                                                   {"refunds", &b.refunds},
                                                   {"chargebacks", &b.chargebacks},
                                                   {"adjustments", &b.adjustments}};
  for (const auto& [name, place] : places) {
    if (!words.has(name)) continue;
    TIEOUT_ASSIGN_OR_RETURN(*place, ParseMinor(words.option(name), words.at(3)));
  }
  return words.CheckAllUsed();
}

// open SELLER CURRENCY NAME 40.00 of 100.00 NAME ... ; no name: nothing is open.
absl::Status Parser::ReadOpen(const Words& words, Step* step) const {
  step->kind = Step::Kind::kOpen;
  step->seller = words.at(1);
  for (size_t i = 3; i < words.size(); i += 4) {
    oracle::Open open;
    TIEOUT_ASSIGN_OR_RETURN(open.event_id, IdOf(words.at(i)));
    TIEOUT_ASSIGN_OR_RETURN(open.residual, ParseMinor(words.at(i + 1), words.at(2)));
    if (words.at(i + 2) != "of") return base::InvalidArgument("say: NAME rest of amount");
    TIEOUT_ASSIGN_OR_RETURN(open.amount, ParseMinor(words.at(i + 3), words.at(2)));
    step->open.push_back(std::move(open));
  }
  std::sort(step->open.begin(), step->open.end());
  return absl::OkStatus();
}

// spent SELLER ACCOUNT CURRENCY CATEGORY count sum CATEGORY ... ; no category: nothing.
absl::Status Parser::ReadSpent(const Words& words, Step* step) const {
  step->kind = Step::Kind::kSpent;
  step->seller = words.at(1);
  step->account = fmt::format("{}/{}", words.at(2), words.at(3));
  for (size_t i = 4; i < words.size(); i += 3) {
    auto& [count, sum] = step->spent[step->account + " " + words.at(i)];
    count = std::strtoull(words.at(i + 1).c_str(), nullptr, 10);
    TIEOUT_ASSIGN_OR_RETURN(sum, ParseMinor(words.at(i + 2), words.at(3)));
  }
  return absl::OkStatus();
}

// => SELLER level STATUS [REASON] [rule] [expected A actual B] CURRENCY [of ACCOUNT] [for CATEGORY]
//    [with ...]
// => dead letter REASON
absl::Status Parser::ReadExpected(const Words& words, Step* step) const {
  if (words.at(1) == "dead") {
    step->dead_letters.push_back(words.at(3));
    return absl::OkStatus();
  }
  oracle::Said said{.seller_id = words.at(1)};
  for (const auto level : {ledger::Level::kOrder, ledger::Level::kPayout, ledger::Level::kBank,
                           ledger::Level::kSource}) {
    if (ledger::LevelName(level) == words.at(2)) said.level = level;
  }
  for (int status = 1; status <= static_cast<int>(ledger::Status::kForceMatched); ++status) {
    const auto candidate = static_cast<ledger::Status>(status);
    if (ledger::StatusName(candidate) == words.at(3)) said.status = candidate;
  }
  if (said.level == ledger::Level::kUnspecified || said.status == ledger::Status::kUnspecified) {
    return base::InvalidArgument("say: => SELLER level STATUS ...");
  }
  size_t i = 4;
  if (IsUpper(words.at(i)) && words.at(i).size() != 3) said.reason = words.at(i++);
  if (!IsUpper(words.at(i)) && words.at(i) != "expected") said.rule_id = words.at(i++);
  if (words.at(i) == "expected") {
    said.currency = words.at(i + 4);
    TIEOUT_ASSIGN_OR_RETURN(said.expected, ParseMinor(words.at(i + 1), said.currency));
    if (words.at(i + 2) != "actual") return base::InvalidArgument("say: expected A actual B");
    TIEOUT_ASSIGN_OR_RETURN(said.actual, ParseMinor(words.at(i + 3), said.currency));
    i += 4;
  }
  said.currency = words.at(i++);
  if (words.at(i) == "of") {
    said.account = words.at(i + 1);
    i += 2;
  }
  if (words.at(i) == "for") {
    said.category = words.at(i + 1);
    i += 2;
  }
  TIEOUT_RETURN_IF_ERROR(ReadMembers(words, i, &said));
  step->records.push_back(std::move(said));
  std::sort(step->records.begin(), step->records.end());
  return absl::OkStatus();
}

// with NAME [allocated] NAME [allocated] ...
absl::Status Parser::ReadMembers(const Words& words, size_t i, oracle::Said* said) const {
  if (i == words.size()) return absl::OkStatus();
  if (words.at(i++) != "with") return base::InvalidArgument("members begin with \"with\"");
  while (i < words.size()) {
    oracle::Share share;
    TIEOUT_ASSIGN_OR_RETURN(share.event_id, IdOf(words.at(i++)));
    if (const absl::StatusOr<Minor> amount = ParseMinor(words.at(i), said->currency); amount.ok()) {
      share.allocated = *amount;
      ++i;
    }
    said->members.push_back(std::move(share));
  }
  std::sort(said->members.begin(), said->members.end());
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<Scenario> ReadScenario(const std::string& folder, const std::string& file) {
  Parser parser(folder);
  TIEOUT_RETURN_IF_ERROR(parser.ReadFile(file));
  return parser.Take();
}

}  // namespace tieout::scenarios
