// The one workload behind every figure: marketplaces' events as bytes, the same for the same seed.
//
// Sellers draw sales by Zipf's law. Every sale has a fee row; once in seven days a seller with
// sales has a payout, whose items named it from the start, and two days later a deposit. Beside
// them: refunds and chargebacks of sales whose payout is long done, adjustments, trace ids told
// later, duplicates of what came shortly before, and a tick each hour. Shares: Describe().
//
//   bench::Workload workload({});
//   for (const log::Entry& entry : workload.Configuration()) ...
//   while (workload.Next(&entries)) ...
//
// Bench code may use floating point: nothing of it is money.
// Thread safety: none.
#pragma once

#include <array>
#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/ledger/event.h"
#include "engine/log/log.h"

namespace tieout::bench {

inline constexpr base::Day kFirstDay{20'454};  // 2026-01-01

struct WorkloadOptions {
  uint64_t sales = 900'000;  // events are about 2.3 times as many
  uint32_t sellers = 100'000;
  double skew = 1.1;  // Zipf's exponent
  int days = 84;
  int partitions = 1;
  uint64_t seed = 1;
  // Shares, of sales; of deposits; of all events.
  double refunds = 0.01, chargebacks = 0.001, adjustments = 0.002;
  double deposits_without_reference = 0.05, deposits_missing = 0.005;
  double traces_told_later = 0.1;
  double duplicates = 0.02;
};

class Workload {
 public:
  explicit Workload(const WorkloadOptions& options);

  // What stands in every partition before the rest: two accounts a seller, a fee schedule.
  std::vector<log::Entry> Configuration();
  // Replaces `entries` by the next hour's, in order; false: there are no more.
  bool Next(std::vector<log::Entry>* entries);

  uint64_t events() const { return events_; }  // handed out by Next, ticks included
  // A line a kind with its share, and the mean size of an envelope.
  std::string Describe() const;

 private:
  struct ClosedSale {
    uint64_t number = 0;  // 0: none
    ledger::Minor gross = 0;
  };
  struct Seller {
    ledger::Minor pending = 0;  // net of the payout that its items now name
    uint32_t payouts = 0;       // made so far
    ClosedSale last, closed;    // of the payout that grows; of one that is done
  };
  struct Deposit {
    uint32_t seller;
    uint32_t payout;
    ledger::Minor amount;
  };

  uint32_t DrawSeller();
  bool Chance(double share);
  uint64_t Below(uint64_t n) { return random_() % n; }

  void Sell(int64_t at_us);
  void Reverse(int64_t at_us, bool chargeback);
  void Adjust(int64_t at_us);
  void PayOut(uint32_t seller, int day, int64_t at_us);
  void PayIn(const Deposit& deposit, int64_t at_us);

  // Sets what every event of a provider's file has; strings live until the next Begin.
  ledger::Event Begin(uint32_t seller, std::string_view kind, uint64_t number, int64_t at_us);
  void Emit(uint32_t seller, const ledger::Event& event);
  void EmitTick(int64_t at_us);

  WorkloadOptions options_;
  std::mt19937_64 random_;
  std::vector<double> cumulative_;  // of Zipf's law
  std::vector<Seller> sellers_;
  std::vector<std::vector<Deposit>> deposits_;  // by day
  std::vector<std::string> texts_;              // what the event at hand points to
  std::vector<log::Entry>* out_ = nullptr;
  std::vector<log::Entry> recent_;  // a ring; duplicates are drawn from it
  size_t recent_next_ = 0;
  uint64_t sales_ = 0, entries_ = 0;
  int hour_ = 0;

  uint64_t events_ = 0, bytes_ = 0, duplicates_ = 0;
  std::array<uint64_t, ledger::kKindCount> kinds_{};
};

}  // namespace tieout::bench
