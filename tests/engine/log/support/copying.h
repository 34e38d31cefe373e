// A log is copied to another, and back to one of the first kind: the same entries, and each
// partition goes on from the same entry.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include "engine/log/copy.h"
#include "tests/engine/log/support/log_under_test.h"

namespace tieout::log {

inline void ExpectSameLogs(EventLog& a, EventLog& b) {
  for (int p = 0; p < a.identity().partitions; ++p) {
    for (const Stream stream : {Stream::kEvents, Stream::kRecords, Stream::kDeadLetters}) {
      const std::vector<Kept> of_a = ReadAll(a, stream, p);
      const std::vector<Kept> of_b = ReadAll(b, stream, p);
      ASSERT_EQ(of_a.size(), of_b.size());
      for (size_t i = 0; i < of_a.size(); ++i) {
        EXPECT_EQ(of_a[i].key, of_b[i].key);
        EXPECT_EQ(of_a[i].value, of_b[i].value);
      }
    }
    const auto point_a = a.Committed(p);
    const auto point_b = b.Committed(p);
    ASSERT_TRUE(point_a.ok() && point_b.ok()) << point_a.status() << point_b.status();
    EXPECT_EQ(point_a->progress, point_b->progress);
    EXPECT_EQ(Values(ReadAll(a, Stream::kEvents, p, point_a->next_position)),
              Values(ReadAll(b, Stream::kEvents, p, point_b->next_position)));
  }
}

inline void CopyThereAndBack(const LogKind& here, const LogKind& there) {
  const Identity identity{"0c6d5f2e-0000-4000-8000-1f2e3d4c5b6a", 3};
  const auto first = here.make(), second = there.make(), third = here.make();
  for (LogUnderTest* log : {first.get(), second.get(), third.get()}) {
    const absl::Status made = log->Create(identity, {});
    ASSERT_TRUE(made.ok()) << made;
  }
  const auto a = first->Open().value(), b = second->Open().value(), c = third->Open().value();
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(a->Append(std::vector<Entry>{Event(0, fmt::format("e{}", i)),
                                             Event(2, std::string(static_cast<size_t>(i), '\0'))})
                    .ok());
  }
  {
    const auto slot = a->OpenSlot(0).value();
    ASSERT_TRUE(Hold(*slot, 3).ok());
    ASSERT_TRUE(Take(*slot, 0, 4).ok());
    const std::vector<Entry> output{
        Record(0, "r"), Record(2, "s"), {Stream::kDeadLetters, 0, "", "d"}};
    ASSERT_EQ(*slot->Commit(output, std::vector<CommitPoint>{{0, slot->Position(0), "four"}}),
              CommitOutcome::kCommitted);
  }
  const auto report = CopyLog(a.get(), b.get(), {});
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_EQ(report->events, 20);
  EXPECT_EQ(report->records, 2);
  EXPECT_EQ(report->dead_letters, 1);
  ExpectSameLogs(*a, *b);
  const auto back = CopyLog(b.get(), c.get(), {});
  ASSERT_TRUE(back.ok()) << back.status();
  ExpectSameLogs(*a, *c);
}

}  // namespace tieout::log
