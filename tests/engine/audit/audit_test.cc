#include "engine/audit/before_start.h"
#include "engine/audit/explain.h"
#include "engine/audit/replay.h"
#include "engine/audit/verify.h"
#include "engine/codec/codec.h"
#include "fmt/format.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/engine/audit/small_log.h"

namespace tieout::audit {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AuditTest : public testing::Test {
 protected:
  std::unique_ptr<log::EventLog> Log() { return *runtime::OpenLogForReading(small_.options()); }

  std::vector<std::string> Findings(log::EventLog& log, store::StateStore* store = nullptr) {
    VerifyOptions options;
    options.store = store;
    const absl::StatusOr<VerifyReport> report = Verify(log, options);
    EXPECT_TRUE(report.ok()) << report.status();
    return report.ok() ? report->findings : std::vector<std::string>{};
  }

  SmallLog small_;
};

TEST_F(AuditTest, AgreesWithWhatTheEngineWrote) {
  auto log = Log();
  auto states = runtime::OpenStates(small_.options(), true);
  ASSERT_TRUE(states.ok()) << states.status();
  VerifyOptions options;
  options.store = states->get();
  const absl::StatusOr<VerifyReport> report = Verify(*log, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->findings, IsEmpty());
  EXPECT_EQ(report->stores, 3);
  EXPECT_EQ(report->homes, 1u);
  EXPECT_GE(report->records, 4u);
}

TEST_F(AuditTest, AnswersTheSameWithAnyNumberOfWorkers) {
  auto log = Log();
  const absl::StatusOr<ReplayReport> one = Replay(*log, {.workers = 1, .progress = {}});
  ASSERT_TRUE(one.ok()) << one.status();
  for (int workers : {2, 8}) {
    const absl::StatusOr<ReplayReport> more = Replay(*log, {.workers = workers, .progress = {}});
    ASSERT_TRUE(more.ok()) << more.status();
    EXPECT_EQ(more->state, one->state);
    EXPECT_EQ(more->output, one->output);
    EXPECT_EQ(more->events, one->events);
  }
}

TEST_F(AuditTest, FindsAnAlteredRecord) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    absl::StatusOr<ledger::Record> record = codec::DecodeRecord(output[0].value);
    ASSERT_TRUE(record.ok());
    record->difference += 1;
    output[0].value = codec::EncodeRecord(*record);
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("records: entry 0 (position 0) is record")));
}

TEST_F(AuditTest, FindsAMissingRecord) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) { output.pop_back(); });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("is missing: the fold gives record")));
}

TEST_F(AuditTest, FindsADoubledRecord) {
  auto log = small_.CopyWithOutput(
      [](std::vector<log::Entry>& output) { output.push_back(output.back()); });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("is one too many")));
}

// The books are checked without the fold: an allocation that was never made is found by its sum.
TEST_F(AuditTest, FindsAnAllocationThatDoesNotAddUp) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    for (log::Entry& entry : output) {
      absl::StatusOr<ledger::Record> record = codec::DecodeRecord(entry.value);
      if (record->level != ledger::Level::kBank || record->members.size() < 2) continue;
      record->members[1].allocated -= 100;
      entry.value = codec::EncodeRecord(*record);
    }
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("allocated + residual")));
}

// Changes the matched records of one level.
void Alter(std::vector<log::Entry>& output, ledger::Level level,
           const std::function<void(ledger::Record&)>& change) {
  for (log::Entry& entry : output) {
    absl::StatusOr<ledger::Record> record = codec::DecodeRecord(entry.value);
    if (record->level != level || record->status != ledger::Status::kMatched) continue;
    change(*record);
    entry.value = codec::EncodeRecord(*record);
  }
}

TEST_F(AuditTest, FindsMoreAllocatedThanThereIs) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    Alter(output, ledger::Level::kBank, [](ledger::Record& record) {
      for (ledger::Member& member : record.members) member.allocated = 2 * member.amount;
    });
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("allocate 200.00 EUR of its 100.00 EUR")));
}

TEST_F(AuditTest, FindsAMemberThatIsNotWhereTheRecordSays) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    Alter(output, ledger::Level::kBank,
          [](ledger::Record& record) { ++record.members[0].position.ordinal; });
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("where the record says it does")));
}

TEST_F(AuditTest, FindsAMemberOfAnotherAmount) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    Alter(output, ledger::Level::kBank, [](ledger::Record& record) {
      for (ledger::Member& member : record.members) member.amount += 1;
    });
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("is 100.01 EUR, the log shows 100.00 EUR")));
}

TEST_F(AuditTest, FindsItemsThatDontAddUpToTheirPayout) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    Alter(output, ledger::Level::kPayout, [](ledger::Record& record) { record.expected += 1; });
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("items don't add up to 100.01 EUR")));
}

TEST_F(AuditTest, FindsARefundThatNothingTiesToItsSale) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    std::erase_if(output, [](const log::Entry& entry) {
      const auto record = codec::DecodeRecord(entry.value);
      return record->level == ledger::Level::kOrder && !record->members.empty() &&
             record->members.back().role == ledger::Role::kRefund;
    });
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("stripe/acct_1/txn_3/gross: the sale of its "
                                                 "payment ch_2 is in the log, and no live record "
                                                 "ties the two")));
}

TEST_F(AuditTest, FindsARefundOfAnotherAmount) {
  auto log = small_.CopyWithOutput([](std::vector<log::Entry>& output) {
    Alter(output, ledger::Level::kOrder, [](ledger::Record& record) {
      if (record.members.back().role == ledger::Role::kRefund) record.members.back().amount -= 1;
    });
  });
  EXPECT_THAT(Findings(*log), Contains(HasSubstr("is -12.01 EUR, the log shows -12.00 EUR")));
}

