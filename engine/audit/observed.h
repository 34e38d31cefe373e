// What the log itself says came in and went out, summed by a decoder that shares nothing with the
// fold: generated protobuf code and plain maps. The other side of the conservation check
// (allocated + residual + written off = observed).
//
// It knows four things of the fold's rules and derives them itself: the first of equal event ids
// counts, rows without an id are told apart by balance and coverage, a provisional line never
// counts, nor does what is dated before its account's `start`, which brings its own amounts. What
// the fold refused is taken from the dead letters and records, by position. Thread safety: none.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

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

class Observed {
 public:
  // Ordinals whose events the fold did not apply, and said so in a dead letter or record.
  Observed(int partition, int partitions, std::set<uint64_t> refused)
      : partition_(partition), partitions_(partitions), refused_(std::move(refused)) {}

  void Add(uint64_t ordinal, std::string_view key, std::string_view value);
  // After the last Add: payouts count by their final state.
  void Finish();

  // Openings, sales, fees, refunds, chargebacks, adjustments: what an account's buckets must add up
  // to.
  const std::map<AccountKey, Sums>& items() const { return items_; }
  const std::map<AccountKey, Sums>& bank() const { return bank_; }
  const std::map<HomeKey, Sums>& deposits() const { return deposits_; }
  const std::map<HomeKey, Sums>& payouts() const { return payouts_; }

  // The entry at an ordinal; nullptr: there is none.
  struct Entry {
    uint64_t id_hash = 0;  // of its event_id; 0: no event
    int64_t amount = 0;
  };
  const Entry* At(uint64_t ordinal) const {
    return ordinal < entries_.size() ? &entries_[ordinal] : nullptr;
  }
  static uint64_t HashOf(const std::string& event_id);

 private:
  struct Coverage {
    int64_t from_us = 0, to_us = 0;
  };
  struct Sighting {
    std::string sha256;
    bool has_balance = false;
    int64_t balance = 0;
  };
  struct PayoutState {
    ledger::Minor amount = 0;
    bool sent = false;
    bool withdrawn = false;
  };

  void Configure(const v1::Event& event);
  std::string OwnerOf(const v1::Event& event) const;
  bool IsBeforeStart(std::string_view home, const v1::Event& event) const;
  void AddReport(const v1::Event& event);
  bool IsRepeated(std::string_view home, const v1::Event& event);
  bool AreOneRow(const AccountKey& account, const Sighting& a, const Sighting& b) const;
  void AddPayout(std::string_view home, const v1::Event& event);

  const int partition_, partitions_;
  const std::set<uint64_t> refused_;
  std::vector<Entry> entries_;  // by ordinal
  // By (provider, merchant account): owners by the day they begin, empty: from the beginning.
  std::map<std::pair<std::string, std::string>, std::map<std::string, std::string>> owners_;
  std::map<AccountKey, std::string> first_days_;  // of accounts of this partition's homes
  std::unordered_map<std::string, std::vector<Sighting>> seen_;
  std::map<std::pair<AccountKey, std::string>, Coverage> coverage_;   // by account and SHA-256
  std::map<std::pair<AccountKey, std::string>, PayoutState> states_;  // by account and payout id
  std::map<AccountKey, Sums> items_, bank_;
  std::map<HomeKey, Sums> deposits_, payouts_;
};

}  // namespace tieout::audit
