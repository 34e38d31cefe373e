// Nothing is lost and nothing is made: what the buckets hold is what the log tells.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

#include "engine/base/check.h"
#include "engine/codec/codec.h"
#include "tests/oracle/fold_subject.h"
#include "tests/properties/harness.h"

namespace tieout::properties {
namespace {

using ledger::Kind;
using ledger::Minor;
using oracle::Buckets;

// Summed from the bytes: each id once, the first applies. For logs without conflicts, rows and
// poison, so that this needs none of the fold's decisions.
std::map<std::string, Buckets> SumsOf(const Log& log) {
  std::set<std::string> seen;
  std::map<std::string, Buckets> sums;
  for (const Entry& entry : log) {
    if (entry.kind != Entry::Kind::kFact) continue;
    ledger::Event event;
    TIEOUT_CHECK(codec::DecodeEvent(entry.value, &event).ok());
    const auto* deposit = std::get_if<ledger::BankDeposit>(&event.body);
    if (deposit != nullptr && deposit->provisional) continue;
    if (event.occurred_at_us < base::Day{20'000}.start_us()) continue;  // before the lookback
    if (!seen.insert(entry.key + " " + std::string(event.event_id)).second) continue;
    Buckets& b = sums[fmt::format("{} {}/{}/{}", entry.key, event.account.provider,
                                  event.account.merchant_account, event.account.currency)];
    switch (event.kind()) {
      case Kind::kSale:
        b.sales += event.amount;
        break;
      case Kind::kFee:
        b.fees += event.amount;
        break;
      case Kind::kRefund:
        b.refunds += event.amount;
        break;
      case Kind::kChargeback:
        b.chargebacks += event.amount;
        break;
      case Kind::kAdjustment:
        b.adjustments += event.amount;
        break;
      case Kind::kBankDeposit:
        b.bank += event.amount;
        break;
      default:
        break;
    }
  }
  return sums;
}

// What no bank will show, by home and currency.
std::map<std::string, Minor> PaidInCash(const Log& log) {
  std::set<std::string> seen;
  std::map<std::string, Minor> sums;
  for (const Entry& entry : log) {
    ledger::Event event;
    if (entry.kind != Entry::Kind::kFact) continue;
    TIEOUT_CHECK(codec::DecodeEvent(entry.value, &event).ok());
    const auto* expense = std::get_if<ledger::Expense>(&event.body);
    if (expense == nullptr || !expense->paid_from.empty()) continue;
    if (!seen.insert(std::string(event.event_id)).second) continue;
    sums[fmt::format("{}/{}", entry.key, event.account.currency)] += event.amount;
  }
  return sums;
}

std::string BucketsAreOff(const Log& log, uint64_t seed) {
  oracle::FoldSubject fold(0);
  for (const Entry& entry : log) Apply(entry, &fold);
  std::map<std::string, Buckets> sums = SumsOf(log);
  std::map<std::string, Minor> cleared;  // by home and currency: paid less explained at the bank
  for (const auto& [home, end] : fold.Ends()) {
    for (const auto& [account, b] : end.accounts) {
      const Buckets& told = sums[home + " " + account];
      if (b.sales != told.sales || b.fees != told.fees || b.refunds != told.refunds ||
          b.chargebacks != told.chargebacks || b.adjustments != told.adjustments ||
          b.bank != told.bank) {
        return fmt::format("{} {}: the log tells other sums\n{}", home, account, Describe(end));
      }
      const Minor came = b.sales + b.fees + b.refunds + b.chargebacks + b.adjustments;
      if (came != b.pending + b.available + b.reserved + b.in_transit + b.paid) {
        return fmt::format("{} {}: buckets don't add up\n{}", home, account, Describe(end));
      }
      cleared[home + account.substr(account.rfind('/'))] += b.paid - (b.bank - b.bank_unmatched);
      sums.erase(home + " " + account);
    }
  }
  for (const auto& [home, end] : fold.Ends()) {
    for (const auto& [name, total] : end.expenses) {
      const std::string account = name.substr(0, name.rfind(' '));
      cleared[home + account.substr(account.rfind('/'))] += total.second;
    }
  }
  for (const auto& [where, cash] : PaidInCash(log)) cleared[where] -= cash;
  for (const auto& [where, off] : cleared) {
    if (off != 0) {
      return fmt::format("{}: paid and spent differ from what is explained at the bank by {}",
                         where, off);
    }
  }
  for (const auto& [where, told] : sums) {
    if (told != Buckets{}) return where + " is lost";
  }
  return "";
}

TEST(Sums, BucketsHoldWhatTheLogTells) {
  Taste taste;
  taste.conflicts = false;
  taste.rows = false;
  taste.poison = false;
  taste.starts = false;  // what was there before no fact tells
  HoldsForAll(taste, BucketsAreOff);
}

std::string MembersAreOff(const Log& log, uint64_t seed) {
  oracle::FoldSubject fold(0);
  for (const Entry& entry : log) Apply(entry, &fold);
  std::set<std::string> ids;
  for (const ledger::Record& record : fold.records()) {
    const std::string json = codec::RecordToJson(record);
    if (!ids.insert(record.record_id).second) return "record_id said twice: " + json;
    if (record.difference != record.actual - record.expected) return "difference: " + json;
    if (!record.supersedes.empty() && ids.count(record.supersedes) == 0) {
      return "supersedes what was never said: " + json;
    }
    for (const ledger::Member& member : record.members) {
      const bool beyond = std::abs(member.allocated) > std::abs(member.amount) ||
                          (member.allocated > 0) != (member.amount > 0);
      if (member.allocated != 0 && beyond) return "allocated beyond the member: " + json;
    }
    if (record.level != ledger::Level::kBank) continue;
    Minor payouts = 0;
    Minor deposits = 0;
    for (const ledger::Member& member : record.members) {
      (member.role == ledger::Role::kBankDeposit ? deposits : payouts) += member.allocated;
      if (member.residual != member.amount - member.allocated) return "residual: " + json;
    }
    // A rule's expense has one side.
    const bool is_alone = record.members.size() == 1 && !record.category.empty();
    const Minor other = is_alone ? record.actual : payouts;
    if (other != deposits) return "the sides' allocations differ: " + json;
  }
  return "";
}

TEST(Sums, AllocationsNeverExceedTheirMembers) {
  Taste taste;
  taste.rows = false;  // a row held twice is said under one id
  HoldsForAll(taste, MembersAreOff);
}

}  // namespace
}  // namespace tieout::properties
