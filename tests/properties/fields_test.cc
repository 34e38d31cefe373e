// No field of a record can change without its bytes changing.
#include <gtest/gtest.h>

#include <functional>
#include <set>

#include "engine/codec/codec.h"

namespace tieout::properties {
namespace {

using ledger::Record;

Record Sample() {
  Record record{.record_id = "id", .seller_id = "S1", .provider = "stripe"};
  record.members.resize(2);
  record.items = {2, 30, {1, 2}, {10, 20}};
  record.search.nearest.resize(1);
  return record;
}

const std::function<void(Record*)> kChanges[] = {
    [](Record* r) { r->record_id = "x"; },
    [](Record* r) { r->seller_id = "x"; },
    [](Record* r) { r->provider = "x"; },
    [](Record* r) { r->merchant_account = "x"; },
    [](Record* r) { r->currency = "x"; },
    [](Record* r) { r->level = ledger::Level::kBank; },
    [](Record* r) { r->status = ledger::Status::kMatched; },
    [](Record* r) { r->reason = "x"; },
    [](Record* r) { r->rule_id = "x"; },
    [](Record* r) { r->rule_version = 1; },
    [](Record* r) { r->expected = 1; },
    [](Record* r) { r->expected = -1; },
    [](Record* r) { r->actual = 1; },
    [](Record* r) { r->difference = 1; },
    [](Record* r) { r->members[1].role = ledger::Role::kSale; },
    [](Record* r) { r->members[0].role = ledger::Role::kSale; },
    [](Record* r) { r->members[1].event_id = "x"; },
    [](Record* r) { r->members[1].position.partition = 1; },
    [](Record* r) { r->members[1].position.ordinal = 1; },
    [](Record* r) { r->members[1].amount = 1; },
    [](Record* r) { r->members[1].allocated = 1; },
    [](Record* r) { r->members[1].residual = 1; },
    [](Record* r) { r->members.pop_back(); },
    [](Record* r) { r->items.count = 3; },
    [](Record* r) { r->items.sum = 31; },
    [](Record* r) {
      r->items.ordinal_deltas = {1, 3};
    },
    [](Record* r) {
      r->items.amounts = {20, 10};
    },
    [](Record* r) { r->position.partition = 1; },
    [](Record* r) { r->position.ordinal = 1; },
    [](Record* r) { r->caused_by = "x"; },
    [](Record* r) { r->supersedes = "x"; },
    [](Record* r) { r->generation = 1; },
    [](Record* r) { r->break_id = "x"; },
    [](Record* r) { r->opened_on = base::Day{20'000}; },
    [](Record* r) { r->due_on = base::Day{20'000}; },
    [](Record* r) { r->tick = 1; },
    [](Record* r) { r->search.candidates = 1; },
    [](Record* r) { r->search.steps = 1; },
    [](Record* r) { r->search.window_from = base::Day{20'000}; },
    [](Record* r) { r->search.window_to = base::Day{20'000}; },
    [](Record* r) { r->search.nearest[0].event_id = "x"; },
    [](Record* r) { r->search.nearest[0].amount_off = 1; },
    [](Record* r) { r->search.nearest[0].days_off = 1; },
    [](Record* r) { r->search.nearest[0].why_not = "x"; },
    [](Record* r) { r->search.nearest.clear(); },
    [](Record* r) { r->next_action = "x"; },
    [](Record* r) { r->heals_when = "x"; },
    [](Record* r) { r->category = "x"; },
};

TEST(Fields, EachChangesTheRecordsBytesInItsOwnWay) {
  std::set<std::string> seen = {codec::EncodeRecord(Sample())};
  for (const auto& change : kChanges) {
    Record record = Sample();
    change(&record);
    EXPECT_TRUE(seen.insert(codec::EncodeRecord(record)).second)
        << "change " << &change - kChanges << " leaves no trace of its own";
  }
}

}  // namespace
}  // namespace tieout::properties