// What was spilled is found again: a repeated deposit, and a sale of a refund.
TEST_F(AuditTest, FindsTheSameWithAlmostNoMemory) {
  auto log = Log();
  VerifyOptions options;
  options.ids_held_at_most = 1;
  const absl::StatusOr<VerifyReport> report = Verify(*log, options);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_THAT(report->findings, IsEmpty());
}

// One bit of one page, under an unchanged digest, in a part of the state that no projection shows.
TEST_F(AuditTest, FindsEachAlteredPage) {
  auto log = Log();
  int pages = 0;
  for (int altered = 0; altered == 0 || altered < pages; ++altered) {
    auto real = runtime::OpenStates(small_.options(), true);
    ASSERT_TRUE(real.ok()) << real.status();
    auto states = store::NewMemoryStore();
    int page = 0;
    for (int partition = 0; partition < small_.options().partitions; ++partition) {
      auto from = (*real)->Open(partition);
      ASSERT_TRUE(from.ok()) << from.status();
      std::vector<store::PageWrite> writes;
      ASSERT_TRUE((*from)
                      ->Scan([&](std::string_view key, std::string_view value) {
                        writes.push_back({std::string(key), std::string(value)});
                        if (page++ == altered) writes.back().value.back() ^= 1;
                        return absl::OkStatus();
                      })
                      .ok());
      ASSERT_TRUE((*states->Open(partition))->Write(*(*from)->meta(), writes).ok());
    }
    pages = page;
    VerifyOptions options;
    options.store = states.get();
    const absl::StatusOr<VerifyReport> report = Verify(*log, options);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_THAT(report->findings, Contains(HasSubstr("1 of"))) << altered;
  }
  EXPECT_GT(pages, 10);
}

TEST_F(AuditTest, FindsAStoreOfAnotherState) {
  auto log = Log();
  auto states = store::NewMemoryStore();
  auto pages = states->Open(0);
  store::Meta meta;
  meta.log_id = log->identity().log_id;
  meta.next_position = 1;
  meta.next_ordinal = 1;
  ASSERT_TRUE((*pages)->Write(meta, {}).ok());
  pages->reset();
  EXPECT_THAT(Findings(*log, states.get()), Contains(HasSubstr("the store's digest")));
}

TEST_F(AuditTest, ListsWhatIsDatedBeforeTheStart) {
  auto log = Log();
  std::vector<std::string> listed;
  const auto visit = [&](const BeforeStart& before) {
    listed.push_back(fmt::format("{} {} {} from {}", before.seller_id, before.event.event_id,
                                 before.event.amount, base::FormatDay(before.first_day)));
    return absl::OkStatus();
  };
  ASSERT_TRUE(ForEachBeforeStart(*log, "", visit, {}).ok());
  ASSERT_TRUE(ForEachBeforeStart(*log, "acme", visit, {}).ok());
  ASSERT_TRUE(ForEachBeforeStart(*log, "nobody", visit, {}).ok());
  const std::string only = "acme stripe/acct_1/txn_0/gross 900 from 2026-03-02";
  EXPECT_THAT(listed, testing::ElementsAre(only, only));
}

TEST_F(AuditTest, ExplainsASaleDownToItsLine) {
  auto log = Log();
  const absl::StatusOr<Explanation> explained = Explain(*log, "ch_1", {});
  ASSERT_TRUE(explained.ok()) << explained.status();
  std::vector<ledger::Level> levels;
  for (const ExplainedRecord& record : explained->records) levels.push_back(record.record.level);
  // sale → payout → deposit
  EXPECT_THAT(levels, Contains(ledger::Level::kPayout));
  EXPECT_THAT(levels, Contains(ledger::Level::kBank));
  bool found = false;
  for (const auto& [place, event] : explained->events) {
    if (event.payment_id != "ch_1") continue;
    found = true;
    EXPECT_EQ(event.source.name, "march.csv");
    EXPECT_EQ(event.source.line, 2u);
  }
  EXPECT_TRUE(found);
}

TEST_F(AuditTest, ExplainsASalesParcels) {
  auto log = Log();
  const auto parcels_of = [&](const std::string& id) {
    const absl::StatusOr<Explanation> explained = Explain(*log, id, {});
    EXPECT_TRUE(explained.ok()) << explained.status();
    std::vector<std::string> parcels;
    for (const auto& [place, event] : explained->events) {
      if (!event.parcel) continue;
      parcels.push_back(
          fmt::format("{} {} {}", event.event_id, event.parcel->label_cost, event.parcel->outcome));
    }
    return parcels;
  };
  const auto of_order =
      testing::ElementsAre("shipping/app/T1/label 699 ", "shipping/app/T1/claimed 0 CL-77");
  EXPECT_THAT(parcels_of("ch_1"), of_order);
  EXPECT_THAT(parcels_of("order-1"), of_order);
  EXPECT_THAT(parcels_of("T1"), of_order);
  EXPECT_THAT(parcels_of("po_first0001"), IsEmpty());
}

TEST_F(AuditTest, ExplainsByRecordPayoutAndOrderAlike) {
  auto log = Log();
  const absl::StatusOr<Explanation> payout = Explain(*log, "po_first0001", {});
  ASSERT_TRUE(payout.ok()) << payout.status();
  ASSERT_THAT(payout->records, Not(IsEmpty()));
  const std::string id = payout->records.back().record.record_id;
  const absl::StatusOr<Explanation> record = Explain(*log, id.substr(0, 10), {});
  ASSERT_TRUE(record.ok()) << record.status();
  EXPECT_TRUE(Explain(*log, "order-1", {}).ok());
  EXPECT_TRUE(absl::IsNotFound(Explain(*log, "nobody-knows", {}).status()));
}

}  // namespace
}  // namespace tieout::audit
