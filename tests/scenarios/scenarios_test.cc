// Plays every scenario of this folder to the fold and to the oracle. An answer that differs is
// shown with the row's file and line.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "tests/oracle/subject.h"
#include "tests/scenarios/reader/scenario.h"

namespace tieout::scenarios {
namespace {

using oracle::Subject;

const char* const kFolder = TIEOUT_SOURCE_DIR "/tests/scenarios";

// Cases are told apart from what they share by their first letter.
std::vector<std::string> Files() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(kFolder)) {
    const std::string file = entry.path().filename();
    if (entry.path().extension() == ".txt" && file != "CMakeLists.txt" &&
        file != "configuration.txt") {
      files.push_back(file);
    }
  }
  std::sort(files.begin(), files.end());
  return files;
}

std::string Describe(std::vector<oracle::Said> records,
                     const std::vector<std::string>& dead_letters) {
  std::sort(records.begin(), records.end());
  std::string text;
  for (const oracle::Said& said : records) text += oracle::Describe(said) + "\n";
  for (const std::string& reason : dead_letters) text += "dead letter " + reason + "\n";
  return text.empty() ? "nothing\n" : text;
}

std::string Describe(const oracle::Buckets& buckets) {
  oracle::End end;
  end.accounts["balance"] = buckets;
  return oracle::Describe(end);
}

std::string Describe(const std::vector<oracle::Open>& open) {
  oracle::End end;
  end.open_items = open;
  return oracle::Describe(end);
}

void Check(const Step& step, Subject* subject) {
  switch (step.kind) {
    case Step::Kind::kRestart:
      subject->Restart();
      return;
    case Step::Kind::kBalance:
      EXPECT_EQ(Describe(subject->Ends()[step.seller].accounts[step.account]),
                Describe(step.buckets));
      return;
    case Step::Kind::kOpen:
      EXPECT_EQ(Describe(subject->Ends()[step.seller].open_items), Describe(step.open));
      return;
    case Step::Kind::kSpent: {
      oracle::End is, wanted;
      is.expenses = subject->Ends()[step.seller].expenses;
      std::erase_if(is.expenses, [&](const auto& spent) {
        return spent.first.rfind(step.account + " ", 0) != 0;
      });
      wanted.expenses = step.spent;
      EXPECT_EQ(oracle::Describe(is), oracle::Describe(wanted));
      return;
    }
    case Step::Kind::kEvent:
    case Step::Kind::kPoison: {
      const oracle::Answer answer = step.kind == Step::Kind::kEvent
                                        ? subject->Apply(step.key, step.value)
                                        : subject->ApplyPoison(step.key, step.value);
      EXPECT_EQ(Describe(answer.records, answer.dead_letters),
                Describe(step.records, step.dead_letters));
      return;
    }
  }
}

class Scenarios : public testing::TestWithParam<std::string> {
 protected:
  void Play(Subject* subject) {
    const absl::StatusOr<Scenario> scenario = ReadScenario(kFolder, GetParam());
    ASSERT_TRUE(scenario.ok()) << scenario.status();
    for (const Step& step : scenario->steps) {
      SCOPED_TRACE(std::string(subject->name()) + ", " + GetParam() + ":" +
                   std::to_string(step.line) + ": " + step.text);
      Check(step, subject);
    }
  }
};

TEST_P(Scenarios, TheFoldAgrees) { Play(oracle::MakeFoldSubject(0).get()); }
TEST_P(Scenarios, TheOracleAgrees) { Play(oracle::MakeOracleSubject(0).get()); }

INSTANTIATE_TEST_SUITE_P(All, Scenarios, testing::ValuesIn(Files()), [](const auto& param) {
  std::string name = param.param.substr(0, param.param.find('.'));
  std::replace_if(
      name.begin(), name.end(), [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return name;
});

}  // namespace
}  // namespace tieout::scenarios
