// What the log itself says came in and went out, summed by a decoder that shares nothing with the
// fold: generated protobuf code and plain maps. The other side of the conservation check
// (allocated + residual + written off = observed).
//
// It knows four things of the fold's rules and derives them itself: the first of equal event ids
// counts, rows without an id are told apart by balance and coverage and take the next free ordinal,
// a provisional line never counts, nor does what is dated before its account's `start`, which
// brings its own amounts. What the fold refused is taken from the dead letters and records, by
// position. Memory grows with the accounts, payouts and files, not with the entries. Thread safety:
// none.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/audit/entry_file.h"
#include "engine/audit/observed_rows.h"
#include "engine/audit/scratch_map.h"
#include "engine/base/day.h"
#include "engine/base/status.h"
#include "engine/ledger/money.h"

namespace tieout::v1 {
class Event;
class SourceReport;
}  // namespace tieout::v1

namespace tieout::audit {

// Signed and absolute, so that offsetting errors don't hide each other.
struct Sums {
  ledger::WideMinor signed_sum = 0;
  ledger::WideMinor absolute = 0;
  void Add(ledger::Minor amount) {
    signed_sum += amount;
    absolute += amount < 0 ? -ledger::WideMinor{amount} : ledger::WideMinor{amount};
  }
  friend bool operator==(const Sums&, const Sums&) = default;
};

// (home, provider, merchant account, currency)
using AccountKey = std::tuple<std::string, std::string, std::string, std::string>;
// (home, currency)
using HomeKey = std::pair<std::string, std::string>;

// A refund or chargeback that names its payment.
struct Reversal {
  std::string event_id, payment_id;
  bool has_sale = false;  // at any place of the log, near enough to be tied to it
};

class Observed {
 public:
  // `refused`: ordinals whose events the fold did not apply, and said so in a dead letter or
  // record. `memory` holds ids, `entries` each ordinal's amount; both are empty and outlive it.
  Observed(int partition, int partitions, std::set<uint64_t> refused, ScratchMap* memory,
           EntryFile* entries)
      : partition_(partition),
        partitions_(partitions),
        refused_(std::move(refused)),
        memory_(memory),
        entries_(entries),
        rows_(memory) {}

  // Errors: those of `memory` and `entries`.
  absl::Status Add(std::string_view key, std::string_view value);
  // After the last Add: payouts count by their final state.
  void Finish();

  // Openings, sales, fees, refunds, chargebacks, adjustments: what an account's buckets must add up
  // to.
  const std::map<AccountKey, Sums>& items() const { return items_; }
  const std::map<AccountKey, Sums>& bank() const { return bank_; }
  const std::map<HomeKey, Sums>& deposits() const { return deposits_; }
  const std::map<HomeKey, Sums>& payouts() const { return payouts_; }

  // The log day that the last Add began; unset: it began none.
  base::Day begun() const { return begun_; }
  // What moved each account, items or bank, since this was last asked.
  std::map<AccountKey, ledger::WideMinor> TakeMovements() { return std::exchange(moved_, {}); }

  // After the last Add: what stood at an ordinal.
  absl::StatusOr<std::optional<EntryFile::Entry>> At(uint64_t ordinal) const {
    return entries_->At(ordinal);
  }
  static uint64_t HashOf(const std::string& event_id);
  // Its entries once more, in order, after the last Add; nullopt: no reversal, or not applied.
  absl::StatusOr<std::optional<Reversal>> ReversalAt(uint64_t ordinal, std::string_view key,
                                                     std::string_view value);

 private:
  struct PayoutState {
    ledger::Minor amount = 0;
    bool sent = false;
    bool withdrawn = false;
  };

  absl::StatusOr<bool> Apply(std::string_view key, const v1::Event& event);
  void Configure(const v1::Event& event);
  absl::Status RememberSale(std::string_view home, const v1::Event& event);
  void Move(std::map<AccountKey, Sums>* sums, const AccountKey& account, ledger::Minor amount);
  std::string OwnerOf(const v1::Event& event) const;
  bool IsBeforeStart(std::string_view home, const v1::Event& event) const;
  void NoteTick(const v1::Event& event);
  absl::StatusOr<bool> IsRepeated(std::string_view home, const v1::Event& event);
  void AddPayout(std::string_view home, const v1::Event& event);

  const int partition_, partitions_;
  const std::set<uint64_t> refused_;
  ScratchMap* const memory_;
  EntryFile* const entries_;
  ObservedRows rows_;
  uint64_t next_ordinal_ = 0;
  std::string id_;         // of the last event, as it counts
  base::Day day_, begun_;  // of log time
  // By (provider, merchant account): owners by the day they begin, empty: from the beginning.
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>> owners_;
  std::map<AccountKey, std::string> first_days_;  // of accounts of this partition's homes
  std::map<std::pair<AccountKey, std::string>, PayoutState> states_;  // by account and payout id
  std::map<AccountKey, Sums> items_, bank_;
  std::map<AccountKey, ledger::WideMinor> moved_;
  std::map<HomeKey, Sums> deposits_, payouts_;
};

}  // namespace tieout::audit
