// The fold says what the oracle says, entry by entry, and ends where it ends.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "tests/oracle/fold_subject.h"
#include "tests/properties/harness.h"

namespace tieout::properties {
namespace {

using oracle::Subject;

std::string DescribeEnds(Subject* subject) {
  std::string text;
  for (auto& [home, end] : subject->Ends()) {
    end.live.clear();  // the fold doesn't show them; what was said entry by entry is them
    if (end != oracle::End{}) text += home + ":\n" + Describe(end);
  }
  return text;
}

std::string FoldAndOracleDiffer(const Log& log, uint64_t seed) {
  oracle::FoldSubject fold(0);
  const std::unique_ptr<Subject> oracle = oracle::MakeOracleSubject(0);
  for (size_t i = 0; i < log.size(); ++i) {
    const std::string by_fold = Describe(Apply(log[i], &fold));
    const std::string by_oracle = Describe(Apply(log[i], oracle.get()));
    if (by_fold != by_oracle) {
      return fmt::format("entry {}\nfold says\n{}oracle says\n{}", i, by_fold, by_oracle);
    }
  }
  const std::string fold_end = DescribeEnds(&fold);
  const std::string oracle_end = DescribeEnds(oracle.get());
  if (fold_end == oracle_end) return "";
  return fmt::format("fold ends\n{}oracle ends\n{}", fold_end, oracle_end);
}

TEST(Agreement, FoldAndOracle) { HoldsForAll({}, FoldAndOracleDiffer); }

// The checker can fail: an oracle that hears less says something else.
TEST(Agreement, WouldNoticeALostEvent) {
  const Log log = RandomLog(1, {});
  oracle::FoldSubject fold(0);
  const std::unique_ptr<Subject> oracle = oracle::MakeOracleSubject(0);
  bool noticed = false;
  int facts = 0;
  for (const Entry& entry : log) {
    const std::string by_fold = Describe(Apply(entry, &fold));
    if (entry.kind == Entry::Kind::kFact && ++facts % 3 == 0) continue;
    noticed = noticed || by_fold != Describe(Apply(entry, oracle.get()));
  }
  EXPECT_TRUE(noticed || DescribeEnds(&fold) != DescribeEnds(oracle.get()));
}

}  // namespace
}  // namespace tieout::properties
